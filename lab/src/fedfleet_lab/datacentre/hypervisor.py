"""Power: what is switched on in the vCenter runs in the lab, what is reset there boots anew, and what dies in the lab is off there until it is restarted.

vSphere HA restarts a VM that died, and those of a host that failed on other hosts; VM Operator switches on again what somebody switched off, as
long as its cluster wants it (the reference deployment saw a crash mended within one minute, and a VM that was switched off within five). DRS moves
running VMs off a host that goes into maintenance, and apart where a host has fewer of their kind. All of it is simulated here, with those delays.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from fedfleet_lab.datacentre import cells
from fedfleet_lab.datacentre.errands import Errands
from fedfleet_lab.datacentre.placement import better

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet_lab.context import Context
    from fedfleet_lab.datacentre.cells import Cells
    from fedfleet_lab.datacentre.machines import Host, Vm
    from fedfleet_lab.datacentre.vms import Vms

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delays:
    """Seconds until VMs are switched on again.

    Attributes:
        restart: one that died.
        healing: one that somebody switched off.
        failover: those of a host that failed: 15 seconds until its silence counts as failure (vSphere Availability, `Host Failure Types and
            Detection`), and what it takes to choose other hosts.
    """

    restart: float = 10.0
    healing: float = 60.0
    failover: float = 20.0


@dataclass(frozen=True)
class World:
    """All VMs and, by their identifiers, all hosts, as one look found them; `session` is the one of the look."""

    vms: list[Vm]
    hosts: Mapping[str, Host]
    session: str = ""


@dataclass
class Hypervisor:
    """Keeps VMs and nodes in step; one round after the other, each VM's own work in a thread."""

    vms: Vms
    cells: Cells
    delays: Delays = field(default_factory=Delays)
    _booted: set[str] = field(default_factory=set)
    _back_at: dict[str, float] = field(default_factory=dict)
    _since: dict[str, tuple[str, str]] = field(default_factory=dict)
    # Nodes of a cell share control groups and links, which are made one at a time.
    _booting: threading.Lock = field(default_factory=threading.Lock)
    _moving: threading.Lock = field(default_factory=threading.Lock)
    _errands: Errands = field(default_factory=lambda: Errands("power"))

    def round(self) -> None:
        """Looks at every VM once."""
        session = self.vms.session()
        found = self.vms.all()
        world = World(found, {host.id: host for host in self.vms.hosts()}, session)
        now = time.monotonic()
        for vm in found:
            self._errands.run(vm.name, partial(self._in_step, vm, world, now))
        names = {vm.name for vm in found}
        self._errands.keep(names)
        self._booted &= names
        for gone in set(self._back_at) - names:
            self._back_at.pop(gone, None)
        for gone in set(self._since) - names:
            self._since.pop(gone)

    def _in_step(self, vm: Vm, world: World, now: float) -> None:
        ctx = self.cells.context(vm.place.cell, world.vms)
        runs = cells.running(ctx, vm.place)
        host = world.hosts[vm.host]
        if vm.on and host.failed:
            _LOG.info("%s lost its host %s", vm.name, host.name)
            self._stop(ctx, vm, now + self.delays.failover)
            self.vms.power_off(vm)
        elif vm.on and not runs and vm.name in self._booted:
            _LOG.info("%s died", vm.name)
            self._stop(ctx, vm, now + self.delays.restart)
            self.vms.power_off(vm)
        elif vm.on and not runs:
            _LOG.info("%s boots", vm.name)
            self._since.pop(vm.name, None)
            with self._booting:
                cells.boot(ctx, vm.place)
            self._booted.add(vm.name)
        elif vm.on and self._was_reset(vm, world):
            # It boots in the next round.
            _LOG.info("%s is reset", vm.name)
            self._booted.discard(vm.name)
            cells.cut_power(ctx, vm.place)
        elif vm.on:
            self._booted.add(vm.name)
            self._back_at.pop(vm.name, None)
            cells.settle(ctx, vm.place)
            if better(world.hosts, world.vms, vm):
                self._move(vm, world)
        elif runs:
            _LOG.info("%s is switched off", vm.name)
            self._stop(ctx, vm, now + self.delays.healing)
        elif now >= self._back_at.setdefault(vm.name, now + self.delays.healing) and (host.takes_vms or self._move(vm, world)):
            _LOG.info("%s is switched on again", vm.name)
            self._back_at.pop(vm.name)
            self.vms.power_on(vm)

    def _stop(self, ctx: Context, vm: Vm, back_at: float) -> None:
        """Ends what a VM stands for, and notes when the VM is to be switched on again."""
        self._booted.discard(vm.name)
        self._since.pop(vm.name, None)
        cells.cut_power(ctx, vm.place)
        self._back_at[vm.name] = back_at

    def _was_reset(self, vm: Vm, world: World) -> bool:
        """Whether a VM that runs was reset since the last look; a vCenter that was started anew has all VMs begin anew, and is no reset."""
        known = self._since.get(vm.name)
        if known == (world.session, vm.since):
            return False
        self._since[vm.name] = (world.session, vm.since)
        return known is not None and known[1] != vm.since and known[0] == self.vms.session()

    def _move(self, vm: Vm, world: World) -> bool:
        """Puts a VM on another host, without a word to its node; returns False where there is none for it."""
        # One at a time, and on what is so now: VMs of one host look for another one together.
        with self._moving:
            target = better(world.hosts, self.vms.all(), vm)
            if target is None:
                return False
            _LOG.info("%s moves from %s to %s", vm.name, world.hosts[vm.host].name, target.name)
            self.vms.move(vm, target)
        return True
