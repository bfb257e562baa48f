"""The lab's components that write logs: daemons of the host, and services of the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.context import Context


def logs(ctx: Context) -> dict[str, Path]:
    """Returns every log of the lab by its component: `etcd`, `node1` (its first process), `node1/kubelet`."""
    found = {log.stem: log for log in sorted(ctx.paths.log.glob("*.log"))}
    for node in ctx.config.nodes:
        found |= {f"{node.name}/{log.stem}": log for log in sorted(ctx.paths.node(node.name).log.glob("*.log"))}
    return found


def log(ctx: Context, component: str) -> Path:
    """Returns a component's log.

    Raises:
        LabError: there is no such component, or it has not written anything yet.
    """
    known = logs(ctx)
    if component not in known:
        raise LabError(
            f"Lab {ctx.config.name!r} has no log of {component!r}",
            expected=f"one of {', '.join(known)}" if known else "a lab that has been up",
            where=str(ctx.paths.log),
        )
    return known[component]
