"""Volumes and snapshots in a pool: one subvolume each, with an enforced size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.datastore.errors import RequestRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.datastore.pool import Pool


@dataclass(frozen=True)
class VolumeStore:
    """The volumes of one pool. Every method may be repeated: what is done already stays as it is."""

    pool: Pool

    def path(self, volume: str) -> Path:
        """Returns the directory of a volume, whether it exists or not."""
        return self.pool.volumes / volume

    def snapshot_path(self, snapshot: str) -> Path:
        """Returns the directory of a snapshot, whether it exists or not."""
        return self.pool.snapshots / snapshot

    def create(self, volume: str, size: int, *, source: Path | None = None) -> Path:
        """Makes a volume of at most `size` bytes, empty or with the content of `source`; returns its directory.

        Raises:
            RequestRefusedError: it asks for more than the whole pool holds, or `source` does not exist.
            DatastoreError: the file system refused.
        """
        self._check_size(size)
        path = self.path(volume)
        filesystem = self.pool.filesystem
        if not path.exists():
            if source is None:
                filesystem.create_subvolume(path)
            elif source.exists():
                filesystem.snapshot(source, path, readonly=False)
            else:
                raise RequestRefusedError(
                    f"Pool {self.pool.name} lacks the content that volume {volume} is to start with", where=str(source)
                )
        filesystem.mend_quotas()
        filesystem.limit(path, size)
        return path

    def resize(self, volume: str, size: int) -> None:
        """Sets the volume's limit to `size` bytes.

        Raises:
            RequestRefusedError: it asks for more than the whole pool holds.
            DatastoreError: the volume does not exist.
        """
        self._check_size(size)
        self.pool.filesystem.mend_quotas()
        self.pool.filesystem.limit(self.path(volume), size)

    def delete(self, volume: str) -> None:
        """Removes a volume and all that is in it."""
        self._delete(self.path(volume))

    def set_readonly(self, volume: str, readonly: bool) -> None:
        """Has a volume refuse changes, as after an error of its file system, or take them again.

        Raises:
            DatastoreError: the volume does not exist.
        """
        self.pool.filesystem.set_readonly(self.path(volume), readonly)

    def take_snapshot(self, volume: str, snapshot: str) -> None:
        """Freezes the volume's present content under the name `snapshot`.

        Raises:
            RequestRefusedError: the volume does not exist.
        """
        source, target = self.path(volume), self.snapshot_path(snapshot)
        if target.exists():
            return
        if not source.exists():
            raise RequestRefusedError(f"Pool {self.pool.name} has no volume {volume} to take a snapshot of")
        self.pool.filesystem.snapshot(source, target, readonly=True)

    def delete_snapshot(self, snapshot: str) -> None:
        """Removes a snapshot; volumes made from it keep their content."""
        self._delete(self.snapshot_path(snapshot))

    def _delete(self, path: Path) -> None:
        if path.exists():
            self.pool.filesystem.delete_subvolume(path)
        self.pool.filesystem.forget_deleted_quotas()

    def _check_size(self, size: int) -> None:
        capacity = self.pool.filesystem.usage().capacity
        if size > capacity:
            raise RequestRefusedError(
                f"{size} bytes are more than the pool {self.pool.name} has in all",
                expected=f"at most {capacity} bytes",
                next_step="Ask for less, or bring a lab up with larger disks",
            )
