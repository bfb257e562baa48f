"""How images are called: by version, or by the digest of what was tested. The list of digests is a file that pushing writes and roles read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.federation.problems import DocumentError, Problem
from fedfleet.federation.reading import read_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REPOSITORY: Final = "fedfleet"
"""First part of every image's name in a registry."""

_IMAGE: Final = re.compile(r"^(?P<name>[a-z][a-z0-9-]*):(?P<version>[0-9][0-9A-Za-z.]*)$")
_PIN: Final = re.compile(
    rf"^(?P<registry>[^\s@]+)/{REPOSITORY}/(?P<name>[a-z][a-z0-9-]*):(?P<version>[0-9][0-9A-Za-z.]*)@(?P<digest>sha256:[0-9a-f]{{64}})$"
)
_AGAIN: Final = "Write the file anew: fedfleet images push --registry REGISTRY --digests-file FILE"
_HEAD: Final = """\
# Which images were pushed, each by the digest of what it is; written by `fedfleet images push`.
# Roles take it where fedfleet_image_digests_file names it, and a site of profile production runs nothing else.
"""


@dataclass(frozen=True)
class Pin:
    """An image as it was pushed."""

    registry: str
    name: str
    version: str
    digest: str

    def __str__(self) -> str:
        return f"{self.registry}/{REPOSITORY}/{self.name}:{self.version}@{self.digest}"


def parse_pins(text: str, where: str) -> dict[str, Pin]:
    """The pins in a file of digests, by the name of the image.

    Raises:
        DocumentError: the text is no such file.
    """
    images = read_mapping(text, where).get("images")
    if not isinstance(images, dict):
        raise DocumentError("The file of image digests cannot be read", [Problem(where, "expected a mapping under `images`")], _AGAIN)
    problems, pins = [], {}
    for name, reference in images.items():
        found = _PIN.match(str(reference))
        if found is None or found["name"] != name:
            problems.append(Problem(where, f"expected {name}: REGISTRY/{REPOSITORY}/{name}:VERSION@sha256:DIGEST, found {reference}"))
        else:
            pins[str(name)] = Pin(found["registry"], found["name"], found["version"], found["digest"])
    if problems:
        raise DocumentError("The file of image digests cannot be read", problems, _AGAIN)
    return pins


def render_pins(pins: Iterable[Pin]) -> str:
    """The text of a file of digests."""
    lines = [f"  {pin.name}: {pin}" for pin in sorted(pins, key=lambda pin: pin.name)]
    return "\n".join([f"{_HEAD}images:" if lines else f"{_HEAD}images: {{}}", *lines, ""])


def reference(image: str, registry: str, pins: Mapping[str, Pin]) -> str:
    """What a pod calls an image, by digest where one is known. The registry may be another than the pin's: a digest means the same everywhere.

    Args:
        image: name and version, ``nginx:1.22``.
        registry: with which all images begin.
        pins: of ``parse_pins``.

    Raises:
        DocumentError: ``image`` is not name and version, or another version of it was pushed.
    """
    wanted = _IMAGE.match(image)
    if wanted is None:
        raise DocumentError("An image is not named as it must be", [Problem("", f"expected NAME:VERSION, found {image}")])
    pin = pins.get(wanted["name"])
    if pin is None:
        return f"{registry}/{REPOSITORY}/{image}"
    if pin.version != wanted["version"]:
        problem = Problem(str(pin), f"expected version {wanted['version']}, which this release of FedFleet runs, found {pin.version}")
        raise DocumentError("The file of image digests is of another release", [problem], _AGAIN)
    return f"{registry}/{REPOSITORY}/{image}@{pin.digest}"
