"""What of an object matters when it is compared with itself a moment ago."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import yaml

from fedfleet.safe_yaml import SAFE_DUMPER

if TYPE_CHECKING:
    from fedfleet.kube.refs import KubeObject

# Written by the API server or by controllers, never by a definition.
_METADATA_NOISE = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_ANNOTATION_NOISE = frozenset(
    {
        "deployment.kubernetes.io/revision",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)


class _TextDumper(SAFE_DUMPER):  # type: ignore[misc]
    """Writes text of several lines as lines, so that a diff of a configuration file reads as one."""


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_TextDumper.add_representer(str, _text)


def relevant(obj: KubeObject) -> KubeObject:
    """``obj`` without what the API and its controllers write on their own; shares its parts with ``obj``."""
    found = {key: value for key, value in obj.items() if key != "status"}
    metadata = {key: value for key, value in obj.get("metadata", {}).items() if key not in _METADATA_NOISE}
    annotations = {key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key not in _ANNOTATION_NOISE}
    if annotations:
        metadata["annotations"] = annotations
    return found | {"metadata": metadata}


def shown(obj: KubeObject, *, metadata_only: bool = False) -> KubeObject:
    """``obj`` for people: without who manages which field, and if wanted without anything but its metadata.

    kubectl's copy of what it applied goes too, as it may hold the values of a Secret.
    """
    metadata = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key not in _ANNOTATION_NOISE}
    if "annotations" in metadata:
        metadata["annotations"] = annotations
    kept = {key: obj[key] for key in ("apiVersion", "kind")} if metadata_only else obj
    return kept | {"metadata": metadata}


def same(before: KubeObject, after: KubeObject) -> bool:
    """Whether nothing that matters differs; an equal resourceVersion says nothing, since dry runs keep it."""
    return relevant(before) == relevant(after)


def left_alone(definition: KubeObject, before: KubeObject, after: KubeObject, manager: str) -> bool:
    """Whether applying ``definition`` changed nothing, though ``before`` and ``after`` may differ.

    A controller may have written in between. It was not us where we own what we owned before and all that we
    apply was there already.
    """
    return _owned(before, manager) == _owned(after, manager) and _within(definition, before)


def _owned(obj: KubeObject, manager: str) -> list[Any]:
    entries = obj["metadata"].get("managedFields") or []
    return [entry.get("fieldsV1") for entry in entries if entry.get("manager") == manager and entry.get("operation") == "Apply"]


def _within(part: Any, whole: Any) -> bool:
    """Whether all of ``part`` is in ``whole``; lists must have the same length and order."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return bool(part == whole)


def unified_diff(before: KubeObject | None, after: KubeObject | None, title: str) -> str:
    """A unified diff of what matters; values of Secrets are never in it, only whether they differ."""
    old, new = _masked(before, after)
    lines = difflib.unified_diff(_lines(old), _lines(new), f"{title} (before)", f"{title} (after)", lineterm="", n=3)
    return "\n".join(lines)


def _lines(obj: KubeObject | None) -> list[str]:
    if obj is None:
        return []
    text = yaml.dump(obj, Dumper=_TextDumper, sort_keys=True, allow_unicode=True, width=1000)
    return str(text).splitlines()


def _masked(before: KubeObject | None, after: KubeObject | None) -> tuple[KubeObject | None, KubeObject | None]:
    old = relevant(before) if before is not None else None
    new = relevant(after) if after is not None else None
    kinds = {obj.get("kind") for obj in (old, new) if obj is not None}
    if "Secret" not in kinds:
        return old, new
    old_values, new_values = (dict((obj or {}).get("data") or {}) for obj in (old, new))
    for field, text in (("data", "(hidden)"),):
        if old is not None and old_values:
            old = old | {field: dict.fromkeys(old_values, text)}
        if new is not None and new_values:
            new = new | {
                field: {
                    key: text if key not in old_values or old_values[key] == value else "(hidden, another value)"
                    for key, value in new_values.items()
                }
            }
    return old, new
