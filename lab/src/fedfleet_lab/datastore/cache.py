"""What the provisioner knows of the cluster: the latest state of every object of the kinds that it watches."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fedfleet_lab.kubeapi import Kind, Object

Key = tuple[str, str]
"""Namespace (empty for cluster-wide kinds) and name."""


def key_of(item: Object) -> Key:
    """Returns an object's key among those of its kind."""
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


class Cache:
    """Objects by kind and key; safe to use from many threads. Objects in it must not be changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._objects: dict[Kind, dict[Key, Object]] = {}

    def get(self, kind: Kind, name: str, namespace: str = "") -> Object | None:
        """Returns an object, or None where there is none."""
        with self._lock:
            return self._objects.get(kind, {}).get((namespace, name))

    def all(self, kind: Kind) -> list[Object]:
        """Returns all objects of a kind."""
        with self._lock:
            return list(self._objects.get(kind, {}).values())

    def replace(self, kind: Kind, items: list[Object]) -> None:
        """Forgets what was known of a kind for a complete new list."""
        with self._lock:
            self._objects[kind] = {key_of(item): item for item in items}

    def put(self, kind: Kind, item: Object) -> None:
        """Notes an object's new state."""
        with self._lock:
            self._objects.setdefault(kind, {})[key_of(item)] = item

    def remove(self, kind: Kind, item: Object) -> None:
        """Notes that an object is gone."""
        with self._lock:
            self._objects.get(kind, {}).pop(key_of(item), None)
