"""Kubernetes releases that a Supervisor offers, and which of them a cluster can be made of.

``KubernetesRelease`` (kubernetes.vmware.com/v1alpha1) since VKS 3: its types are not published; ``spec.version`` and
``spec.kubernetes.version`` are from `kubectl explain kr.spec` in the annotated profile (VKS 3.7), which also has that ``-vkr.N`` is the
release's own. Before, ``TanzuKubernetesRelease`` (run.tanzu.vmware.com/v1alpha1 to 3: tanzu-framework v0.28.3 apis/run); VKS 3 serves it,
too. Conditions are Ready and Compatible (tanzu-framework apis/run/v1alpha3; of a KubernetesRelease vks-airgap-cicd). That a release is
Ready does not mean that the image of a node is there: an ``OSImage`` (run.tanzu.vmware.com/v1alpha3, tanzu-framework) whose
``spec.kubernetesVersion`` is the release's may come minutes later (vks-airgap-cicd). ``fedfleet.vsphere`` says what these sources are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.kube import condition
from fedfleet.vsphere import errors, versions
from fedfleet.vsphere.versions import Version

if TYPE_CHECKING:
    from fedfleet.kube import Client, KubeObject

KR, TKR, OS_IMAGE = "KubernetesRelease", "TanzuKubernetesRelease", "OSImage"

_VKR = re.compile(r"-vkr\.\d+$")
_TKG = re.compile(r"-tkg\.[\w.]+$")


@dataclass(frozen=True)
class Release:
    """A release that a Supervisor offers.

    Attributes:
        name: name of the object, such as ``v1.34.2---vmware.2-vkr.1``.
        version: the release's own version.
        kubernetes: version of Kubernetes in it, which is what a cluster asks for.
        os_images: operating systems of the images of nodes that are there, such as ``photon 5``.
        reasons: why it cannot be used; empty where it can.
    """

    name: str
    version: Version
    kubernetes: str
    ready: bool
    compatible: bool
    os_images: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether a cluster can be made of it now."""
        return not self.reasons


def list_all(supervisor: Client, os_name: str = "") -> list[Release]:
    """All releases, the newest first; usable only with an image of the operating system ``os_name``, if one is given.

    Raises:
        UnsupportedError: the Supervisor serves neither kind of release.
    """
    kind = next((one for one in (KR, TKR) if supervisor.serves(one)), "")
    if not kind:
        raise errors.UnsupportedError(
            "The Supervisor offers no Kubernetes releases",
            status=404,
            expected=f"{KR} or {TKR}",
            found="neither kind",
            where=supervisor.server,
            next_step="Install VKS (the Supervisor Service), and give the Supervisor the content library of releases",
        )
    images = supervisor.list(OS_IMAGE) if supervisor.serves(OS_IMAGE) else None
    found = [of(obj, images, os_name) for obj in supervisor.list(kind)]
    return sorted(found, key=lambda one: one.version, reverse=True)


def of(obj: KubeObject, images: list[KubeObject] | None, os_name: str = "") -> Release:
    """A release from its object and the images of nodes; None where the Supervisor keeps no list of those (before vSphere 8)."""
    spec = obj.get("spec") or {}
    name = obj["metadata"]["name"]
    version = versions.parse(str(spec.get("version") or name))
    # v1alpha1 has kubernetesVersion, v1alpha3 and KubernetesRelease have kubernetes.version.
    kubernetes = str((spec.get("kubernetes") or {}).get("version") or spec.get("kubernetesVersion") or kubernetes_version(version.text))
    ready, compatible = condition(obj, "Ready"), condition(obj, "Compatible")
    reasons = [
        f"{kind} is {found.get('status') or 'not reported'}: {found.get('message') or found.get('reason') or 'no reason given'}"
        for kind, found in (("Ready", ready), ("Compatible", compatible))
        if found.get("status") != "True"
    ]
    mine = () if images is None else tuple(sorted({_os(one) for one in images if _is_of(one, kubernetes, os_name)}))
    if images is not None and not mine:
        reasons.append(f"there is no image of a node{f' with {os_name}' if os_name else ''} for {kubernetes} yet")
    return Release(name, version, kubernetes, ready.get("status") == "True", compatible.get("status") == "True", mine, tuple(reasons))


def kubernetes_version(release: str) -> str:
    """The version of Kubernetes in a release's own: without ``-vkr.N``, or what follows ``-tkg``."""
    return _TKG.sub("", _VKR.sub("", release))


def choose(known: list[Release], wanted: str = "") -> Release:
    """The newest usable release, or the newest usable one that begins with the version ``wanted``.

    Raises:
        SettingsError: there is none; with those that there are, and why the wanted one is not usable.
    """
    prefix = versions.parse(wanted) if wanted else None
    fitting = [one for one in known if prefix is None or prefix.covers(one.version) or prefix.covers(versions.parse(one.kubernetes))]
    usable = [one for one in fitting if one.usable]
    if usable:
        return max(usable, key=lambda one: one.version)
    if fitting:
        found = "; ".join(f"{one.version}: {', '.join(one.reasons)}" for one in fitting[:3])
    else:
        found = ", ".join(str(one.version) for one in known if one.usable) or "no usable release"
    raise errors.SettingsError(
        f"There is no usable Kubernetes release {wanted}".rstrip(),
        expected="a release that is Ready and Compatible and has an image of a node",
        found=found,
        next_step="Choose one that is usable, or wait until the content library of releases is synchronised",
    )


def _is_of(image: KubeObject, kubernetes: str, os_name: str) -> bool:
    spec = image.get("spec") or {}
    wanted = kubernetes_version(kubernetes)
    return str(spec.get("kubernetesVersion")) == wanted and os_name in ("", str((spec.get("os") or {}).get("name")))


def _os(image: KubeObject) -> str:
    system = (image.get("spec") or {}).get("os") or {}
    return f"{system.get('name', '')} {system.get('version', '')}".strip()
