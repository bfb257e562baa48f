"""What of vCenter's inventory is named by people and addressed by managed object ids: datastores.

Properties are those of pyvmomi 9.1.1 vim.Datastore: name, summary.capacity and summary.freeSpace in bytes, summary.accessible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.vsphere import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.vsphere.client import Client


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


def datastores(client: Client, names: Sequence[str]) -> dict[str, str]:
    """The managed object ids of the datastores of those names, by name.

    Raises:
        SettingsError: there is none, or more than one, of a name.
    """
    if not names:
        return {}
    from pyVmomi import vim

    found: dict[str, list[str]] = {}
    for one in client.soap.every(vim.Datastore, ["name"]):
        found.setdefault(str(one.get("name")), []).append(str(one[""]._moId))
    wrong = [name for name in names if len(found.get(name, [])) != 1]
    if wrong:
        raise errors.SettingsError(
            f"There is not exactly one datastore {', '.join(wrong)}",
            expected="names of datastores that are one of a kind in this vCenter",
            found=", ".join(f"{name} ({len(ids)})" for name, ids in sorted(found.items())) or "no datastore that this user may see",
            where=client.soap.origin,
            next_step="Check the name, and the user's right to browse datastores",
        )
    return {name: found[name][0] for name in names}
