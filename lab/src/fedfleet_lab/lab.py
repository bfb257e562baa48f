"""The lab as a whole: actions up in their order, down in the opposite one."""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fedfleet_lab import traces
from fedfleet_lab.addons.action import ACTIONS as ADDONS
from fedfleet_lab.cluster.calico import CalicoResources
from fedfleet_lab.cluster.control_plane import ControlPlane
from fedfleet_lab.cluster.etcd import Etcd
from fedfleet_lab.config import DEFAULT_NETWORK, DEFAULT_NODES, LabConfig
from fedfleet_lab.datacentre.action import Clusters, VCenter
from fedfleet_lab.datacentre.api_address import ApiAddress
from fedfleet_lab.datacentre.supervisor import SupervisorKinds
from fedfleet_lab.datastore.action import ACTIONS as DATASTORE
from fedfleet_lab.errors import LabError
from fedfleet_lab.host.artefacts import Artefacts
from fedfleet_lab.host.links import Links
from fedfleet_lab.host.preflight import Preflight
from fedfleet_lab.host.registry import Registry
from fedfleet_lab.host.shared import SharedMounts
from fedfleet_lab.host.watches import Watches
from fedfleet_lab.node.action import Nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fedfleet_lab.action import Action, ActionStatus
    from fedfleet_lab.context import Context
    from fedfleet_lab.paths import LabPaths

# Seconds.
_SETTLING = 10.0
_POLL = 0.1


def actions(config: LabConfig) -> tuple[Action, ...]:
    """Returns the lab's parts in the order in which they come up."""
    first = (Preflight(), Artefacts(), Watches(), Links())
    if config.vcenter:
        # The API server asks the login service for its keys as it starts, and if that is silent not again for ten seconds.
        return (*first, Registry(), VCenter(), Etcd(), ControlPlane(), SupervisorKinds(), Clusters(down))
    control_plane = (ApiAddress(),) if config.outer else (Etcd(), ControlPlane())
    return (
        *first,
        SharedMounts(),
        Registry(),
        *control_plane,
        CalicoResources(),
        *DATASTORE,
        Nodes(),
        *ADDONS,
    )


def up(ctx: Context) -> None:
    """Brings the lab up, or repairs it, or finds that all is well.

    Raises:
        LabError: a part cannot be brought up. What is up stays up: run it again, or take it down.
    """
    with locked(ctx.paths):
        remember(ctx)
        for action in actions(ctx.config):
            with ctx.progress.step(action.title):
                action.up(ctx)


def down(ctx: Context) -> None:
    """Takes the lab down; leaves its disks only where `ctx.keep` says so.

    Raises:
        LabError: a part could not be removed; the others have been.
    """
    failures = []
    with locked(ctx.paths):
        for action in reversed(actions(ctx.config)):
            try:
                action.down(ctx)
            except LabError as error:
                failures.append(f"{action.name}: {error}")
        ctx.daemons.sweep()
        failures.extend(f"{trace} is still there" for trace in _settled(ctx))
        if not ctx.keep and not failures:
            shutil.rmtree(ctx.paths.lab, ignore_errors=True)
    if failures:
        raise LabError(
            f"Lab {ctx.config.name!r} is not quite down",
            found="; ".join(failures),
            next_step="Put right what it says and run `fedfleet lab down` again",
        )
    if not ctx.keep:
        ctx.paths.lock.unlink(missing_ok=True)


def _settled(ctx: Context) -> list[str]:
    """Returns what is left of the lab once the kernel has had time to clear namespaces away, which it does later."""
    deadline = time.monotonic() + _SETTLING
    while (left := traces.find(ctx)) and time.monotonic() < deadline:
        time.sleep(_POLL)
    return left


def status(ctx: Context) -> list[ActionStatus]:
    """Returns how every part is that has something to say."""
    found = (action.status(ctx) for action in actions(ctx.config))
    return [status for status in found if status is not None]


def recall(paths: LabPaths, network: str | None, node_count: int | None, *, vcenter: bool = False) -> LabConfig:
    """Returns the lab's settings: those it was made with, else those asked for, else the defaults.

    Raises:
        LabError: the lab exists with another network, more nodes than asked for, or without the vCenter that is.
    """
    if not paths.record.exists():
        if vcenter:
            return LabConfig.parse_datacentre(paths.name, network or DEFAULT_NETWORK)
        return LabConfig.parse(paths.name, network or DEFAULT_NETWORK, node_count or DEFAULT_NODES)
    made = LabConfig.load(paths.name, json.loads(paths.record.read_text()))
    anew = f"run `fedfleet lab down --name {paths.name}` first"
    if network is not None and network != str(made.outer or made.network):
        raise LabError(
            f"Lab {paths.name!r} exists with another network",
            expected=network,
            found=str(made.network),
            next_step=f"Leave --network out, or {anew}",
        )
    if vcenter and not made.vcenter:
        raise LabError(f"Lab {paths.name!r} exists without a vCenter", next_step=f"Leave --vcenter out, or {anew}")
    if node_count is None:
        return made
    if made.vcenter:
        raise LabError(f"Lab {paths.name!r} has no nodes but those of its vCenter's clusters", next_step="Leave --nodes out")
    if node_count < made.node_count:
        raise LabError(
            f"Lab {paths.name!r} has more nodes",
            expected=f"{node_count} nodes",
            found=f"{made.node_count}",
            next_step=f"Nodes can be added, not taken away: {anew}",
        )
    return LabConfig.parse(paths.name, str(made.network), node_count)


def remember(ctx: Context) -> None:
    """Writes down what the lab is made with, before anything of it exists, so that `down` finds all of it."""
    ctx.paths.lab.mkdir(parents=True, exist_ok=True, mode=0o700)
    ctx.paths.record.write_text(json.dumps(ctx.config.dump()))


@contextmanager
def locked(paths: LabPaths) -> Iterator[None]:
    """Lets one command at a time change the lab.

    Raises:
        LabError: another one does.
    """
    paths.lock.parent.mkdir(parents=True, exist_ok=True)
    with paths.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LabError(
                f"Another command is changing lab {paths.name!r}",
                where=str(paths.lock),
                next_step="Wait for it to end, then run this one again",
            ) from error
        yield
