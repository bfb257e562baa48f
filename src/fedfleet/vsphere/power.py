"""Power of virtual machines, through vCenter's SOAP API: on, off, shut down, reset; done only where it is not so already.

Names are those of pyvmomi 9.1.1 vim.VirtualMachine: PowerOnVM_Task, PowerOffVM_Task, ResetVM_Task, ShutdownGuest, runtime.powerState.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from fedfleet.vsphere import errors, hosts, inventory
from fedfleet.vsphere.soap import fault_told
from fedfleet.vsphere.waiting import State, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.vsphere.client import Client

Wish = Literal["on", "off", "shutdown", "reset"]

_ON, _OFF = "poweredOn", "poweredOff"
_PROPERTIES = ["name", "runtime.powerState", "config.uuid", "config.instanceUuid"]


@dataclass(frozen=True)
class Machine:
    """A virtual machine.

    Attributes:
        id: managed object id.
        power: ``poweredOn``, ``poweredOff`` or ``suspended``.
        reference: pyvmomi's object.
    """

    id: str
    name: str
    uuid: str
    power: str
    reference: Any


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be, to a machine's power."""

    changed: bool
    before: str
    after: str
    machine: Machine


def find(client: Client, *, name: str = "", uuid: str = "", path: str = "") -> Machine:
    """The virtual machine of that name, BIOS or instance UUID, or inventory path (``DC0/vm/folder/name``).

    Raises:
        SettingsError: there is none, or several have the name.
    """
    from pyVmomi import vim

    index = client.soap.content.searchIndex
    if path:
        found = [client.soap.ask(f"find {path}", lambda: index.FindByInventoryPath(inventoryPath=path))]
    elif uuid:
        # As instance UUID first, then as the BIOS'.
        answers = (client.soap.ask(f"find {uuid}", partial(index.FindByUuid, None, uuid, True, instance)) for instance in (True, False))
        found = [next((one for one in answers if one is not None), None)]
    else:
        # A search by name in SOAP would read the name of every machine.
        found = [vim.VirtualMachine(identifier, client.soap.instance._stub) for identifier in inventory.machines(client, name)]
    machines = [_read(client, one) for one in found if isinstance(one, vim.VirtualMachine)]
    if len(machines) != 1:
        raise errors.SettingsError(
            f"There is not exactly one virtual machine {path or uuid or name}",
            expected="one",
            found=f"{len(machines)}",
            where=client.soap.origin,
            next_step="Name it by its inventory path or UUID" if machines else "Check the name, and the user's right to see the machine",
        )
    return machines[0]


def host_of(client: Client, machine: Machine) -> str:
    """The name of the ESXi host that the machine is on; empty where vCenter does not show it."""
    placed = client.soap.properties([machine.reference], ["runtime.host"])
    host = placed[0].get("runtime.host") if placed else None
    known = client.soap.properties([host], ["name"]) if host is not None else []
    return str(known[0].get("name") or "") if known else ""


def apply(
    client: Client,
    machine: Machine,
    wish: Wish,
    *,
    timeout: float,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Bring the machine's power to what is wished, and return once it is so; ``timeout`` in seconds. A reset is always one.

    Raises:
        SettingsError: one that is off cannot be reset.
        TaskError: vCenter refuses, as for a guest without tools that is to shut down. WaitError: time is up.
    """
    target = _ON if wish in ("on", "reset") else _OFF
    if wish != "reset" and machine.power == target:
        return Outcome(changed=False, before=machine.power, after=machine.power, machine=machine)
    if wish == "reset" and machine.power != _ON:
        raise errors.SettingsError(
            f"Virtual machine {machine.name} cannot be reset",
            expected=_ON,
            found=machine.power,
            where=client.soap.origin,
            next_step="Power it on instead",
        )
    if not dry_run:
        _carry_out(client, machine, wish, timeout, progress)
    return Outcome(changed=True, before=machine.power, after=target, machine=machine)


def _carry_out(client: Client, machine: Machine, wish: Wish, timeout: float, progress: Callable[[str], None] | None) -> None:
    from pyVmomi import vim

    reference, what = machine.reference, f"{wish} {machine.name}"
    target = _ON if wish in ("on", "reset") else _OFF
    try:
        if wish == "shutdown" and machine.power == _ON:
            # The guest does it in its own time; there is no task.
            client.soap.ask(what, reference.ShutdownGuest, repeatable=False)
        else:
            starts = {"on": reference.PowerOnVM_Task, "reset": reference.ResetVM_Task}
            task = client.soap.ask(what, starts.get(wish, reference.PowerOffVM_Task), repeatable=False)
            client.soap.finish(task, what, timeout, progress)
    except vim.fault.InvalidPowerState as fault:
        # Somebody else was quicker, or the state was already so.
        if str(fault.existingState) != target:
            raise fault_told(fault, what, client.soap.origin) from None
    except errors.TaskError as error:
        raise _with_host(client, machine, error) from error

    def look() -> State:
        power = _read(client, reference).power
        return State(done=power == target, text=power)

    until(look, f"virtual machine {machine.name} is {target}", timeout, progress, where=client.soap.origin)


def _with_host(client: Client, machine: Machine, error: errors.TaskError) -> errors.TaskError:
    """The same error; where the machine's host takes no machines now, it says so."""
    placed = client.soap.properties([machine.reference], ["runtime.host"])
    host = placed[0].get("runtime.host") if placed else None
    known = client.soap.properties([host], ["name", "runtime.inMaintenanceMode", "runtime.connectionState"]) if host is not None else []
    if not known:
        return error
    state = hosts.out_of_service(known[0])
    if not state:
        return error
    return errors.TaskError(
        error.summary,
        found=f"{error.found}; its host {known[0].get('name')} is {state}",
        where=error.where,
        next_step="Take the host back into service, or have the machine moved to another, then run again",
    )


def _read(client: Client, reference: Any) -> Machine:
    found = client.soap.properties([reference], _PROPERTIES)
    if not found:
        raise errors.SettingsError("The virtual machine is gone", where=client.soap.origin)
    one = found[0]
    uuid = str(one.get("config.instanceUuid") or one.get("config.uuid") or "")
    return Machine(str(reference._moId), str(one.get("name") or ""), uuid, str(one.get("runtime.powerState") or "unknown"), reference)
