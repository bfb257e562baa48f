"""Whether an object is already what a definition would make of it, by the API's own record of who applied which field.

`metadata.managedFields` names every field that a manager applied: `f:name` a field, `k:{...}` the item of a list with these keys, `v:value`
the item of a set, `.` the field or item itself (Kubernetes API conventions, FieldsV1). Where a manager's record names exactly the fields of
a definition and all of them have the definition's values, applying it again changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fedfleet.kube.refs import KubeObject

# Of what names an object there is no record.
_UNRECORDED: Final = ("apiVersion", "kind")
_UNRECORDED_METADATA: Final = ("name", "namespace")


def applied_already(definition: KubeObject, live: KubeObject, manager: str) -> bool:
    """Whether ``manager`` applying ``definition`` to ``live`` would change nothing; False where that cannot be told for sure."""
    entries = [
        entry
        for entry in live["metadata"].get("managedFields") or []
        if entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource")
    ]
    if len(entries) != 1 or entries[0].get("apiVersion") != definition["apiVersion"] or "deletionTimestamp" in live["metadata"]:
        return False
    wanted = {key: value for key, value in definition.items() if key not in _UNRECORDED}
    metadata = {key: value for key, value in definition["metadata"].items() if key not in _UNRECORDED_METADATA}
    wanted = (wanted | {"metadata": metadata}) if metadata else {key: value for key, value in wanted.items() if key != "metadata"}
    return _holds(entries[0].get("fieldsV1") or {}, wanted, live)


def _holds(owned: Mapping[str, Any], wanted: Any, live: Any) -> bool:
    parts = {key: value for key, value in owned.items() if key != "."}
    if not parts:
        return bool(wanted == live)
    kinds = {key[:2] for key in parts}
    if kinds == {"f:"}:
        return _fields_hold({key[2:]: value for key, value in parts.items()}, wanted, live)
    if kinds == {"k:"}:
        return _items_hold([(json.loads(key[2:]), value) for key, value in parts.items()], wanted, live)
    return False


def _fields_hold(owned: Mapping[str, Any], wanted: Any, live: Any) -> bool:
    if not isinstance(wanted, Mapping) or not isinstance(live, Mapping) or owned.keys() != wanted.keys():
        return False
    return all(name in live and _holds(part, wanted[name], live[name]) for name, part in owned.items())


def _items_hold(owned: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], wanted: Any, live: Any) -> bool:
    if not isinstance(wanted, list) or not isinstance(live, list) or len(owned) != len(wanted):
        return False
    for keys, part in owned:
        ours, theirs = _with(wanted, keys), _with(live, keys)
        if len(ours) != 1 or len(theirs) != 1 or not _holds(part, ours[0], theirs[0]):
            return False
    return True


def _with(items: Sequence[Any], keys: Mapping[str, Any]) -> list[Any]:
    return [item for item in items if isinstance(item, Mapping) and all(key in item and item[key] == value for key, value in keys.items())]
