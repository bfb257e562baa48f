"""A cell: the part of the lab that one cluster of the data centre is, with VMs as its nodes."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fedfleet_lab.config import MOST_CELLS, MOST_NODES, LabConfig
from fedfleet_lab.context import Context
from fedfleet_lab.datacentre import control_planes
from fedfleet_lab.datacentre.machines import CONTROL_PLANE
from fedfleet_lab.errors import LabError
from fedfleet_lab.node.machine import Machine
from fedfleet_lab.paths import LabPaths
from fedfleet_lab.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.datacentre.machines import Place, Vm


def context_of(config: LabConfig, cache_of: LabPaths, *, keep: bool = False) -> Context:
    """Returns the context of a cell, which has a folder of its own beside the data centre's."""
    return Context(config, LabPaths(cache_of.cache, config.name), Progress(quiet=True), keep)


def cells(ctx: Context) -> list[Context]:
    """Returns the cells of a data centre that anything was ever made of."""
    found = []
    for number in range(1, MOST_CELLS + 1):
        config = ctx.config.cell(number)
        paths = LabPaths(ctx.paths.cache, config.name)
        if paths.record.exists():
            made = LabConfig.load(config.name, json.loads(paths.record.read_text()))
            found.append(context_of(made, ctx.paths, keep=ctx.keep))
    return found


@dataclass
class Cells:
    """All cells of a data centre, as its controller works on them."""

    datacentre: Context
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def context(self, number: int, vms: Iterable[Vm]) -> Context:
        """Returns a cell's context with the nodes that its VMs are, and writes down that it is there."""
        mine = [vm for vm in vms if vm.place.cell == number]
        names = tuple(sorted((vm.place.number, vm.name) for vm in mine))
        control = tuple(sorted(vm.place.number for vm in mine if vm.place.role == CONTROL_PLANE))
        versions = tuple(sorted((vm.place.number, vm.place.kubernetes) for vm in mine if vm.place.kubernetes))
        volumes = tuple(volume for vm in mine for volume in vm.place.volumes)
        cell = replace(self.datacentre.config.cell(number), names=names, control_planes=control, versions=versions, volumes=volumes)
        ctx = context_of(cell, self.datacentre.paths)
        with self._lock:
            ctx.paths.lab.mkdir(parents=True, exist_ok=True, mode=0o700)
            text = json.dumps(ctx.config.dump())
            if not ctx.paths.record.exists() or ctx.paths.record.read_text() != text:
                ctx.paths.record.write_text(text)
        return ctx


def free_cell(taken: Iterable[int]) -> int:
    """Returns the first number that no cluster has.

    Raises:
        LabError: all are taken.
    """
    numbers = sorted(set(range(1, MOST_CELLS + 1)) - set(taken))
    if not numbers:
        raise LabError("The data centre is full", expected=f"at most {MOST_CELLS} clusters", next_step="Remove a cluster")
    return numbers[0]


def free_number(taken: Iterable[int]) -> int:
    """Returns the first node's number that no VM of the cell has.

    Raises:
        LabError: all are taken.
    """
    numbers = sorted(set(range(1, MOST_NODES + 1)) - set(taken))
    if not numbers:
        raise LabError("The cluster is full", expected=f"at most {MOST_NODES} nodes", next_step="Remove a worker")
    return numbers[0]


def running(ctx: Context, place: Place) -> bool:
    """Whether what a VM stands for runs."""
    return Machine(ctx, node_of(ctx, place)).first_process() is not None


def boot(ctx: Context, place: Place) -> None:
    """Has what a VM stands for run.

    Raises:
        LabError: it does not come up.
    """
    if place.role == CONTROL_PLANE:
        control_planes.prepare(ctx, node_of(ctx, place))
    Machine(ctx, node_of(ctx, place)).boot()


def settle(ctx: Context, place: Place) -> None:
    """Does what is left to do for a VM that has booted.

    Raises:
        LabError: it cannot be done yet.
    """
    if place.role == CONTROL_PLANE:
        control_planes.settle(ctx, node_of(ctx, place))


def cut_power(ctx: Context, place: Place) -> None:
    """Ends at once what a VM stands for."""
    Machine(ctx, node_of(ctx, place)).crash()


def node_of(ctx: Context, place: Place) -> NodeConfig:
    """Returns the node that a VM stands for."""
    return next(node for node in ctx.config.nodes if node.number == place.number)
