"""Images of this machine into one file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from fedfleet.federation.images import REPOSITORY
from fedfleet.images import archive_writer, bill, contents, in_use
from fedfleet.images.archive import ArchivedImage, ArchiveIndex, Manifest, digest_of
from fedfleet.images.catalogue import load
from fedfleet.images.errors import ImagesError
from fedfleet.images.layouts import bytes_in, manifest_text, temporary_layout
from fedfleet.images.pace import Pace
from fedfleet.images.paths import CachePaths, cache_home
from fedfleet.images.storage import Storage, require_root
from fedfleet.images.stored import wanted_images

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fedfleet.images.stored import StoredImage

    Progress = Callable[[str], None]

_PACKED_PART = 0.4
"""What packing leaves of an image, for estimates: between a third and a half of ours."""


@dataclass(frozen=True)
class Saved:
    """A file of images, as it was written.

    Attributes:
        digest: stands for all of it; whoever loads it may ask for this one.
        size: of the file, in bytes.
        seconds: that it took.
    """

    path: Path
    index: ArchiveIndex
    digest: str
    size: int
    seconds: float


def save(target: Path, names: Sequence[str], progress: Progress, *, folder: Path | None = None, cache: Path | None = None) -> Saved:
    """Write images of local storage into one file, each blob once. Until it is whole, ``target`` is as it was.

    Args:
        target: the file; one that is there is replaced.
        names: which images; none for all of the platform's.
        progress: told what is being done, with seconds gone and an estimate.
        folder: the definitions; None for those of this installation.
        cache: FedFleet's cache folder; None for the user's.

    Raises:
        ImagesError: an image is not built, there is no room, or a tool is missing.
    """
    started = time.monotonic()
    require_root("saving images")
    if not target.absolute().parent.is_dir():
        raise ImagesError("the folder for the file of images is not there", where=str(target.absolute().parent), next_step="make it first")
    catalogue = load(folder)
    paths = CachePaths(cache or cache_home())
    made_by = f"fedfleet {metadata.version('fedfleet')}"
    with temporary_layout(paths, progress, "saving") as layout, in_use.used(paths, progress, "saving images"):
        wanted = wanted_images(catalogue, paths, names)
        storage = Storage(paths)
        pace = Pace("packing", sum(image.size for image in wanted), progress)
        bills: dict[str, bytes] = {}
        images = []
        for image in wanted:
            progress(f"{pace.line()}: {image.image.name} {image.image.version}")
            entry, bills[image.image.name] = _pack(storage, image, layout, catalogue.lock.debian.suite, made_by, pace, progress)
            images.append(entry)
            pace.advance(image.size)
        index = ArchiveIndex(format=1, made_by=made_by, images=tuple(sorted(images, key=lambda one: one.name)))
        blobs = archive_writer.blobs_of(index, layout)
        size = archive_writer.write(target, index, layout, bills, Pace(f"writing {target.name}", sum(blobs.values()), progress))
    return Saved(target, index, index.digest(), size, time.monotonic() - started)


def _pack(
    storage: Storage, stored: StoredImage, layout: Path, debian: str, made_by: str, pace: Pace, progress: Progress
) -> tuple[ArchivedImage, bytes]:
    image = stored.image
    reference = f"{REPOSITORY}/{image.name}:{image.version}"
    before = bytes_in(layout)

    def tell(_line: str, _seconds: float) -> None:
        packed = bytes_in(layout) - before
        progress(f"{pace.line(min(stored.size, int(packed / _PACKED_PART)))}: {image.name}")

    storage.lay_out(stored.local, layout, reference, tell)
    text = manifest_text(layout, reference)
    manifest = Manifest.model_validate_json(text)
    with storage.mounted(stored.local) as root:
        found = contents.packages(root)
    listed = bill.bill_of(image.name, image.version, digest_of(text), debian, made_by, found)
    entry = ArchivedImage(
        name=image.name,
        version=image.version,
        key=stored.key,
        manifest=digest_of(text),
        packed=len(text) + sum(blob.size for blob in manifest.blobs()),
        unpacked=stored.size,
        bill=digest_of(listed),
    )
    return entry, listed
