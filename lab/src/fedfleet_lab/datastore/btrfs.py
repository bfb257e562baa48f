"""A mounted btrfs file system, through btrfs-progs (formats as printed by version 6.2)."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from fedfleet_lab.command import run
from fedfleet_lab.datastore.errors import DatastoreError

# Rebuilding or scrubbing reads a whole disk; seconds.
REBUILD_TIMEOUT = 3600.0

_SYSFS = Path("/sys/fs/btrfs")
# Subtrees of this height and more are dropped without counting (BTRFS_MAX_LEVEL: none are; the default of 3 costs all limits).
_MAX_LEVEL = 8

_DEVICE_LINE = re.compile(r"^\s*devid\s+(?P<id>\d+) size (?P<size>\d+) used (?P<used>\d+) path (?P<path>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Device:
    """One device of the file system as the kernel sees it; `path` is None where the device is missing."""

    devid: int
    path: str | None
    errors: int


@dataclass(frozen=True)
class Quota:
    """What one subvolume holds and may hold, in bytes; `limit` is None where it has none."""

    subvolume_id: int
    referenced: int
    exclusive: int
    limit: int | None


@dataclass(frozen=True)
class Usage:
    """Bytes of the file system as its users count them: mirrored blocks count once."""

    capacity: int
    used: int


@dataclass(frozen=True)
class Scrub:
    """What a scrub found: errors it corrected from the other copy, and those it could not."""

    corrected: int
    uncorrectable: int


class Btrfs:
    """Commands on the file system mounted at `mount`."""

    def __init__(self, mount: Path) -> None:
        self.mount = mount

    @staticmethod
    def is_formatted(device: Path) -> bool:
        """Says whether the device carries a btrfs super block."""
        # blkid ends with 2 where it finds nothing. `--probe` reads the disk; without it blkid may answer from its cache.
        argv = ["blkid", "--probe", "--output", "value", "--match-tag", "TYPE", str(device)]
        return run(argv, accept=(0, 2)).stdout.strip() == "btrfs"

    @staticmethod
    def format(devices: list[Path], *, label: str, mirrored: bool) -> None:
        """Makes a new file system over the devices, every block in two places where `mirrored`."""
        profile = "raid1" if mirrored else "single"
        metadata = "raid1" if mirrored else "dup"
        profiles = ["--data", profile, "--metadata", metadata]
        run(["mkfs.btrfs", "--quiet", "--force", "--label", label, *profiles, *devices])

    def create_subvolume(self, path: Path) -> None:
        """Makes an empty subvolume."""
        run(["btrfs", "subvolume", "create", path])

    def snapshot(self, source: Path, target: Path, *, readonly: bool) -> None:
        """Makes `target` a copy of `source` that shares its blocks; atomic."""
        run(["btrfs", "subvolume", "snapshot", *(["-r"] if readonly else []), source, target])

    def delete_subvolume(self, path: Path) -> None:
        """Removes a subvolume; the kernel frees its space in the background."""
        run(["btrfs", "subvolume", "delete", "--commit-after", path])

    def set_readonly(self, path: Path, readonly: bool) -> None:
        """Has a subvolume refuse changes, or take them again. Files that are open for writing stay so."""
        run(["btrfs", "property", "set", "-t", "subvol", path, "ro", "true" if readonly else "false"])

    def subvolume_id(self, path: Path) -> int:
        """Returns the subvolume's number, which is also that of its quota group."""
        return int(run(["btrfs", "inspect-internal", "rootid", path]).stdout)

    def enable_quotas(self) -> None:
        """Turns quota accounting on; harmless where it is on already."""
        run(["btrfs", "quota", "enable", self.mount])
        threshold = self._quota_attribute("drop_subtree_threshold")
        # Kernels without the attribute always count in full.
        if threshold.exists():
            threshold.write_text(str(_MAX_LEVEL))

    def mend_quotas(self) -> None:
        """Counts anew where the kernel says that its figures are wrong: until then limits stop nobody."""
        if self._quota_attribute("inconsistent").read_text().strip() != "0":
            run(["btrfs", "quota", "rescan", "-w", self.mount], timeout=REBUILD_TIMEOUT)

    def limit(self, path: Path, size: int) -> None:
        """Lets the subvolume refer to at most `size` bytes; writers beyond it get EDQUOT."""
        run(["btrfs", "qgroup", "limit", str(size), path])

    def quotas(self) -> dict[int, Quota]:
        """Returns the quota of every subvolume by its number, as of the last commit."""
        run(["btrfs", "filesystem", "sync", self.mount])
        return parse_quotas(run(["btrfs", "qgroup", "show", "-re", "--raw", self.mount]).stdout)

    def forget_deleted_quotas(self) -> None:
        """Removes the quota groups that deleted subvolumes left behind; btrfs keeps them for ever otherwise."""
        # `-d` lists those that are deleted but not yet cleaned up; their groups cannot go before they do.
        listed = run(["btrfs", "subvolume", "list", self.mount]).stdout
        listed += run(["btrfs", "subvolume", "list", "-d", self.mount]).stdout
        alive = {int(line.split()[1]) for line in listed.splitlines()}
        for number, quota in self.quotas().items():
            # To destroy a group that counts something makes all figures inconsistent.
            if number not in alive and not quota.referenced and not quota.exclusive:
                # The kernel may be quicker and have removed it already.
                run(["btrfs", "qgroup", "destroy", f"0/{number}", self.mount], accept=(0, 1))

    def devices(self) -> list[Device]:
        """Returns the file system's devices with the errors counted on each since the last reset."""
        reply = run(["btrfs", "--format", "json", "device", "stats", self.mount]).stdout
        stats = json.loads(reply)["device-stats"]
        errors = {int(row["devid"]): sum(int(row[key]) for key in row if key.endswith("_errs")) for row in stats}
        return [
            Device(
                devid=int(match["id"]),
                path=None if match["path"].endswith("MISSING") else match["path"].strip(),
                errors=errors.get(int(match["id"]), 0),
            )
            for match in _DEVICE_LINE.finditer(run(["btrfs", "filesystem", "show", "--raw", self.mount]).stdout)
        ]

    def forget_errors(self) -> None:
        """Sets the devices' error counters back to zero."""
        run(["btrfs", "device", "stats", "--reset", self.mount])
        # Counters are written with a commit, and nothing is committed where nothing else has changed.
        os.utime(self.mount)
        run(["btrfs", "filesystem", "sync", self.mount])

    def usage(self) -> Usage:
        """Returns capacity and use."""
        report = run(["btrfs", "filesystem", "usage", "--raw", self.mount]).stdout
        size, used, ratio = (_figure(report, name) for name in ("Device size", "Used", "Data ratio"))
        return Usage(capacity=int(size / ratio), used=int(used / ratio))

    def scrub(self) -> Scrub:
        """Reads every block of every copy and rewrites the wrong ones from the right ones."""
        # It ends with 3 where something could not be corrected; the report says how much.
        argv = ["btrfs", "scrub", "start", "-B", "-R", str(self.mount)]
        report = run(argv, timeout=REBUILD_TIMEOUT, accept=(0, 3)).stdout
        # Super blocks have a counter of their own, and every commit rewrites them anyway.
        return Scrub(
            corrected=int(_figure(report, "corrected_errors") + _figure(report, "super_errors")),
            uncorrectable=int(_figure(report, "uncorrectable_errors")),
        )

    def replace(self, devid: int, device: Path, *, mirrored: bool) -> None:
        """Rebuilds the missing device `devid` on a blank one from the other copy."""
        run(["btrfs", "replace", "start", "-B", "-f", str(devid), device, self.mount], timeout=REBUILD_TIMEOUT)
        if mirrored:
            # What was written while the device was missing exists once only; `soft` leaves the rest alone.
            convert = ["-dconvert=raid1,soft", "-mconvert=raid1,soft"]
            run(["btrfs", "balance", "start", *convert, self.mount], timeout=REBUILD_TIMEOUT)

    def _quota_attribute(self, name: str) -> Path:
        identity = run(["findmnt", "--noheadings", "--first-only", "--output", "UUID", "--mountpoint", self.mount]).stdout.strip()
        return _SYSFS / identity / "qgroups" / name


def parse_quotas(listing: str) -> dict[int, Quota]:
    """Reads `btrfs qgroup show -re --raw`; groups above level 0 and the top level itself are left out."""
    quotas = {}
    for line in listing.splitlines():
        fields = line.split()
        # 0/5 is the top level; subvolumes count from 256 (BTRFS_FIRST_FREE_OBJECTID).
        if not fields or not fields[0].startswith("0/") or int(fields[0][2:]) < 256:
            continue
        number = int(fields[0][2:])
        quotas[number] = Quota(
            subvolume_id=number,
            referenced=int(fields[1]),
            exclusive=int(fields[2]),
            limit=None if fields[3] == "none" else int(fields[3]),
        )
    return quotas


def _figure(report: str, name: str) -> float:
    match = re.search(rf"^\s*{re.escape(name)}:\s*([\d.]+)", report, re.MULTILINE)
    if match is None:
        raise DatastoreError("btrfs-progs printed something else than version 6.2", expected=f"a figure {name}", found=report)
    return float(match[1])
