"""ClusterClasses of VKS: which there are, which fits a version, and which of two sets of variables it takes.

``tanzukubernetescluster`` and ``builtin-generic-v3.1.0`` take the older variables, ``builtin-generic-v3.2.0`` and up the newer. Up to
v3.3.0 they are copied into each namespace; from v3.4.0 on they are in ``vmware-system-vks-public`` alone (vks-airgap-cicd
k8s/vks/cluster.yaml, and the blueprint notes for those from v3.4.0 on; the annotated manifest for those before; GUID-69E52B31, vSphere 8.0,
for ``tanzukubernetescluster``). Labels name the lowest and highest minor version of Kubernetes of a class (golang-web).
``fedfleet.vsphere`` says what these sources are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.vsphere import errors, versions

if TYPE_CHECKING:
    from fedfleet.kube import Client, KubeObject

PUBLIC_NAMESPACE = "vmware-system-vks-public"
OLD_CLASS = "tanzukubernetescluster"

_GENERIC = re.compile(r"^builtin-generic-v(\d+)\.(\d+)\.(\d+)$")
_LOWEST, _HIGHEST = "kubernetes.vmware.com/min-version-supported", "kubernetes.vmware.com/max-version-supported"


@dataclass(frozen=True)
class ClusterClass:
    """A ClusterClass.

    Attributes:
        namespace: where it is.
        lowest, highest: minor versions of Kubernetes it is for, such as ``v1.33``; empty where it does not say.
    """

    name: str
    namespace: str
    lowest: str = ""
    highest: str = ""

    @property
    def number(self) -> tuple[int, ...]:
        """Its version; ``()`` for ``tanzukubernetescluster``."""
        match = _GENERIC.match(self.name)
        return tuple(int(part) for part in match.groups()) if match else ()

    def fits(self, version: str) -> bool:
        """Whether it is for that version of Kubernetes, as far as it says."""
        minor = versions.parse(version)
        at_least = not self.lowest or _minor(self.lowest) <= (minor.major, minor.minor)
        return at_least and (not self.highest or (minor.major, minor.minor) <= _minor(self.highest))


def is_old(name: str) -> bool:
    """Whether the class of that name takes the older set of variables.

    Raises:
        SettingsError: it is a class of neither set.
    """
    match = _GENERIC.match(name)
    if name == OLD_CLASS:
        return True
    if match is None:
        raise errors.SettingsError(
            f"ClusterClass {name} is not one whose variables are known",
            expected=f"{OLD_CLASS} or builtin-generic-vX.Y.Z",
            found=name,
            next_step="Name a class that VKS brings along",
        )
    return tuple(int(part) for part in match.groups()) < (3, 2, 0)


def namespace_of(name: str) -> str:
    """Where the class of that name is; empty for each cluster's own namespace."""
    match = _GENERIC.match(name)
    return PUBLIC_NAMESPACE if match and tuple(int(part) for part in match.groups()) >= (3, 4, 0) else ""


def list_all(supervisor: Client, namespace: str) -> list[ClusterClass]:
    """The classes that a cluster in ``namespace`` can be of; the newest first."""
    found = [of(obj) for place in (namespace, PUBLIC_NAMESPACE) for obj in supervisor.list("ClusterClass", place)]
    known = [one for one in found if one.name == OLD_CLASS or one.number]
    return sorted(known, key=lambda one: one.number, reverse=True)


def of(obj: KubeObject) -> ClusterClass:
    """A class from its object."""
    labels = obj["metadata"].get("labels") or {}
    return ClusterClass(obj["metadata"]["name"], obj["metadata"].get("namespace", ""), labels.get(_LOWEST, ""), labels.get(_HIGHEST, ""))


def choose(known: list[ClusterClass], version: str, name: str = "") -> ClusterClass:
    """The class of that name, or the newest that is for ``version``.

    Raises:
        SettingsError: there is none.
    """
    fitting = [one for one in known if one.name == name] if name else [one for one in known if one.fits(version)]
    if fitting:
        return max(fitting, key=lambda one: one.number)
    raise errors.SettingsError(
        f"There is no ClusterClass {name}" if name else f"There is no ClusterClass for {version}",
        expected="a class that VKS brings along",
        found=", ".join(f"{one.name} ({one.lowest or 'any'} to {one.highest or 'any'})" for one in known) or "none",
        where=f"the cluster's namespace and {PUBLIC_NAMESPACE}",
        next_step="Choose another version of Kubernetes, or upgrade VKS",
    )


def _minor(text: str) -> tuple[int, int]:
    version = versions.parse(text)
    return (version.major, version.minor)
