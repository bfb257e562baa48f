"""The VMs of the simulated vCenter that are nodes of the lab, over the SOAP API that any vCenter has (pyvmomi 9.1)."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pyVim.connect import SmartConnect
from pyVmomi import vim, vmodl

from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CONTROL_PLANE = "control-plane"
WORKER = "worker"
_PREFIX = "fedfleet.lab."
_READ = ["name", "runtime.powerState", "config.extraConfig"]
_TASK_TIMEOUT = 60.0
_POLL = 0.1


@dataclass(frozen=True)
class Place:
    """What a VM is in the lab; noted in its extra configuration.

    Attributes:
        cell: the cell's number.
        number: the node's, from 1.
        role: CONTROL_PLANE or WORKER.
        cluster: namespace and name of its cluster, `fl-site-a/fl-a`.
        pool: its pool in the cluster; empty for the control plane.
        built: digest of what it was made from: another means that it is to be replaced.
    """

    cell: int
    number: int
    role: str
    cluster: str
    pool: str = ""
    built: str = ""


@dataclass(frozen=True)
class Vm:
    """One VM of a cluster's."""

    name: str
    on: bool
    place: Place
    handle: Any


@dataclass(frozen=True)
class Size:
    """What a VM class gives a VM."""

    processors: int
    memory_mib: int


class Vms:
    """A session with the vCenter."""

    def __init__(self, host: str, user: str, password: str, authority: Path) -> None:
        # Without a context of its own, pyVim trusts anything that answers on loopback.
        tls = ssl.create_default_context(cafile=authority)
        self._log_in = partial(SmartConnect, host=host, user=user, pwd=password, sslContext=tls)
        self.connect()

    def connect(self) -> None:
        """Logs in, again where a session has ended.

        Raises:
            LabError: the vCenter does not answer.
        """
        try:
            self._content = self._log_in().RetrieveContent()
        except (OSError, vmodl.MethodFault) as error:
            raise LabError("The simulated vCenter does not let the lab in", found=str(error)) from error

    def all(self) -> list[Vm]:
        """Returns every VM that is of a cluster."""
        found = []
        for handle, values in self._read(vim.VirtualMachine, _READ):
            place = _place({option.key: option.value for option in values.get("config.extraConfig", ())})
            if place is not None:
                on = values["runtime.powerState"] == vim.VirtualMachine.PowerState.poweredOn
                found.append(Vm(values["name"], on, place, handle))
        return sorted(found, key=lambda vm: vm.name)

    def create(self, name: str, size: Size, place: Place) -> None:
        """Makes a VM, switched off, on the host that has fewest.

        Raises:
            LabError: the vCenter refused, or its task failed.
        """
        datacentre = next(iter(self._handles(vim.Datacenter)))
        cluster = next(iter(self._handles(vim.ClusterComputeResource)))
        datastore = next(iter(datacentre.datastore))
        host = min(cluster.host, key=lambda host: len(host.vm))
        spec = vim.vm.ConfigSpec(
            name=name,
            numCPUs=size.processors,
            memoryMB=size.memory_mib,
            guestId="ubuntu64Guest",
            files=vim.vm.FileInfo(vmPathName=f"[{datastore.name}]"),
            extraConfig=[vim.option.OptionValue(key=key, value=value) for key, value in _noted(place).items()],
        )
        self._finish(datacentre.vmFolder.CreateVM_Task(config=spec, pool=cluster.resourcePool, host=host), f"create VM {name}")

    def power_on(self, vm: Vm) -> None:
        """Switches a VM on; harmless where it is on."""
        self._switch(vm, vm.handle.PowerOnVM_Task, "switch on")

    def power_off(self, vm: Vm) -> None:
        """Cuts a VM's power; harmless where it is off."""
        self._switch(vm, vm.handle.PowerOffVM_Task, "switch off")

    def destroy(self, vm: Vm) -> None:
        """Takes a VM away for good."""
        self.power_off(vm)
        self._finish(vm.handle.Destroy_Task(), f"destroy VM {vm.name}")

    def _switch(self, vm: Vm, task: Any, what: str) -> None:
        try:
            self._finish(task(), f"{what} {vm.name}")
        except vim.fault.InvalidPowerState:
            return

    def _finish(self, task: Any, what: str) -> None:
        """Waits for a task; pyVim's own wait fails on the simulator's running tasks."""
        deadline = time.monotonic() + _TASK_TIMEOUT
        while (state := task.info.state) not in (vim.TaskInfo.State.success, vim.TaskInfo.State.error):
            if time.monotonic() >= deadline:
                raise LabError(f"The simulated vCenter does not {what}", expected=f"an end of its task within {_TASK_TIMEOUT:.0f} s")
            time.sleep(_POLL)
        if state == vim.TaskInfo.State.error:
            if isinstance(task.info.error, vim.fault.InvalidPowerState):
                raise task.info.error
            raise LabError(f"The simulated vCenter could not {what}", found=str(task.info.error.msg))

    def _handles(self, kind: type) -> Iterable[Any]:
        return [handle for handle, _ in self._read(kind, ["name"])]

    def _read(self, kind: type, paths: list[str]) -> list[tuple[Any, dict[str, Any]]]:
        """Reads properties of all objects of a kind in one question."""
        view = self._content.viewManager.CreateContainerView(self._content.rootFolder, [kind], True)
        try:
            walk = vmodl.query.PropertyCollector.TraversalSpec(name="view", path="view", skip=False, type=type(view))
            start = vmodl.query.PropertyCollector.ObjectSpec(obj=view, skip=True, selectSet=[walk])
            wanted = vmodl.query.PropertyCollector.PropertySpec(type=kind, pathSet=paths, all=False)
            question = vmodl.query.PropertyCollector.FilterSpec(objectSet=[start], propSet=[wanted])
            answer = self._content.propertyCollector.RetrieveContents([question])
        finally:
            view.DestroyView()
        return [(item.obj, {prop.name: prop.val for prop in item.propSet}) for item in answer]


def _noted(place: Place) -> dict[str, str]:
    return {f"{_PREFIX}{name}": str(value) for name, value in vars(place).items()}


def _place(noted: dict[str, str]) -> Place | None:
    words = {key.removeprefix(_PREFIX): value for key, value in noted.items() if key.startswith(_PREFIX)}
    if not words:
        return None
    return Place(int(words["cell"]), int(words["number"]), words["role"], words["cluster"], words.get("pool", ""), words.get("built", ""))
