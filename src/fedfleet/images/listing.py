"""What there is of every image: on this machine, in a registry, in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.federation.images import REPOSITORY
from fedfleet.images.catalogue import load
from fedfleet.images.fingerprint import KEY_LABEL
from fedfleet.images.paths import CachePaths, cache_home
from fedfleet.images.stored import stored_images

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet.images.archive import ArchiveIndex
    from fedfleet.images.registry import Connection, Registry


@dataclass(frozen=True)
class ListedImage:
    """One image, and where it is.

    Attributes:
        group: ``platform`` or ``lab``; empty for those in a file.
        built: whether this machine has it, made of what the definitions say now.
        unpacked: bytes on a disk, shared layers included; 0 where nobody knows.
        published: whether the registry has something under this name and version.
        key: what it is made of, where that is known: of the one in the registry before the one on this machine.
        digest: of the manifest in the registry or file; empty without.
        packed: bytes to transfer, shared layers included; 0 without.
    """

    name: str
    version: str
    group: str
    summary: str
    built: bool
    unpacked: int
    published: bool
    key: str
    digest: str
    packed: int


def listed(registry: Registry | None, *, folder: Path | None = None, cache: Path | None = None) -> list[ListedImage]:
    """All images of the definitions, in build order.

    Raises:
        ImagesError: local storage or the registry cannot be read.
    """
    catalogue = load(folder)
    stored = stored_images(catalogue, CachePaths(cache or cache_home()))
    here = {
        image.name: ListedImage(
            name=image.name,
            version=image.version,
            group=image.group,
            summary=image.summary,
            built=image.name in stored,
            unpacked=stored[image.name].size if image.name in stored else 0,
            published=False,
            key=stored[image.name].key if image.name in stored else "",
            digest="",
            packed=0,
        )
        for image in catalogue.images
    }
    if registry is None:
        return list(here.values())
    with registry.connect() as connection:
        return [_in_registry(connection, image) for image in here.values()]


def in_archive(index: ArchiveIndex) -> list[ListedImage]:
    """The images of a file, in its order."""
    return [
        ListedImage(
            name=image.name,
            version=image.version,
            group="",
            summary="",
            built=False,
            unpacked=image.unpacked,
            published=False,
            key=image.key,
            digest=image.manifest,
            packed=image.packed,
        )
        for image in index.images
    ]


def _in_registry(connection: Connection, image: ListedImage) -> ListedImage:
    repository = f"{REPOSITORY}/{image.name}"
    digest = connection.digest(repository, image.version)
    manifest = connection.manifest(repository, image.version) if digest else None
    if digest is None or manifest is None:
        return image
    parts = {part["digest"]: int(part["size"]) for part in (manifest.get("config", {}), *manifest.get("layers", [])) if "digest" in part}
    return ListedImage(
        name=image.name,
        version=image.version,
        group=image.group,
        summary=image.summary,
        built=image.built,
        unpacked=image.unpacked,
        published=True,
        key=connection.label(repository, image.version, KEY_LABEL) or image.key,
        digest=digest,
        packed=sum(parts.values()),
    )
