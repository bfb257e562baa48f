"""Writes a file of images, whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import io
import json
import os
import shutil
import tarfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from fedfleet.images.archive import CHUNK, INDEX, LAYOUT, LAYOUT_TEXT, OCI_INDEX, Manifest, blob_path, oci_index
from fedfleet.images.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fedfleet.images.archive import ArchiveIndex
    from fedfleet.images.pace import Pace

_BLOCK = 512
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def blobs_of(index: ArchiveIndex, layout: Path) -> dict[str, int]:
    """All blobs of the images, by digest, with their sizes in bytes; manifests included."""
    found: dict[str, int] = {}
    for image in index.images:
        text = (layout / blob_path(image.manifest)).read_bytes()
        found[image.manifest] = len(text)
        found |= {blob.digest: blob.size for blob in Manifest.model_validate_json(text).blobs()}
    return dict(sorted(found.items()))


def write(target: Path, index: ArchiveIndex, layout: Path, bills: Mapping[str, bytes], pace: Pace) -> int:
    """Write the file and return its size in bytes. Until it is whole, ``target`` is as it was.

    Args:
        target: where it goes; what is there is replaced.
        index: which images.
        layout: an OCI image layout that has them.
        bills: bill of materials by image.
        pace: is told of the bytes of blobs.

    Raises:
        ArchiveError: the disk is full, or somebody else writes this file.
        OSError: it cannot be written for another reason.
    """
    blobs = blobs_of(index, layout)
    _require_room(target, sum(size + 2 * _BLOCK for size in blobs.values()) + sum(map(len, bills.values())))
    with _whole_or_nothing(target) as handle, tarfile.open(fileobj=handle, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, INDEX, index.text())
        _add(tar, LAYOUT, LAYOUT_TEXT)
        _add(tar, OCI_INDEX, oci_index_text(index, blobs))
        for image in index.images:
            _add(tar, image.bill_path, bills[image.name])
        for digest, size in blobs.items():
            with (layout / blob_path(digest)).open("rb") as blob:
                tar.addfile(_entry(blob_path(digest), size), _Told(blob, pace))
    return target.stat().st_size


def oci_index_text(index: ArchiveIndex, blobs: Mapping[str, int]) -> bytes:
    """The OCI index as it stands in the file; ``blobs`` are sizes by digest."""
    return json.dumps(oci_index([(image, blobs[image.manifest]) for image in index.images]), indent=1).encode() + b"\n"


class _Told(io.RawIOBase):
    """A blob that tells how much of it has been read."""

    def __init__(self, blob: IO[bytes], pace: Pace) -> None:
        self._blob = blob
        self._pace = pace

    def read(self, size: int = -1) -> bytes:
        chunk = self._blob.read(size if 0 <= size <= CHUNK else CHUNK)
        self._pace.advance(len(chunk))
        return chunk


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o644
    return entry


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_entry(name, len(content)), io.BytesIO(content))


def _require_room(target: Path, needed: int) -> None:
    free = shutil.disk_usage(target.absolute().parent).free
    if free < needed:
        raise _full(target, f"{needed / 1e6:.0f} MB free", f"{free / 1e6:.0f} MB")


def _full(target: Path, expected: str, found: str) -> ArchiveError:
    return ArchiveError(
        f"there is no room for {target.name}",
        expected=expected,
        found=found,
        where=str(target.absolute().parent),
        next_step="make room or name a file on another disk, and save again; nothing was left behind",
    )


@contextmanager
def _whole_or_nothing(target: Path) -> Iterator[IO[bytes]]:
    """A file beside ``target`` that takes its place when all went well, and is removed when it did not."""
    part = target.with_name(f"{target.name}.part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+b") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise ArchiveError(
                f"somebody else is writing {target.name}", where=str(part), next_step="wait for them, or name another file"
            ) from problem
        try:
            # What a killed run left is written over.
            handle.truncate(0)
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
            part.replace(target)
        except OSError as problem:
            part.unlink(missing_ok=True)
            if problem.errno in _FULL:
                raise _full(target, "room", problem.strerror or "none") from problem
            raise
        except BaseException:
            part.unlink(missing_ok=True)
            raise
