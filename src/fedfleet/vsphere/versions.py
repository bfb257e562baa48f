"""Kubernetes versions as VMware writes them: ``v1.34.2+vmware.2-vkr.1``; in names of objects ``+`` is ``---``.

From the usage examples (7.0 Update 2), tanzu-framework v0.28.3 apis/run/v1alpha3, and the annotated profile (VKS 3.7); that a version in
part selects the release whose version begins so is from vks-airgap-cicd (dry runs at VKS 3.6). ``fedfleet.vsphere`` says what these sources
are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fedfleet.vsphere import errors

_FORM = re.compile(r"^v?(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?(?P<build>\+\S+)?$")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, order=True)
class Version:
    """A version that can be compared.

    Attributes:
        patch: -1 where it is not given, as in ``v1.34``.
        build: the numbers of ``+vmware.2-vkr.1``, in their order.
        text: as it was written, with ``+``.
    """

    major: int
    minor: int
    patch: int
    build: tuple[int, ...] = ()
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.text

    def covers(self, other: Version) -> bool:
        """Whether ``other`` is what this one selects: vSphere takes a version for the beginning of one."""
        mine, its = self.text.removeprefix("v"), other.text.removeprefix("v")
        return its == mine or (its.startswith(mine) and not its[len(mine)].isdigit())


def parse(text: str) -> Version:
    """Read a version, or the name of a release.

    Raises:
        SettingsError: it is none.
    """
    plain = text.strip().replace("---", "+")
    match = _FORM.match(plain)
    if match is None:
        raise errors.SettingsError(
            f"{text!r} is not a Kubernetes version",
            expected="a version such as v1.34 or v1.34.2+vmware.2, or the name of a release such as v1.34.2---vmware.2-vkr.1",
            found=text,
            next_step="See what the Supervisor offers (module kubernetes_release_info)",
        )
    numbers = tuple(int(number) for number in _NUMBER.findall(match["build"] or ""))
    written = plain if plain.startswith("v") else f"v{plain}"
    return Version(int(match["major"]), int(match["minor"]), int(match["patch"] or -1), numbers, written)


def step(running: Version, wanted: Version) -> str:
    """Why a cluster cannot go from one version to the other at once; empty where it can (the same, or up to one minor version up)."""
    if wanted.covers(running):
        return ""
    if wanted.patch == -1 and (wanted.major, wanted.minor) == (running.major, running.minor):
        return ""
    if wanted < running:
        return f"{wanted} is older than {running}, and versions are never lowered"
    if wanted.major != running.major or wanted.minor > running.minor + 1:
        return f"{wanted} is more than one minor version above {running}"
    return ""
