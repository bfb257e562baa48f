"""The VMs of the simulated vCenter that are nodes of the lab, over the SOAP API that any vCenter has (pyvmomi 9.1)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from fedfleet.vsphere.soap import Soap
from fedfleet.vsphere.transport import tls_context
from fedfleet_lab.datacentre.machines import Host, Vm, noted, place_of
from fedfleet_lab.datacentre.placement import choose
from fedfleet_lab.datastore.quantities import parse_bytes
from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.datacentre.machines import Place, Size

_POWER = "runtime.powerState"
_HOST = "runtime.host"
_SINCE = "summary.runtime.bootTime"
_CONNECTION, _MAINTENANCE = "runtime.connectionState", "runtime.inMaintenanceMode"
_ON = "poweredOn"
_PORT = 443
_TASK_TIMEOUT = 60.0
# A key of a device that is yet to be made.
_CONTROLLER = -100


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
        for values in self._soap.every(vim.VirtualMachine, ["name", _POWER, _HOST, _SINCE, "config.extraConfig"]):
            place = place_of({option.key: option.value for option in values.get("config.extraConfig", ())})
            if place is not None:
                since = str(values.get(_SINCE) or "")
                found.append(Vm(values["name"], values[_POWER] == _ON, place, values[""], _id(values[_HOST]), since))
        return sorted(found, key=lambda vm: vm.name)

    def session(self) -> str:
        """Returns the session's identifier: another one once the vCenter was started anew, which then says that all VMs were."""
        (values,) = self._soap.properties([self._soap.content.sessionManager], ["currentSession"])
        return str(values["currentSession"].key)

    def hosts(self) -> list[Host]:
        """Returns every ESXi host."""
        found = self._soap.every(vim.HostSystem, ["name", _CONNECTION, _MAINTENANCE])
        return [Host(_id(values[""]), values["name"], str(values[_CONNECTION]), values[_MAINTENANCE], values[""]) for values in found]

    def create(self, name: str, size: Size, place: Place) -> Vm:
        """Makes a VM, switched off, on the host that suits it best.

        Raises:
            LabError: no host takes VMs.
        """
        (datacentre,) = self._soap.every(vim.Datacenter, ["datastore", "vmFolder"])
        (cluster,) = self._soap.every(vim.ClusterComputeResource, ["resourcePool"])
        host = choose(self.hosts(), self.all(), place)
        if host is None:
            raise LabError(f"No host takes the VM {name}", expected="one that is connected and not in maintenance", where="vCenter")
        spec = vim.vm.ConfigSpec(
            name=name,
            numCPUs=size.processors,
            memoryMB=size.memory_mib,
            guestId="ubuntu64Guest",
            files=vim.vm.FileInfo(vmPathName=f"[{datacentre['datastore'][0].name}]"),
            deviceChange=_disks(place),
            extraConfig=[vim.option.OptionValue(key=key, value=value) for key, value in noted(place).items()],
        )
        task = datacentre["vmFolder"].CreateVM_Task(config=spec, pool=cluster["resourcePool"], host=host.handle)
        return Vm(name, on=False, place=place, handle=self._soap.finish(task, f"create VM {name}", _TASK_TIMEOUT), host=host.id)

    def move(self, vm: Vm, host: Host) -> None:
        """Puts a VM on another host, switched on or off."""
        spec = vim.vm.RelocateSpec(host=host.handle)
        self._soap.finish(vm.handle.RelocateVM_Task(spec), f"move {vm.name} to {host.name}", _TASK_TIMEOUT)

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


def _disks(place: Place) -> list[Any]:
    """Returns the disks of a VM besides its root disk, on a controller of their own; their files are vCenter's alone, the lab has others."""
    if not place.volumes:
        return []
    controller = vim.vm.device.ParaVirtualSCSIController(key=_CONTROLLER, busNumber=0, sharedBus="noSharing")
    disks = [
        vim.vm.device.VirtualDisk(
            key=-number,
            controllerKey=_CONTROLLER,
            unitNumber=number,
            capacityInKB=parse_bytes(volume.size) // 1024,
            backing=vim.vm.device.VirtualDisk.FlatVer2BackingInfo(diskMode="persistent", thinProvisioned=True, fileName=""),
        )
        for number, volume in enumerate(place.volumes, 1)
    ]
    return [
        vim.vm.device.VirtualDeviceSpec(operation="add", device=controller),
        *(vim.vm.device.VirtualDeviceSpec(operation="add", fileOperation="create", device=disk) for disk in disks),
    ]


def _id(reference: Any) -> str:
    # Names of managed objects' own fields begin with an underscore in pyvmomi; there is no other way to them.
    return str(reference._moId)
