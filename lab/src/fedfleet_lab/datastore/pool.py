"""A pool: one file system over one or two disks, mounted where every node of the lab sees it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.command import run
from fedfleet_lab.datastore.btrfs import Btrfs, Device, Scrub, Usage
from fedfleet_lab.datastore.errors import DatastoreError

if TYPE_CHECKING:
    from fedfleet_lab.datastore.disks import Disk

# discard gives the blocks of deleted files back to the machine's own disk, which the disks' files are holes in.
_MOUNT_OPTIONS = "noatime,discard=async"

# btrfs-progs keeps the result of each file system's last scrub here, for ever.
_SCRUB_RECORDS = Path("/var/lib/btrfs")


class DiskState(StrEnum):
    """How a disk is doing, as far as the file system has noticed."""

    HEALTHY = "healthy"
    ERRORS = "errors"
    MISSING = "missing"
    OFFLINE = "offline"


@dataclass(frozen=True)
class DiskStatus:
    """One disk: its state, the errors counted since the last repair, and what its file takes on the machine (bytes)."""

    name: str
    state: DiskState
    errors: int
    size: int
    taken: int


@dataclass(frozen=True)
class PoolStatus:
    """One pool: `usage` is None while it is not mounted."""

    name: str
    mount: Path
    disks: tuple[DiskStatus, ...]
    usage: Usage | None

    @property
    def healthy(self) -> bool:
        """Whether it is mounted and all its disks are well."""
        return self.usage is not None and all(disk.state is DiskState.HEALTHY for disk in self.disks)


@dataclass(frozen=True)
class Repair:
    """What repairing a disk did: whether it was rebuilt as a whole, and what a scrub of the pool then found."""

    rebuilt: bool
    scrub: Scrub


@dataclass(frozen=True)
class Pool:
    """One file system. With two disks every block lies on both, so that either may be lost."""

    name: str
    label: str
    mount: Path
    disks: tuple[Disk, ...]

    @property
    def mirrored(self) -> bool:
        """Whether the pool survives the loss of a disk."""
        return len(self.disks) > 1

    @property
    def filesystem(self) -> Btrfs:
        """The file system's commands."""
        return Btrfs(self.mount)

    def open(self) -> None:
        """Creates what is missing and mounts the pool; a lost disk of a mirror leaves it mounted, degraded.

        Raises:
            DatastoreError: no disk with its data is left, or the kernel refuses the mount.
        """
        if os.path.ismount(self.mount):
            return
        blank = [disk.create() for disk in self.disks]
        devices = [disk.attach() for disk in self.disks]
        formatted = [device for device in devices if Btrfs.is_formatted(device)]
        if all(blank):
            Btrfs.format(devices, label=self.label, mirrored=self.mirrored)
            formatted = devices
        elif not formatted:
            raise DatastoreError(
                f"Pool {self.name} has lost its data: none of its disks carries a file system any more",
                where=", ".join(str(disk.file) for disk in self.disks),
                next_step="Start afresh with `fedfleet lab down` and `fedfleet lab up`",
            )
        # A mirror has a second device, which the kernel finds only once it has been told about it.
        run(["btrfs", "device", "scan", *formatted])
        options = _MOUNT_OPTIONS if len(formatted) == len(devices) else f"{_MOUNT_OPTIONS},degraded"
        self.mount.mkdir(parents=True, exist_ok=True)
        run(["mount", "-t", "btrfs", "-o", options, formatted[0], self.mount])
        self.filesystem.enable_quotas()
        for directory in (self.volumes, self.snapshots):
            directory.mkdir(exist_ok=True)

    @property
    def volumes(self) -> Path:
        """Where the volumes' subvolumes are."""
        return self.mount / "volumes"

    @property
    def snapshots(self) -> Path:
        """Where the read-only snapshots are."""
        return self.mount / "snapshots"

    def close(self) -> None:
        """Unmounts the pool and gives its loop devices back; the data stay in the disks' files."""
        while os.path.ismount(self.mount):
            identity = run(["findmnt", "--noheadings", "--output", "UUID", "--mountpoint", self.mount]).stdout.split()
            run(["umount", self.mount])
            for uuid in set(identity):
                for record in _SCRUB_RECORDS.glob(f"scrub.*.{uuid}*"):
                    record.unlink()
        for disk in self.disks:
            device = disk.device()
            if device is not None:
                # Else the kernel goes on counting the old device among the file system's.
                run(["btrfs", "device", "scan", "--forget", device], accept=(0, 1))
                disk.detach()

    def fail(self, disk: Disk) -> None:
        """Destroys one disk under the running file system, as if all its blocks had been wiped."""
        self._require_mounted()
        disk.destroy()

    def repair(self, disk: Disk) -> Repair:
        """Rebuilds what the disk lost from the other copy and checks the whole pool.

        Raises:
            DatastoreError: the pool is not mounted, or some blocks have no good copy left.
        """
        self._require_mounted()
        device = disk.attach()
        devices = self.filesystem.devices()
        lost = str(device) not in {known.path for known in devices}
        if lost:
            missing = next(known.devid for known in devices if known.path is None)
            self.filesystem.replace(missing, device, mirrored=self.mirrored)
        scrub = self.filesystem.scrub()
        if scrub.uncorrectable:
            raise DatastoreError(
                f"Disk {disk.name} of pool {self.name} is beyond repair",
                expected="a good copy of every block on another disk",
                found=f"{scrub.uncorrectable} blocks without one, {scrub.corrected} others corrected",
                next_step="Restore the volumes concerned; `dmesg` names their files",
            )
        self.filesystem.forget_errors()
        disk.mark_repaired()
        return Repair(rebuilt=lost, scrub=scrub)

    def _require_mounted(self) -> None:
        if not os.path.ismount(self.mount):
            raise DatastoreError(f"Pool {self.name} is not mounted", where=str(self.mount), next_step="Bring the lab up first")

    def status(self) -> PoolStatus:
        """Returns how the pool and its disks are; reads nothing but what the kernel has counted."""
        mounted = os.path.ismount(self.mount)
        devices = self.filesystem.devices() if mounted else []
        return PoolStatus(
            name=self.name,
            mount=self.mount,
            disks=tuple(self._disk_status(disk, devices) for disk in self.disks),
            usage=self.filesystem.usage() if mounted else None,
        )

    @staticmethod
    def _disk_status(disk: Disk, devices: list[Device]) -> DiskStatus:
        attached = str(disk.device())
        mine = next((device for device in devices if device.path == attached), None)
        if not devices:
            state = DiskState.OFFLINE
        elif mine is None:
            state = DiskState.MISSING
        else:
            state = DiskState.ERRORS if mine.errors else DiskState.HEALTHY
        errors = mine.errors if mine else 0
        return DiskStatus(name=disk.name, state=state, errors=errors, size=disk.size(), taken=disk.taken())
