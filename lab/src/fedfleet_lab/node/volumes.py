"""A node's disks besides its root disk: ext4 in sparse files, which loop devices present to it while it is on.

The kernel's names of them change from boot to boot, as those of a VM's disks may. What stays is the file system's UUID, by which /dev/disk/by-uuid
leads to them: udev makes these links, and where there is none, this module does.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.command import run
from fedfleet_lab.datastore.disks import Disk
from fedfleet_lab.datastore.quantities import parse_bytes
from fedfleet_lab.node import template

if TYPE_CHECKING:
    from fedfleet_lab.config import NodeConfig, Volume
    from fedfleet_lab.paths import LabPaths

IMAGES = "/var/lib/containerd"
"""Where a volume for container images is mounted."""
BY_UUID = Path("/dev/disk/by-uuid")

_MAKE_TIMEOUT = 120.0
# A small journal and few inodes: what is not written takes no room, but these are.
_FORMAT = ("-q", "-F", "-m", "0", "-J", "size=16", "-i", "65536", "-E", "lazy_itable_init=0,lazy_journal_init=0")


def of_images(node: NodeConfig) -> Volume | None:
    """Returns the node's volume for container images; None where they are on its root disk."""
    return next((volume for volume in node.volumes if volume.mount_path == IMAGES), None)


def identity(node: NodeConfig, volume: Volume) -> str:
    """Returns the UUID of a volume's file system: no node takes the name of another one, and so no volume its UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{volume.name}.{node.name}.{node.lab}"))


def attach(paths: LabPaths, node: NodeConfig) -> None:
    """Makes what is missing of the node's volumes, those for images with the template's, and plugs them in.

    Raises:
        RequestRefusedError: a size is no quantity.
    """
    for volume in node.volumes:
        disk = _disk(paths, node, volume)
        if not disk.file.exists():
            _make(paths, node, volume)
        device = disk.attach()
        link = BY_UUID / identity(node, volume)
        if not link.exists():
            BY_UUID.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(device)


def detach(paths: LabPaths, node: NodeConfig) -> None:
    """Unplugs the node's volumes; harmless where they are not plugged in.

    Raises:
        DatastoreError: something still has one of them mounted.
    """
    for volume in node.volumes:
        _disk(paths, node, volume).detach()
        (BY_UUID / identity(node, volume)).unlink(missing_ok=True)


def _disk(paths: LabPaths, node: NodeConfig, volume: Volume) -> Disk:
    return Disk(f"{node.name}/{volume.name}", paths.node(node.name).volume(volume.name) / "ext4", parse_bytes(volume.size))


def _make(paths: LabPaths, node: NodeConfig, volume: Volume) -> None:
    """Makes a volume's file, whole or not at all."""
    place, disk = paths.node(node.name).volume(volume.name), _disk(paths, node, volume)
    content, unfinished = place / "content", place / "unfinished"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    found = template.current(paths) if volume.mount_path == IMAGES else None
    if found is None:
        content.mkdir()
    else:
        found.mark(place)
        found.clone(content)
    # Of a file that is there it would take the size.
    run(
        ["mkfs.ext4", *_FORMAT, "-U", identity(node, volume), "-d", content, unfinished, f"{disk.new_size // 1024}k"], timeout=_MAKE_TIMEOUT
    )
    shutil.rmtree(content)
    unfinished.rename(disk.file)
