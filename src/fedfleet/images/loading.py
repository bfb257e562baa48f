"""Images out of a file into this machine's storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.images import archive_reader, in_use
from fedfleet.images.layouts import temporary_layout
from fedfleet.images.pace import Pace
from fedfleet.images.paths import CachePaths, cache_home
from fedfleet.images.storage import Storage, local_name, require_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fedfleet.images.archive import ArchiveIndex

    Progress = Callable[[str], None]


def load_archive(path: Path, progress: Progress, *, digest: str = "", cache: Path | None = None, check_only: bool = False) -> ArchiveIndex:
    """Take the images of a file into local storage that it lacks, after every digest in the file was found right.

    Args:
        path: the file.
        progress: told what is being done, with seconds gone and an estimate.
        digest: what ``save`` printed; empty where nobody knows.
        cache: FedFleet's cache folder; None for the user's.
        check_only: leave local storage alone.

    Raises:
        ArchiveError: the file is damaged, was changed, or is another than ``digest`` says. Nothing of it was used.
        ImagesError: there is no room, or a tool is missing.
    """
    if check_only:
        with archive_reader.opened(path, progress, digest) as archive:
            return archive.index
    require_root("loading images")
    paths = CachePaths(cache or cache_home())
    storage = Storage(paths)
    with (
        archive_reader.opened(path, progress, digest) as archive,
        temporary_layout(paths, progress, "loading") as layout,
        in_use.used(paths, progress, "loading images"),
    ):
        known = storage.sizes()
        missing = [image for image in archive.index.images if local_name(image.name, image.key) not in known]
        if missing:
            archive.extract(layout, Pace("laying out", archive.size, progress))
        pace = Pace("unpacking", sum(image.unpacked for image in missing), progress)
        for image in missing:
            progress(f"{pace.line()}: {image.name} {image.version}")
            storage.take_in(layout, image.reference, local_name(image.name, image.key), lambda _line, _seconds: progress(pace.line()))
            pace.advance(image.unpacked)
        return archive.index
