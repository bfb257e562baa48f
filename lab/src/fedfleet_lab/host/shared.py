"""A folder whose mounts appear in running nodes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.command import run

if TYPE_CHECKING:
    from fedfleet_lab.action import ActionStatus
    from fedfleet_lab.context import Context


@dataclass(frozen=True)
class SharedMounts:
    """Keeps the lab's shared folder a mount of its own, with propagation into the nodes."""

    name: str = "shared-mounts"
    title: str = "share mounts with the nodes"

    def up(self, ctx: Context) -> None:
        """Makes the folder a shared mount; nodes are its followers."""
        folder = ctx.paths.shared
        folder.mkdir(parents=True, exist_ok=True)
        # os.path.ismount sees no difference where the mount shows its own file system.
        if folder not in mounts_below(folder):
            run(["mount", "--bind", folder, folder])
            run(["mount", "--make-shared", folder])

    def down(self, ctx: Context) -> None:
        """Unmounts whatever is still mounted in the lab's folder, the folder itself last."""
        for place in mounts_below(ctx.paths.lab):
            # Lazily: a process that outlived its lab must not keep the mount in the machine's table.
            run(["umount", "--lazy", place], accept=(0, 32))

    def status(self, ctx: Context) -> ActionStatus | None:
        """Has nothing to say."""
        del ctx
        return None


def release(folder: Path) -> None:
    """Unmounts what is mounted in a folder from every mount namespace but this one.

    Whoever unshared its mounts while the lab was up, as builds of images do, got copies of the lab's. Unmounting the
    originals does not reach copies that were made private, and these would keep the lab's disks busy.
    """
    seen = {Path("/proc/self/ns/mnt").readlink()}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            namespace = (process / "ns/mnt").readlink()
            copies = [] if namespace in seen else mounts_below(folder, process)
        except OSError:
            continue
        seen.add(namespace)
        for place in copies:
            run(["nsenter", f"--mount={process}/ns/mnt", "umount", "--lazy", place], accept=(0, 1, 32))


def mounts_below(folder: Path, process: Path = Path("/proc/self")) -> list[Path]:
    """Returns the mount points in a folder as a process sees them, deepest first (proc(5), `mountinfo`)."""
    prefix = f"{folder.resolve()}/"
    points = []
    for line in (process / "mountinfo").read_text().splitlines():
        point = line.split()[4].encode().decode("unicode_escape")
        if f"{point}/".startswith(prefix):
            points.append(Path(point))
    return sorted(points, key=lambda point: len(point.parts), reverse=True)
