"""VM classes: what a virtual machine of a namespace has of CPU and memory.

Fields are those of vmware-vcenter 9.1.1 com/vmware/vcenter/namespace_management_client.py VirtualMachineClasses; on the wire memory is
``memory_MB``. Reservations are in percent, deprecated since 8.0.2.0 in favour of ``config_spec``, and the only way before that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from pydantic import Field

from fedfleet.vsphere import errors, ownership
from fedfleet.vsphere.answers import Answer, read
from fedfleet.vsphere.waiting import State, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.vsphere.client import Client

CLASSES = "/vcenter/namespace-management/virtual-machine-classes"


class VmClass(Answer):
    """A VM class: VirtualMachineClasses.Info. Memory in MiB, reservations in percent (None for none)."""

    id: str
    cpu_count: int
    memory_mb: int = Field(alias="memory_MB")
    cpu_reservation: int | None = None
    memory_reservation: int | None = None
    description: str = ""
    namespaces: frozenset[str] = frozenset()
    vms: frozenset[str] = frozenset()
    config_status: Literal["READY", "REMOVING"] = "READY"

    def settings(self) -> dict[str, Any]:
        """What can be set, as plain values; for diffs and results."""
        fields = {"id", "cpu_count", "memory_mb", "cpu_reservation", "memory_reservation", "description"}
        return self.model_dump(include=fields)


@dataclass(frozen=True)
class Wanted:
    """A VM class as it is wanted. Memory in MiB; reservations in percent, 0 for none. None: left as it is.

    CPUs and memory have to be given where the class is to be created.
    """

    id: str
    cpu_count: int | None = None
    memory_mb: int | None = None
    cpu_reservation: int | None = None
    memory_reservation: int | None = None
    description: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be, to a class; None where it was or is not there."""

    changed: bool
    before: VmClass | None = None
    after: VmClass | None = None


def list_all(client: Client) -> list[VmClass]:
    """All VM classes of this vCenter, by id."""
    return sorted(read(list[VmClass], client.rest.get(CLASSES), CLASSES), key=lambda one: one.id)


def find(client: Client, identifier: str) -> VmClass | None:
    """The VM class, or None where there is none."""
    path = _path(identifier)
    answer = client.rest.find(path)
    return None if answer is None else read(VmClass, answer, path)


def create_spec(wanted: Wanted) -> dict[str, Any]:
    """Body of the POST: VirtualMachineClasses.CreateSpec.

    Raises:
        SettingsError: CPUs or memory are not given.
    """
    if wanted.cpu_count is None or wanted.memory_mb is None:
        raise errors.SettingsError(
            f"VM class {wanted.id} is not there and cannot be created",
            expected="cpu_count and memory_mb",
            found=f"cpu_count {wanted.cpu_count}, memory_mb {wanted.memory_mb}",
            where=wanted.id,
            next_step="Give both, or name a class that is there",
        )
    body: dict[str, Any] = {"id": wanted.id, "cpu_count": wanted.cpu_count, "memory_MB": wanted.memory_mb}
    body |= _reservations(wanted.cpu_reservation, wanted.memory_reservation)
    return body | ({} if wanted.description is None else {"description": wanted.description})


def update_spec(found: VmClass, wanted: Wanted) -> dict[str, Any]:
    """Body of the PATCH: VirtualMachineClasses.UpdateSpec; empty where nothing differs.

    A reservation that is left out is taken away by vCenter, unlike all other fields; so they are always sent.
    """
    body: dict[str, Any] = {}
    if wanted.cpu_count not in (None, found.cpu_count):
        body["cpu_count"] = wanted.cpu_count
    if wanted.memory_mb not in (None, found.memory_mb):
        body["memory_MB"] = wanted.memory_mb
    if wanted.description not in (None, found.description):
        body["description"] = wanted.description
    cpu = found.cpu_reservation if wanted.cpu_reservation is None else wanted.cpu_reservation
    memory = found.memory_reservation if wanted.memory_reservation is None else wanted.memory_reservation
    reserved = (cpu or 0, memory or 0)
    if body or reserved != (found.cpu_reservation or 0, found.memory_reservation or 0):
        body |= _reservations(*reserved)
        # An empty body would be refused: where only reservations are taken away, say again what does not change.
        body = body or {"cpu_count": found.cpu_count}
    return body


def ensure(client: Client, wanted: Wanted, *, adopt: bool = True, dry_run: bool = False) -> Outcome:
    """Create the class, or change what differs; without ``adopt``, never one of another description.

    Raises:
        SettingsError: CPUs or memory are missing for one to be created.
        RefusedChangeError: one of another description differs.
    """
    before = find(client, wanted.id)
    if before is None:
        body = create_spec(wanted)
        if not dry_run:
            try:
                # Ids are unique: asked twice, vCenter says that it is there, and what is there is compared.
                client.rest.post(CLASSES, body, repeatable=True)
            except errors.AlreadyExistsError:
                return replace(ensure(client, wanted, adopt=adopt), changed=True)
        return Outcome(changed=True, after=VmClass.model_validate(body) if dry_run else find(client, wanted.id))
    theirs = not adopt and before.description != wanted.description
    body = update_spec(before, replace(wanted, description=None) if theirs else wanted)
    if not body:
        return Outcome(changed=False, before=before, after=before)
    unset = {"cpu_reservation": None, "memory_reservation": None}
    planned = VmClass.model_validate(before.model_dump(by_alias=True) | unset | body)
    if theirs:
        ownership.refuse(f"VM class {wanted.id}", before.description, before.settings(), planned.settings())
    if dry_run:
        return Outcome(changed=True, before=before, after=planned)
    client.rest.patch(_path(wanted.id), body)
    return Outcome(changed=True, before=before, after=find(client, wanted.id))


def remove(
    client: Client,
    identifier: str,
    *,
    timeout: float,
    described: str | None = None,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Remove the class and return once it is gone; ``timeout`` in seconds. Where ``described`` is given, only one of that description.

    Raises:
        InUseError: namespaces or VMs still use it. WaitError: time is up.
    """
    before = find(client, identifier)
    if before is None or described not in (None, before.description):
        return Outcome(changed=False, before=before, after=before)
    if not dry_run:
        if before.config_status != "REMOVING":
            client.rest.delete(_path(identifier))

        def look() -> State:
            found = find(client, identifier)
            users = "" if found is None else f"used by {len(found.namespaces)} namespaces and {len(found.vms)} VMs"
            return State(done=found is None, text=users or "gone")

        until(look, f"VM class {identifier} is gone", timeout, progress, where=client.rest.origin)
    return Outcome(changed=True, before=before)


def _reservations(cpu: int | None, memory: int | None) -> dict[str, int]:
    named = {"cpu_reservation": cpu, "memory_reservation": memory}
    return {name: percent for name, percent in named.items() if percent}


def _path(identifier: str) -> str:
    return f"{CLASSES}/{quote(identifier, safe='')}"
