"""Disks: sparse files behind loop devices."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from fedfleet_lab.command import run
from fedfleet_lab.datastore.errors import DatastoreError

# How long the kernel may take to let go of a detached device; seconds.
_DETACH_TIMEOUT = 15.0


@dataclass(frozen=True)
class Disk:
    """One disk: a sparse file, made with `new_size` bytes, that a loop device presents to the kernel."""

    name: str
    file: Path
    new_size: int

    def create(self) -> bool:
        """Makes the file where it is missing; returns whether it had to. A blank disk holds nothing but zeros."""
        if self.file.exists():
            return False
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("xb") as blank:
            blank.truncate(self.new_size)
        return True

    def device(self) -> Path | None:
        """Returns the loop device that the file is attached to, or None."""
        listing = run(["losetup", "--json", "--list", "--output", "NAME,BACK-FILE"]).stdout
        entries = json.loads(listing)["loopdevices"] if listing.strip() else []
        # A file that was deleted while attached still counts; losetup marks it.
        names = {str(self.file), f"{self.file} (deleted)"}
        return next((Path(entry["name"]) for entry in entries if entry["back-file"] in names), None)

    def attach(self) -> Path:
        """Attaches the file to a free loop device, unless it already is; returns the device.

        Direct I/O spares the machine a second copy of every block in its page cache.
        """
        found = self.device()
        if found is not None:
            return found
        return Path(run(["losetup", "--direct-io=on", "--find", "--show", self.file]).stdout.strip())

    def detach(self) -> None:
        """Detaches the file and waits until the kernel has let go of it; harmless where it is not attached.

        Raises:
            DatastoreError: something still uses the device after a while.
        """
        deadline = time.monotonic() + _DETACH_TIMEOUT
        # A mount namespace that is just dying holds its mounts, and these the device, for a moment longer.
        while device := self.device():
            run(["losetup", "--detach", device], accept=(0, 1))
            if time.monotonic() > deadline:
                raise DatastoreError(
                    f"Disk {self.name} is still in use {_DETACH_TIMEOUT:.0f} s after it was detached",
                    where=f"{device} over {self.file}",
                    next_step=f"End the process that has it mounted: `grep -l {device} /proc/*/mountinfo` names it",
                )
            time.sleep(0.05)

    @property
    def _wiped_mark(self) -> Path:
        return self.file.with_suffix(".wiped")

    @property
    def wiped(self) -> bool:
        """Whether the disk was destroyed and not repaired since; the kernel itself only learns of it block by block."""
        return self._wiped_mark.exists()

    def mark_repaired(self) -> None:
        """Notes that the disk carries its data again."""
        self._wiped_mark.unlink(missing_ok=True)

    def destroy(self) -> None:
        """Turns every block of the disk to zeros, also under a mounted file system.

        Raises:
            CommandError: the machine's file system cannot punch holes.
        """
        self._wiped_mark.touch()
        run(["fallocate", "--punch-hole", "--offset", "0", "--length", str(self.size()), self.file])
        descriptor = os.open(self.file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def size(self) -> int:
        """Returns the disk's size in bytes; 0 where there is no disk."""
        return self.file.stat().st_size if self.file.exists() else 0

    def taken(self) -> int:
        """Returns the bytes that the file really takes on the machine's own disk."""
        return self.file.stat().st_blocks * 512 if self.file.exists() else 0
