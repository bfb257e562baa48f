"""Reads a file of images, and believes nothing in it before its digest was held against what it shall be."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from pydantic import ValidationError

from fedfleet.images.archive import (
    BLOBS,
    CHUNK,
    INDEX,
    LAYOUT,
    LAYOUT_TEXT,
    OCI_INDEX,
    ArchiveIndex,
    Manifest,
    blob_path,
    digest_of,
)
from fedfleet.images.archive_writer import oci_index_text
from fedfleet.images.errors import ArchiveError
from fedfleet.images.fingerprint import KEY_LABEL
from fedfleet.images.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fedfleet.images.archive import ArchivedImage

_LARGEST_DOCUMENT = 8 << 20
"""Bytes of the largest document that is read as a whole; manifests and configurations have some kilobytes."""


@dataclass(frozen=True)
class _Place:
    offset: int
    size: int


class Archive:
    """An open file of images whose entries all matched their digests when it was opened."""

    def __init__(self, path: Path, handle: IO[bytes]) -> None:
        self._path = path
        self._handle = handle
        self._places = self._find_entries()
        self.index = self._read_index()
        self.manifests = {image.name: self._read_manifest(image) for image in self.index.images}

    @property
    def size(self) -> int:
        """Bytes of all entries."""
        return sum(place.size for place in self._places.values())

    def blob_size(self, digest: str) -> int:
        """Bytes of a blob."""
        return self._places[blob_path(digest)].size

    def blob(self, digest: str) -> Iterator[bytes]:
        """A blob in pieces; several threads may read at once."""
        return self._pieces(blob_path(digest))

    def bill(self, image: ArchivedImage) -> bytes:
        """An image's bill of materials."""
        return self._whole(image.bill_path)

    def extract(self, folder: Path, pace: Pace) -> None:
        """Lay the images out in ``folder`` as an OCI image layout; ``pace`` is told of the bytes."""
        (folder / BLOBS).mkdir(parents=True)
        for name in self._places:
            if name.startswith(f"{BLOBS}/") or name in (LAYOUT, OCI_INDEX):
                with (folder / name).open("wb") as target:
                    for piece in self._pieces(name):
                        target.write(piece)
                        pace.advance(len(piece))

    def verify(self, tell: Callable[[str], None]) -> None:
        """Hold every entry against its digest.

        Raises:
            ArchiveError: one of them does not match, lacks or has no business here.
        """
        blobs = {image.manifest: len(self._whole(blob_path(image.manifest))) for image in self.index.images}
        for manifest in self.manifests.values():
            blobs |= {blob.digest: blob.size for blob in manifest.blobs()}
        wanted = {blob_path(digest): digest for digest in blobs}
        wanted |= {image.bill_path: image.bill for image in self.index.images}
        wanted |= {LAYOUT: digest_of(LAYOUT_TEXT), OCI_INDEX: digest_of(oci_index_text(self.index, blobs))}
        wanted |= {INDEX: digest_of(self.index.text())}
        if set(wanted) != set(self._places):
            missing, foreign = sorted(set(wanted) - set(self._places)), sorted(set(self._places) - set(wanted))
            raise self._broken(
                "does not hold what its index says",
                expected=f"{len(wanted)} entries",
                found="; ".join(f"{what} {', '.join(names[:3])}" for what, names in (("no", missing), ("also", foreign)) if names),
            )
        pace = Pace(f"checking {self._path.name}", self.size, tell)
        for name, digest in wanted.items():
            found = hashlib.sha256()
            for piece in self._pieces(name):
                found.update(piece)
                pace.advance(len(piece))
            if f"sha256:{found.hexdigest()}" != digest:
                raise self._broken(f"was changed or damaged in {name}", expected=digest, found=f"sha256:{found.hexdigest()}")
        for image in self.index.images:
            self._check_key(image)

    def _check_key(self, image: ArchivedImage) -> None:
        configuration = json.loads(self._whole(blob_path(self.manifests[image.name].config.digest)))
        key = ((configuration.get("config") or {}).get("Labels") or {}).get(KEY_LABEL)
        if key != image.key:
            raise self._broken(f"calls something else {image.reference}", expected=f"an image with key {image.key}", found=str(key))

    def _find_entries(self) -> dict[str, _Place]:
        places: dict[str, _Place] = {}
        end = os.fstat(self._handle.fileno()).st_size
        try:
            with tarfile.open(fileobj=self._handle, mode="r:") as tar:
                for entry in tar:
                    if entry.type != tarfile.REGTYPE or entry.name in places:
                        raise self._broken("has an entry that nobody writes", expected="plain files, each once", found=entry.name)
                    if entry.offset_data + entry.size > end:
                        raise self._cut(f"{entry.name} ends after {end - entry.offset_data} of {entry.size} bytes")
                    places[entry.name] = _Place(entry.offset_data, entry.size)
        except (tarfile.TarError, ValueError, EOFError) as problem:
            raise self._cut(str(problem)) from problem
        if INDEX not in places:
            raise self._cut(f"no {INDEX}")
        return places

    def _read_index(self) -> ArchiveIndex:
        try:
            index = ArchiveIndex.model_validate_json(self._whole(INDEX))
        except ValidationError as problem:
            raise self._broken(
                f"has an {INDEX} that this version cannot read", expected="format 1", found=str(problem.errors()[0]["msg"])
            ) from problem
        names = [image.name for image in index.images]
        if len(set(names)) != len(names):
            raise self._broken("names an image twice", expected="each once", found=", ".join(names))
        return index

    def _read_manifest(self, image: ArchivedImage) -> Manifest:
        text = self._whole(blob_path(image.manifest))
        if digest_of(text) != image.manifest:
            raise self._broken(f"was changed or damaged in the manifest of {image.name}", expected=image.manifest, found=digest_of(text))
        try:
            return Manifest.model_validate_json(text)
        except ValidationError as problem:
            raise self._broken(
                f"has a manifest of {image.name} that is none", expected="an OCI image manifest", found=str(problem.errors()[0]["msg"])
            ) from problem

    def _whole(self, name: str) -> bytes:
        place = self._places.get(name)
        if place is None:
            raise self._cut(f"no {name}")
        if place.size > _LARGEST_DOCUMENT:
            raise self._broken(f"has a {name} that is too large", expected=f"{_LARGEST_DOCUMENT} bytes", found=f"{place.size} bytes")
        return b"".join(self._pieces(name))

    def _pieces(self, name: str) -> Iterator[bytes]:
        place = self._places[name]
        done = 0
        while done < place.size:
            piece = os.pread(self._handle.fileno(), min(CHUNK, place.size - done), place.offset + done)
            if not piece:
                raise self._cut(f"{name} ends after {done} of {place.size} bytes")
            done += len(piece)
            yield piece

    def _cut(self, found: str) -> ArchiveError:
        return self._broken("is not a whole file of images", expected="what `fedfleet images save` wrote", found=found)

    def _broken(self, what: str, *, expected: str, found: str) -> ArchiveError:
        return ArchiveError(
            f"{self._path.name} {what}",
            expected=expected,
            found=found,
            where=str(self._path),
            next_step="copy it again from where it was saved; nothing of it was used",
        )


@contextmanager
def opened(path: Path, tell: Callable[[str], None], digest: str = "") -> Iterator[Archive]:
    """A file of images, with every entry held against its digest.

    Args:
        path: the file.
        tell: is told how far the check is.
        digest: what ``save`` printed for it; empty where nobody knows. Without it, a file that somebody made anew on purpose is not noticed.

    Raises:
        ArchiveError: it is damaged, was changed, or is another than ``digest`` says.
    """
    try:
        handle = path.open("rb")
    except OSError as problem:
        raise ArchiveError("the file of images cannot be read", found=problem.strerror or str(problem), where=str(path)) from problem
    with handle:
        archive = Archive(path, handle)
        if digest and archive.index.digest() != digest:
            raise ArchiveError(
                f"{path.name} is another file of images than the one that was meant",
                expected=digest,
                found=archive.index.digest(),
                where=str(path),
                next_step="ask whoever saved it for the digest that `fedfleet images save` printed; nothing of it was used",
            )
        archive.verify(tell)
        yield archive
