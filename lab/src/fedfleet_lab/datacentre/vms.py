"""The VMs of the simulated vCenter that are nodes of the lab, over the SOAP API that any vCenter has (pyvmomi 9.1)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyVmomi import vim

from fedfleet.vsphere.soap import Soap
from fedfleet.vsphere.transport import tls_context
from fedfleet_lab.datacentre.machines import Vm, noted, place_of

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.datacentre.machines import Place, Size

_POWER = "runtime.powerState"
_ON = "poweredOn"
_PORT = 443
_TASK_TIMEOUT = 60.0


class Vms:
    """A session with the vCenter."""

    def __init__(self, host: str, user: str, password: str, authority: Path) -> None:
        self._session = partial(Soap, host, _PORT, user, password, tls_context(authority))
        self.connect()

    def connect(self) -> None:
        """Begins a session, also where one has ended; it logs in when it is first used."""
        self._soap = self._session()

    def all(self) -> list[Vm]:
        """Returns every VM that is of a cluster.

        Raises:
            VsphereError: the vCenter does not answer, or no longer knows the session. So do all methods.
        """
        found = []
        for values in self._soap.every(vim.VirtualMachine, ["name", _POWER, "config.extraConfig"]):
            place = place_of({option.key: option.value for option in values.get("config.extraConfig", ())})
            if place is not None:
                found.append(Vm(values["name"], values[_POWER] == _ON, place, values[""]))
        return sorted(found, key=lambda vm: vm.name)

    def create(self, name: str, size: Size, place: Place) -> Vm:
        """Makes a VM, switched off, on the host that has fewest."""
        (datacentre,) = self._soap.every(vim.Datacenter, ["datastore", "vmFolder"])
        (cluster,) = self._soap.every(vim.ClusterComputeResource, ["host", "resourcePool"])
        host = min(cluster["host"], key=lambda host: len(host.vm))
        spec = vim.vm.ConfigSpec(
            name=name,
            numCPUs=size.processors,
            memoryMB=size.memory_mib,
            guestId="ubuntu64Guest",
            files=vim.vm.FileInfo(vmPathName=f"[{datacentre['datastore'][0].name}]"),
            extraConfig=[vim.option.OptionValue(key=key, value=value) for key, value in noted(place).items()],
        )
        task = datacentre["vmFolder"].CreateVM_Task(config=spec, pool=cluster["resourcePool"], host=host)
        return Vm(name, on=False, place=place, handle=self._soap.finish(task, f"create VM {name}", _TASK_TIMEOUT))

    def power_on(self, vm: Vm) -> None:
        """Switches a VM on; harmless where it is on."""
        if not self._is_on(vm):
            self._soap.finish(vm.handle.PowerOnVM_Task(), f"switch on {vm.name}", _TASK_TIMEOUT)

    def power_off(self, vm: Vm) -> None:
        """Cuts a VM's power; harmless where it is off."""
        if self._is_on(vm):
            self._soap.finish(vm.handle.PowerOffVM_Task(), f"switch off {vm.name}", _TASK_TIMEOUT)

    def destroy(self, vm: Vm) -> None:
        """Takes a VM away for good."""
        self.power_off(vm)
        self._soap.finish(vm.handle.Destroy_Task(), f"destroy VM {vm.name}", _TASK_TIMEOUT)

    def _is_on(self, vm: Vm) -> bool:
        return any(values[_POWER] == _ON for values in self._soap.properties([vm.handle], [_POWER]))
