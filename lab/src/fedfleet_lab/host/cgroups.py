"""A control group a node, in every hierarchy of version 1 or in the one of version 2."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path("/sys/fs/cgroup")
_PARENT = "fedfleet-lab"
# A cpuset without processors or memory admits no process (kernel: Documentation/admin-guide/cgroup-v1/cpusets.rst).
_CPUSET_FILES = ("cpuset.cpus", "cpuset.mems")


def node_group(lab: str, node: str) -> str:
    """Returns a node's group, from the root of a hierarchy."""
    return f"/{_PARENT}/{lab}/{node}"


def create(group: str) -> None:
    """Makes a group everywhere, with all processors and memory; harmless where it exists."""
    for hierarchy in _hierarchies():
        place = hierarchy
        for part in group.strip("/").split("/"):
            parent, place = place, place / part
            if _unified(parent):
                _delegate(parent)
            place.mkdir(exist_ok=True)
            for name in _CPUSET_FILES:
                if (hierarchy / name).exists() and not (place / name).read_text().strip():
                    (place / name).write_text((parent / name).read_text())


def remove(group: str) -> None:
    """Removes a group and all below it everywhere; also the lab's own and FedFleet's, once they are empty."""
    for hierarchy in _hierarchies():
        top = hierarchy / group.strip("/")
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()
        for parent in (top.parent, top.parent.parent):
            if parent != hierarchy:
                with contextlib.suppress(OSError):
                    parent.rmdir()


def groups_of(lab: str) -> list[str]:
    """Returns the groups of a lab's nodes that exist anywhere."""
    found = {
        node_group(lab, place.name) for hierarchy in _hierarchies() for place in (hierarchy / _PARENT / lab).glob("*/") if place.is_dir()
    }
    return sorted(found)


def _hierarchies() -> Iterator[Path]:
    """Yields where groups may be; beside version 1 there is mostly one of version 2, without controllers."""
    if _unified(ROOT):
        yield ROOT
        return
    for entry in sorted(ROOT.iterdir()):
        # `cpu` may be a link to `cpu,cpuacct`.
        if entry.is_dir() and not entry.is_symlink():
            yield entry


def _unified(place: Path) -> bool:
    return (place / "cgroup.controllers").exists()


def _delegate(parent: Path) -> None:
    controllers = (parent / "cgroup.controllers").read_text().split()
    with contextlib.suppress(OSError):
        (parent / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in controllers))
