"""A cluster's objects in memory, for what a real one cannot be made to do on purpose: races."""

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fedfleet.kube import NotFoundError, StaleError

Object = dict[str, Any]


class Objects:
    """As much of ``fedfleet.kube.Client`` as deals with objects; there are no pods.

    Attributes:
        before_write: called before each write with the object's name; may do what others do at that moment.
        writes: the names of the objects that were written, in order.
        missing_namespaces: namespaces that are not there, so that nothing can be created in them.
    """

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str, str], Object] = {}
        self._versions = itertools.count(1)
        self.before_write: Callable[[str], None] = lambda _: None
        self.writes: list[str] = []
        self.missing_namespaces: set[str] = set()

    def get(self, kind: str, name: str, namespace: str | None = None, api_version: str | None = None) -> Object | None:
        del api_version
        return copy.deepcopy(self._objects.get((kind, namespace or "", name)))

    def list(
        self, kind: str, namespace: str | None = None, labels: Mapping[str, str] | None = None, api_version: str | None = None
    ) -> list[Object]:
        del api_version
        wanted = (labels or {}).items()
        return [
            copy.deepcopy(found)
            for (own, place, _), found in sorted(self._objects.items())
            if own == kind and place == namespace and wanted <= found["metadata"].get("labels", {}).items()
        ]

    def create(self, definition: Object) -> Object:
        place = self._place(definition)
        self._writing(place[2])
        if place[1] in self.missing_namespaces:
            raise _missing(place)
        if place in self._objects:
            raise _stale(place)
        return self._put(place, copy.deepcopy(definition))

    def patch(self, kind: str, name: str, namespace: str, body: Mapping[str, Any], *, api_version: str | None = None) -> Object:
        del api_version
        self._writing(name)
        place = (kind, namespace, name)
        current = self._objects.get(place)
        if current is None:
            raise _missing(place)
        if (
            body.get("metadata", {}).get("resourceVersion", current["metadata"]["resourceVersion"])
            != current["metadata"]["resourceVersion"]
        ):
            raise _stale(place)
        return self._put(place, _merged(current, body))

    def delete(self, kind: str, name: str, namespace: str, *, api_version: str | None = None, version: str = "") -> bool:
        del api_version
        self._writing(name)
        current = self._objects.get((kind, namespace, name))
        if current is not None and version not in ("", current["metadata"]["resourceVersion"]):
            raise _stale((kind, namespace, name))
        return self._objects.pop((kind, namespace, name), None) is not None

    def close(self) -> None:
        """As at the end of a session."""

    def touch_pods(self, namespace: str, labels: Mapping[str, str]) -> Sequence[str]:
        del namespace, labels
        return []

    def _writing(self, name: str) -> None:
        self.before_write(name)
        self.writes.append(name)

    def _put(self, place: tuple[str, str, str], found: Object) -> Object:
        found["metadata"]["resourceVersion"] = str(next(self._versions))
        self._objects[place] = found
        return copy.deepcopy(found)

    def _place(self, definition: Object) -> tuple[str, str, str]:
        return definition["kind"], definition["metadata"]["namespace"], definition["metadata"]["name"]


def _stale(place: tuple[str, str, str]) -> StaleError:
    return StaleError(f"Cannot write {place[2]}: it was changed at the same time", status=409, reason="Conflict", where=str(place))


def _missing(place: tuple[str, str, str]) -> NotFoundError:
    return NotFoundError(f"Cannot write {place[2]}: there is no such object, or no such namespace", status=404, where=str(place))


def _merged(current: Any, body: Any) -> Any:
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(body, Mapping):
        return body
    merged = copy.deepcopy(current) if isinstance(current, dict) else {}
    for name, value in body.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged
