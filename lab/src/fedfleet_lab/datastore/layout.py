"""The lab's datastore as a whole: its pools, disks and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.datastore.disks import Disk
from fedfleet_lab.datastore.errors import DatastoreError, RequestRefusedError
from fedfleet_lab.datastore.pool import DiskState, Pool, PoolStatus, Repair

if TYPE_CHECKING:
    from pathlib import Path

GIB = 2**30

# What the kernel sees; the files are sparse and take only what is written.
DEFAULT_DISK_SIZE = 24 * GIB


@dataclass(frozen=True)
class Datastore:
    """A lab's datastore: pool `mirrored` over disk1 and disk2, pool `fast` on disk3.

    `mounts` is where pools are mounted, and must be seen by every node; `disks` is where the disks' files are.
    `label` tells the file systems of several labs on one machine apart. `disk_size` is for disks that are yet to be
    made, in bytes.
    """

    mounts: Path
    disks: Path
    label: str
    disk_size: int = DEFAULT_DISK_SIZE

    @property
    def pools(self) -> tuple[Pool, Pool]:
        """The pools, by order of opening."""
        names = ("disk1", "disk2", "disk3")
        one, two, three = (Disk(name, self.disks / f"{name}.img", self.disk_size) for name in names)
        return self._pool("mirrored", one, two), self._pool("fast", three)

    def _pool(self, name: str, *disks: Disk) -> Pool:
        return Pool(name=name, label=f"{self.label}-{name}", mount=self.mounts / name, disks=disks)

    def pool(self, name: str) -> Pool:
        """Returns the pool of that name.

        Raises:
            DatastoreError: there is none.
        """
        for pool in self.pools:
            if pool.name == name:
                return pool
        known = ", ".join(pool.name for pool in self.pools)
        raise RequestRefusedError(f"The datastore has no pool {name!r}", expected=f"one of {known}")

    def disk(self, name: str) -> tuple[Pool, Disk]:
        """Returns the disk of that name and the pool it belongs to.

        Raises:
            DatastoreError: there is none.
        """
        for pool in self.pools:
            for disk in pool.disks:
                if disk.name == name:
                    return pool, disk
        known = ", ".join(disk.name for pool in self.pools for disk in pool.disks)
        raise DatastoreError(f"The datastore has no disk {name!r}", expected=f"one of {known}")

    def open(self) -> None:
        """Creates what is missing and mounts all pools; nothing happens to those that are mounted."""
        for pool in self.pools:
            pool.open()

    def close(self) -> None:
        """Unmounts all and gives the loop devices back, whatever state a crash left them in; the data stay."""
        for pool in reversed(self.pools):
            pool.close()

    def status(self) -> tuple[PoolStatus, ...]:
        """Returns how the pools are."""
        return tuple(pool.status() for pool in self.pools)

    def fail(self, name: str) -> None:
        """Destroys the disk of that name under its mounted pool.

        Raises:
            DatastoreError: no such disk, or the pool has no other copy of its data, or is not mounted.
        """
        pool, disk = self.disk(name)
        if not pool.mirrored:
            raise DatastoreError(
                f"Disk {name} is the only one of pool {pool.name}: destroying it would lose every volume there",
                next_step="Fail a disk of a mirrored pool",
            )
        damaged = {seen.name for seen in pool.status().disks if seen.state in (DiskState.ERRORS, DiskState.MISSING)}
        damaged |= {other.name for other in pool.disks if other.wiped}
        if damaged - {name}:
            others = ", ".join(sorted(damaged - {name}))
            raise DatastoreError(
                f"Disk {name} may hold the last good copy of some blocks of pool {pool.name}",
                next_step=f"Repair {others} first",
            )
        pool.fail(disk)

    def repair(self, name: str) -> Repair:
        """Rebuilds the disk of that name from the other copy.

        Raises:
            DatastoreError: no such disk, its pool is not mounted, or blocks have no good copy.
        """
        pool, disk = self.disk(name)
        return pool.repair(disk)
