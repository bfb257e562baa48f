"""How many of a user's programs may watch files (inotify(7)): those of all nodes of all labs count as one user's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fedfleet_lab.action import ActionStatus
    from fedfleet_lab.context import Context

_LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
# A node's kubelet, kube-proxy and containerd take ten or so, and pods come on top. Debian's 128 are used up by the second data centre:
# then kubelets end with "too many open files".
_ENOUGH = 4096


@dataclass(frozen=True)
class Watches:
    """Raises the machine's limit where it is low, for as long as there are labs."""

    limit: Path = _LIMIT
    name: str = "watches"
    title: str = "let all nodes watch files"

    def up(self, ctx: Context) -> None:
        """Raises the limit, and writes down what it was."""
        found = int(self.limit.read_text())
        if found >= _ENOUGH:
            return
        ctx.paths.watches.parent.mkdir(parents=True, exist_ok=True)
        if not ctx.paths.watches.exists():
            ctx.paths.watches.write_text(str(found))
        self.limit.write_text(str(_ENOUGH))

    def down(self, ctx: Context) -> None:
        """Sets the limit back, unless another lab needs it."""
        others = [folder for folder in ctx.paths.lab.parent.glob("*/") if folder != ctx.paths.lab]
        if others or not ctx.paths.watches.exists():
            return
        self.limit.write_text(ctx.paths.watches.read_text())
        ctx.paths.watches.unlink()

    def status(self, ctx: Context) -> ActionStatus | None:
        """Has nothing to say."""
        del ctx
        return None
