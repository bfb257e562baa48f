"""Kubernetes releases that a Supervisor offers, and which of them can be used.

tanzu-framework of 2023-05-30 ``apis/run/v1alpha3`` (TanzuKubernetesRelease, OSImage); VKS 3 serves ``KubernetesRelease``
(``kubernetes.vmware.com/v1alpha1``) with the same fields beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere.errors import VsphereError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube import Client

_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Release:
    """One release.

    Attributes:
        name: as the object is called: `v1.34.4---vmware.1-vkr.1`.
        version: the same with a plus sign: `v1.34.4+vmware.1-vkr.1`.
        kubernetes: without the number of the VMware release: `v1.34.4+vmware.1`.
        usable: whether it is ready, fits the Supervisor and has an image for nodes.
        reason: why not.
    """

    name: str
    version: str
    kubernetes: str
    usable: bool
    reason: str = ""

    @property
    def minor(self) -> tuple[int, int]:
        """Major and minor version."""
        return minor_of(self.version)


def minor_of(version: str) -> tuple[int, int]:
    """Returns major and minor of a version such as `v1.34.4+vmware.1`.

    Raises:
        VsphereError: it is no version.
    """
    numbers = _NUMBERS.findall(version)
    if len(numbers) < 2:
        raise VsphereError(f"{version!r} is no version", expected="one such as v1.34 or v1.34.4+vmware.1")
    return int(numbers[0]), int(numbers[1])


def all_of(supervisor: Client) -> list[Release]:
    """Returns the releases, the newest first.

    Raises:
        KubeError: they cannot be read.
    """
    kind = "KubernetesRelease" if supervisor.serves("KubernetesRelease") else "TanzuKubernetesRelease"
    images = {image["metadata"]["name"] for image in supervisor.list("OSImage")} if supervisor.serves("OSImage") else None
    found = [_release(item, images) for item in supervisor.list(kind)]
    return sorted(found, key=lambda release: _order(release.version), reverse=True)


def choose(releases: Sequence[Release], wanted: str) -> Release:
    """Returns the newest usable release that a version, the beginning of one, or a release's own name means.

    Raises:
        VsphereError: there is none; the usable ones are named.
    """
    plain = wanted.replace("---", "+")
    for release in releases:
        if release.usable and any(known == plain or known.startswith((f"{plain}.", f"{plain}+", f"{plain}-")) for known in _names(release)):
            return release
    unusable = next((release for release in releases if plain in _names(release)), None)
    raise VsphereError(
        f"The Supervisor has no usable release {wanted}",
        expected="one of: " + (", ".join(release.version for release in releases if release.usable) or "none is usable yet"),
        found=f"{unusable.version}: {unusable.reason}" if unusable else "no release of that version",
        next_step="Set cluster_version to one of these; if there is none, see whether the content library of node images is synchronised",
    )


def _names(release: Release) -> tuple[str, str]:
    return release.version, release.kubernetes


def _release(item: dict[str, Any], images: set[str] | None) -> Release:
    spec = item["spec"]
    conditions = {found["type"]: found for found in (item.get("status") or {}).get("conditions") or ()}
    failing = [name for name in ("Ready", "Compatible") if conditions.get(name, {}).get("status") != "True"]
    wanted = [image["name"] for image in spec.get("osImages") or ()]
    reason = ""
    if failing:
        said = "; ".join(f"{name}: {conditions.get(name, {}).get('message') or 'not true'}" for name in failing)
        reason = f"is not {' and not '.join(failing)} ({said})"
    elif images is not None and wanted and not images & set(wanted):
        reason = "has no image for nodes yet"
    return Release(item["metadata"]["name"], spec["version"], spec["kubernetes"]["version"], not reason, reason)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBERS.findall(version))
