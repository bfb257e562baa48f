"""How the objects of a set are before it is applied, fetched in as few requests as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.kube import objects
from fedfleet.kube.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import ThreadPoolExecutor

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Resource
    from fedfleet.kube.refs import KubeObject

Place = tuple[str, str, str]
"""Kind as ``plural.group``, namespace, name."""

# From so many objects of one kind in one namespace on, one list is cheaper than a request each.
_LIST_FROM = 3


def place_of(resource: Resource, namespace: str, name: str) -> Place:
    """The key under which an object is kept."""
    return (f"{resource.plural}.{resource.group}", namespace if resource.namespaced else "", name)


class Snapshot:
    """What was there before, by place."""

    def __init__(self) -> None:
        self._objects: dict[Place, KubeObject] = {}
        self._complete: set[tuple[str, str]] = set()

    def before(self, place: Place) -> KubeObject | None:
        """The object that was there, or None."""
        return self._objects.get(place)

    def labelled(self, resource: Resource, namespace: str, label: str, value: str) -> list[KubeObject] | None:
        """All objects of a kind in a namespace with that label; None where the snapshot does not hold them all."""
        kind, place, _ = place_of(resource, namespace, "")
        if (kind, place) not in self._complete:
            return None
        return [
            obj
            for key, obj in self._objects.items()
            if key[:2] == (kind, place) and (obj["metadata"].get("labels") or {}).get(label) == value
        ]

    def fetch(self, connection: Connection, pool: ThreadPoolExecutor, wanted: Iterable[tuple[Resource, str, str]]) -> None:
        """Fetch the objects of ``wanted`` (resource, namespace, name)."""
        groups: dict[tuple[str, str], list[tuple[Resource, str, str]]] = {}
        for resource, namespace, name in wanted:
            groups.setdefault(place_of(resource, namespace, "")[:2], []).append((resource, namespace, name))
        singles = [entry for group in groups.values() if len(group) < _LIST_FROM for entry in group]
        lists = [group for group in groups.values() if len(group) >= _LIST_FROM]

        def listed(group: list[tuple[Resource, str, str]]) -> list[tuple[Resource, str, str]]:
            resource, namespace, _ = group[0]
            try:
                found = objects.read_all(connection, resource, namespace or None)
            except ForbiddenError:
                # To read objects by name is a smaller right than to list them.
                return group
            for obj in found:
                self._objects[place_of(resource, namespace, obj["metadata"]["name"])] = obj
            self._complete.add(place_of(resource, namespace, "")[:2])
            return []

        def single(entry: tuple[Resource, str, str]) -> None:
            obj = objects.read(connection, *entry)
            if obj is not None:
                self._objects[place_of(*entry)] = obj

        pending = [pool.submit(listed, group) for group in lists]
        list(pool.map(single, singles))
        leftover = [entry for future in pending for entry in future.result()]
        list(pool.map(single, leftover))
