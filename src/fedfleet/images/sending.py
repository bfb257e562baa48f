"""Images into a registry, from a file or from this machine, and what they are called there afterwards."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fedfleet.federation.images import REPOSITORY, Pin
from fedfleet.images import in_use
from fedfleet.images.archive import MANIFEST_TYPE
from fedfleet.images.catalogue import load
from fedfleet.images.errors import ImagesError, RegistryError
from fedfleet.images.fingerprint import KEY_LABEL
from fedfleet.images.pace import Pace
from fedfleet.images.paths import CachePaths, cache_home
from fedfleet.images.storage import Storage
from fedfleet.images.stored import wanted_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from fedfleet.images.archive import ArchivedImage
    from fedfleet.images.archive_reader import Archive
    from fedfleet.images.registry import Connection, Registry

    Progress = Callable[[str], None]

UPLOADS = 4
"""Blobs that are sent at a time."""


@dataclass(frozen=True)
class Sent:
    """One image in the registry.

    Attributes:
        pin: what it is called there.
        outcome: ``unchanged`` where the registry had it under this name already.
        seconds: that it took.
    """

    pin: Pin
    outcome: Literal["unchanged", "pushed"]
    seconds: float


def send_archive(archive: Archive, registry: Registry, progress: Progress, names: Sequence[str] = ()) -> list[Sent]:
    """Send the images of a file; blobs that the registry has are not sent. Needs nothing but Python.

    Args:
        archive: an open file.
        registry: where to.
        progress: told how far it is, with seconds gone and an estimate.
        names: which images; none for all of them.

    Raises:
        ImagesError: the file lacks a named image, or the registry did not take one. What was sent stays, and need not be sent again.
    """
    known = {image.name: image for image in archive.index.images}
    missing = [name for name in names if name not in known]
    if missing:
        raise ImagesError(f"not in the file: {', '.join(missing)}", found=", ".join(known), next_step="name others, or none for all")
    images = [known[name] for name in dict.fromkeys(names)] or list(known.values())
    blobs = {blob.digest: blob.size for image in images for blob in archive.manifests[image.name].blobs()}
    pace = Pace(f"sending to {registry.address}", sum(blobs.values()), progress)
    with registry.connect() as connection:
        return _Sending(archive, connection, registry.address, pace, progress).run(images)


def send_stored(
    names: Sequence[str], registry: Registry, progress: Progress, *, folder: Path | None = None, cache: Path | None = None
) -> list[Sent]:
    """Send images of local storage; what the registry has under its version and key is not sent.

    Args:
        names: which images; none for all of the platform's.
        registry: where to.
        progress: told how far it is, with seconds gone.
        folder: the definitions; None for those of this installation.
        cache: FedFleet's cache folder; None for the user's.

    Raises:
        ImagesError: an image is not built, or the registry did not take one.
    """
    paths = CachePaths(cache or cache_home())
    sent = []
    with in_use.used(paths, progress, "sending images"), registry.connect() as connection:
        wanted = wanted_images(load(folder), paths, names)
        storage = Storage(paths)
        pace = Pace(f"sending to {registry.address}", sum(stored.size for stored in wanted), progress)
        for stored in wanted:
            started = time.monotonic()
            image = stored.image
            there = connection.label(f"{REPOSITORY}/{image.name}", image.version, KEY_LABEL) == stored.key
            if not there:
                progress(f"{pace.line()}: {image.name} {image.version}")
                storage.push(stored.local, image.reference(registry.address), registry, lambda _line, _seconds: progress(pace.line()))
            pace.advance(stored.size)
            pin = pin_of(connection, registry, image.name, image.version)
            sent.append(Sent(pin, "unchanged" if there else "pushed", time.monotonic() - started))
    return sent


def pin_of(connection: Connection, registry: Registry, name: str, version: str) -> Pin:
    """What an image is called by its digest.

    Raises:
        RegistryError: the registry does not have it.
    """
    digest = connection.digest(f"{REPOSITORY}/{name}", version)
    if digest is None:
        raise RegistryError(f"the registry does not have {REPOSITORY}/{name}:{version}, though it took it", where=registry.address)
    return Pin(registry.address, name, version, digest)


class _StoppedError(Exception):
    """Another upload failed, or somebody asked to stop."""


class _Sending:
    """One run, while it lasts."""

    def __init__(self, archive: Archive, connection: Connection, address: str, pace: Pace, progress: Progress) -> None:
        self._archive = archive
        self._connection = connection
        self._address = address
        self._pace = pace
        self._progress = progress
        self._placed: dict[str, str] = {}
        self._stop = threading.Event()

    def run(self, images: Sequence[ArchivedImage]) -> list[Sent]:
        pool = ThreadPoolExecutor(UPLOADS)
        try:
            return [self._image(image, pool) for image in images]
        finally:
            # Without an error there is nothing left to cancel; with one, nobody shall wait for gigabytes under way.
            self._stop.set()
            pool.shutdown(cancel_futures=True)

    def _image(self, image: ArchivedImage, pool: ThreadPoolExecutor) -> Sent:
        started = time.monotonic()
        repository = f"{REPOSITORY}/{image.name}"
        blobs = {blob.digest: blob.size for blob in self._archive.manifests[image.name].blobs()}
        there = self._connection.digest(repository, image.version) == image.manifest
        if there:
            self._pace.advance(sum(size for digest, size in blobs.items() if digest not in self._placed))
        else:
            self._progress(f"{self._pace.line()}: {image.name} {image.version}")
            for done in [pool.submit(self._blob, repository, digest, size) for digest, size in blobs.items()]:
                done.result()
            text = b"".join(self._archive.blob(image.manifest))
            self._connection.send_manifest(repository, image.version, MANIFEST_TYPE, text)
        self._placed |= {digest: repository for digest in blobs if digest not in self._placed}
        pin = Pin(self._address, image.name, image.version, image.manifest)
        return Sent(pin, "unchanged" if there else "pushed", time.monotonic() - started)

    def _blob(self, repository: str, digest: str, size: int) -> None:
        beside = self._placed.get(digest, "")
        counted = 0

        def content() -> Iterator[bytes]:
            nonlocal counted
            self._pace.advance(-counted)
            counted = 0
            for piece in self._archive.blob(digest):
                if self._stop.is_set():
                    raise _StoppedError
                yield piece
                counted += len(piece)
                self._pace.advance(len(piece))

        if not self._connection.has_blob(repository, digest):
            self._connection.send_blob(repository, digest, size, content, beside)
        if not beside:
            self._pace.advance(size - counted)
