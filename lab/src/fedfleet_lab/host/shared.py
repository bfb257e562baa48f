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


def mounts_below(folder: Path) -> list[Path]:
    """Returns the mount points in a folder, deepest first (proc(5), `mountinfo`)."""
    prefix = f"{folder.resolve()}/"
    points = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = line.split()[4].encode().decode("unicode_escape")
        if f"{point}/".startswith(prefix):
            points.append(Path(point))
    return sorted(points, key=lambda point: len(point.parts), reverse=True)
