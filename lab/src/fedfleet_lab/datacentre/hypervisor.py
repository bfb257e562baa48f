"""Power: what is switched on in the vCenter runs in the lab, and what dies in the lab is off in the vCenter until it is restarted.

vSphere HA restarts a VM that died; VM Operator switches on again what somebody switched off, as long as its cluster wants it (the reference
deployment saw a crash mended within one minute, and a VM that was switched off within five). Both are simulated here, with those delays.
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

if TYPE_CHECKING:
    from fedfleet_lab.datacentre.cells import Cells
    from fedfleet_lab.datacentre.machines import Vm
    from fedfleet_lab.datacentre.vms import Vms

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delays:
    """Seconds until a VM that died is restarted, and one that was switched off is switched on again."""

    restart: float = 10.0
    healing: float = 60.0


@dataclass
class Hypervisor:
    """Keeps VMs and nodes in step; one round after the other, each VM's own work in a thread."""

    vms: Vms
    cells: Cells
    delays: Delays = field(default_factory=Delays)
    _booted: set[str] = field(default_factory=set)
    _back_at: dict[str, float] = field(default_factory=dict)
    # Nodes of a cell share control groups and links, which are made one at a time.
    _booting: threading.Lock = field(default_factory=threading.Lock)
    _errands: Errands = field(default_factory=lambda: Errands("power"))

    def round(self) -> None:
        """Looks at every VM once."""
        found = self.vms.all()
        now = time.monotonic()
        for vm in found:
            self._errands.run(vm.name, partial(self._in_step, vm, found, now))
        names = {vm.name for vm in found}
        self._errands.keep(names)
        self._booted &= names
        for gone in set(self._back_at) - names:
            self._back_at.pop(gone, None)

    def _in_step(self, vm: Vm, others: list[Vm], now: float) -> None:
        ctx = self.cells.context(vm.place.cell, others)
        runs = cells.running(ctx, vm.place)
        if vm.on and not runs and vm.name in self._booted:
            _LOG.info("%s died", vm.name)
            self._booted.discard(vm.name)
            self._back_at[vm.name] = now + self.delays.restart
            self.vms.power_off(vm)
        elif vm.on and not runs:
            _LOG.info("%s boots", vm.name)
            with self._booting:
                cells.boot(ctx, vm.place)
            self._booted.add(vm.name)
        elif vm.on:
            self._booted.add(vm.name)
            self._back_at.pop(vm.name, None)
            cells.settle(ctx, vm.place)
        elif runs:
            _LOG.info("%s is switched off", vm.name)
            self._booted.discard(vm.name)
            cells.cut_power(ctx, vm.place)
            self._back_at[vm.name] = now + self.delays.healing
        elif now >= self._back_at.setdefault(vm.name, now + self.delays.healing):
            _LOG.info("%s is switched on again", vm.name)
            self._back_at.pop(vm.name)
            self.vms.power_on(vm)
