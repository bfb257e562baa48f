"""Keeps the lab's nodes on and Ready."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.errors import CommandError, LabError
from fedfleet_lab.host import cgroups
from fedfleet_lab.host.shared import release
from fedfleet_lab.node.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.context import Context

READY_TIMEOUT = 120.0
_POLL = 0.5


@dataclass(frozen=True)
class Nodes:
    """All nodes of the lab. A node that its user has switched off is switched on again by `up`."""

    name: str = "nodes"
    title: str = "boot the nodes"

    def up(self, ctx: Context) -> None:
        """Powers on what is off and waits until Kubernetes calls every node Ready."""
        ctx.kubectl.apply([node_object(node) for node in ctx.config.nodes])
        since = boot(ctx, ctx.config.nodes)
        wait_ready(ctx, ctx.config.nodes, since)

    def down(self, ctx: Context) -> None:
        """Cuts every node's power and removes its disk, unless it is to be kept, and its control groups."""
        for node in ctx.config.nodes:
            Machine(ctx, node).crash()
        release(ctx.paths.shared)
        for group in cgroups.groups_of(ctx.config.name):
            cgroups.remove(group)
        if not ctx.keep:
            shutil.rmtree(ctx.paths.lab / "nodes", ignore_errors=True)

    def status(self, ctx: Context) -> ActionStatus:
        """Says which nodes are on and which of them Ready."""
        try:
            listing = ctx.kubectl.get("nodes")
        except (CommandError, OSError):
            listing = None
        ready = {item["metadata"]["name"] for item in (listing or {}).get("items", []) if _condition(item)[0]}
        facts = {}
        for node in ctx.config.nodes:
            first = Machine(ctx, node).first_process()
            facts[node.name] = {
                "power": "off" if first is None else "on",
                "ready": first is not None and node.name in ready,
                "address": str(node.address),
                "pods": str(node.pods),
            }
        words = [f"{name} {'Ready' if fact['ready'] else fact['power']}" for name, fact in facts.items()]
        return ActionStatus(self.name, all(fact["ready"] for fact in facts.values()), ", ".join(words), facts)


def node_object(node: NodeConfig) -> dict[str, Any]:
    """Returns the Node that the kubelet will find; its pod range is that of the routes."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name},
        "spec": {"podCIDR": str(node.pods), "podCIDRs": [str(node.pods)]},
    }


def boot(ctx: Context, nodes: Sequence[NodeConfig]) -> dict[str, dt.datetime]:
    """Powers on the nodes that are off; returns when each of these was, in UTC and whole seconds."""
    since = {}
    for node in nodes:
        machine = Machine(ctx, node)
        if machine.first_process() is None:
            since[node.name] = dt.datetime.now(dt.UTC).replace(microsecond=0)
            ctx.progress.note(f"powering on {node.name}")
            machine.boot()
    return since


def wait_ready(ctx: Context, nodes: Sequence[NodeConfig], since: dict[str, dt.datetime]) -> None:
    """Waits until Kubernetes calls the nodes Ready, by a word younger than their boot.

    Raises:
        LabError: one went off again or is not Ready in time; the end of its log is in the error.
    """
    deadline = time.monotonic() + READY_TIMEOUT
    waiting = list(nodes)
    while waiting:
        found = {item["metadata"]["name"]: item for item in (ctx.kubectl.get("nodes") or {}).get("items", [])}
        waiting = [node for node in waiting if not is_ready(found.get(node.name), since.get(node.name))]
        if not waiting:
            return
        ctx.progress.note(f"waiting for {', '.join(node.name for node in waiting)}")
        for node in waiting:
            machine = Machine(ctx, node)
            if machine.first_process() is None or time.monotonic() >= deadline:
                raise LabError(
                    f"{node.name} is not Ready",
                    expected=f"that Kubernetes calls it Ready within {READY_TIMEOUT:.0f} s",
                    found=_condition(found.get(node.name, {}))[1] + "\n" + machine.last_words(),
                    where=str(ctx.paths.node(node.name).log),
                    next_step=f"See `fedfleet lab logs {node.name}/kubelet`",
                )
        time.sleep(_POLL)


def is_ready(item: dict[str, Any] | None, since: dt.datetime | None) -> bool:
    """Whether a Node object says that its kubelet called it Ready, no earlier than `since`."""
    if item is None:
        return False
    ready, _, heartbeat = _condition(item)
    # The word of a life before the power cut does not count.
    return ready and (since is None or (heartbeat is not None and heartbeat >= since))


def _condition(item: dict[str, Any]) -> tuple[bool, str, dt.datetime | None]:
    """Returns whether a Node is Ready, why not, and when its kubelet last said so."""
    for condition in item.get("status", {}).get("conditions", []):
        if condition["type"] == "Ready":
            heartbeat = dt.datetime.fromisoformat(condition["lastHeartbeatTime"])
            return condition["status"] == "True", condition.get("message", ""), heartbeat
    return False, "its kubelet has not reported yet", None
