"""What of vCenter's inventory is named by people and addressed by managed object ids: datastores and virtual machines.

Names are looked up by vCenter itself: vmware-vcenter 9.1.1 com/vmware/vcenter_client.py Datastore.list and VM.list with ``names``, so that a large
inventory takes no longer than a small one. Properties of datastores are those of pyvmomi 9.1.1 vim.Datastore: name, summary.capacity and
summary.freeSpace in bytes, summary.accessible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Answer, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.vsphere.client import Client


DATASTORES = "/vcenter/datastore"
MACHINES = "/vcenter/vm"


@dataclass(frozen=True)
class Datastore:
    """A datastore that hosts reach; in bytes."""

    id: str
    name: str
    capacity: int
    free: int


def reachable_datastores(client: Client) -> list[Datastore]:
    """The datastores that hosts reach and the user may see, by name."""
    from pyVmomi import vim

    properties = ["name", "summary.capacity", "summary.freeSpace", "summary.accessible"]
    found = [
        Datastore(
            str(one[""]._moId), str(one.get("name") or ""), int(one.get("summary.capacity") or 0), int(one.get("summary.freeSpace") or 0)
        )
        for one in client.soap.every(vim.Datastore, properties)
        if one.get("summary.accessible") is not False
    ]
    return sorted(found, key=lambda one: one.name)


class DatastoreListed(Answer):
    """A datastore: Datastore.Summary."""

    datastore: str
    name: str


class MachineListed(Answer):
    """A virtual machine: VM.Summary."""

    vm: str
    name: str


def datastores(client: Client, names: Sequence[str]) -> dict[str, str]:
    """The managed object ids of the datastores of those names, by name.

    Raises:
        SettingsError: there is none, or more than one, of a name.
    """
    found = {name: [one.datastore for one in _datastores(client, {"names": name}) if one.name == name] for name in names}
    wrong = [name for name, ids in found.items() if len(ids) != 1]
    if wrong:
        known = sorted(one.name for one in _datastores(client, None))
        raise errors.SettingsError(
            f"There is not exactly one datastore {', '.join(wrong)}",
            expected="names of datastores that are one of a kind in this vCenter",
            found=", ".join(known) or "no datastore that this user may see",
            where=client.rest.origin,
            next_step="Check the name, and the user's right to see datastores (System.Read)",
        )
    return {name: ids[0] for name, ids in found.items()}


def machines(client: Client, name: str) -> list[str]:
    """The managed object ids of the virtual machines of that name that the user may see."""
    found = read(list[MachineListed], client.rest.get(MACHINES, {"names": name}), MACHINES)
    return [one.vm for one in found if one.name == name]


def _datastores(client: Client, query: dict[str, str] | None) -> list[DatastoreListed]:
    return read(list[DatastoreListed], client.rest.get(DATASTORES, query), DATASTORES)
