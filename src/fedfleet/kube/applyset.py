"""The parent object that records what a set owns, so that what leaves the definition can be deleted.

Labels and annotations are those of Kubernetes' ApplySet specification (KEP-3659, "ApplySet: kubectl apply --prune
redesign"), with a ConfigMap as the parent. Pure: what to write and what may be pruned, no I/O.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.kube.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.kube.refs import ApplySetRef, KubeObject

ID_LABEL = "applyset.kubernetes.io/id"
MEMBER_LABEL = "applyset.kubernetes.io/part-of"
TOOLING = "applyset.kubernetes.io/tooling"
KINDS = "applyset.kubernetes.io/contains-group-kinds"
NAMESPACES = "applyset.kubernetes.io/additional-namespaces"
MANAGER = "fedfleet-applyset"

# Deleting one of these deletes data, or objects that are not of the set.
NEVER_PRUNED = frozenset({"CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Secret"})


@dataclass(frozen=True)
class Extent:
    """Where members of a set may be: their kinds as ``Kind.group`` and their namespaces."""

    kinds: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()

    def __or__(self, other: Extent) -> Extent:
        return Extent(self.kinds | other.kinds, self.namespaces | other.namespaces)


def set_id(ref: ApplySetRef) -> str:
    """The set's id: a hash of the parent's name, namespace, kind and group."""
    digest = hashlib.sha256(f"{ref.name}.{ref.namespace}.ConfigMap.".encode()).digest()
    return f"applyset-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}-v1"


def group_kind(kind: str, group: str) -> str:
    """A kind as the parent's annotation writes it."""
    return f"{kind}.{group}" if group else kind


def parent(ref: ApplySetRef, extent: Extent, resource_version: str | None = None) -> KubeObject:
    """The parent object that records ``extent``; with ``resource_version`` it is written only over that one."""
    metadata: dict[str, object] = {
        "name": ref.name,
        "namespace": ref.namespace,
        "labels": {ID_LABEL: set_id(ref)},
        "annotations": {
            TOOLING: "fedfleet/v1",
            KINDS: ",".join(sorted(extent.kinds)),
            NAMESPACES: ",".join(sorted(extent.namespaces - {ref.namespace, ""})),
        },
    }
    if resource_version:
        metadata["resourceVersion"] = resource_version
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def recorded(ref: ApplySetRef, found: KubeObject | None) -> Extent:
    """The extent that an existing parent records.

    Raises:
        DefinitionError: an object of that name is there and is not the parent of this set.
    """
    if found is None:
        return Extent()
    labels = found["metadata"].get("labels") or {}
    annotations = found["metadata"].get("annotations") or {}
    tooling = annotations.get(TOOLING, "")
    if labels.get(ID_LABEL) != set_id(ref) or not tooling.startswith("fedfleet/"):
        raise DefinitionError(
            f"ConfigMap {ref.namespace}/{ref.name} is not the parent of a set of ours",
            expected=f"label {ID_LABEL}={set_id(ref)} and annotation {TOOLING}=fedfleet/...",
            found=f"{labels.get(ID_LABEL) or 'no such label'}, {tooling or 'no such annotation'}",
            next_step="Give the set another name; nothing was touched",
        )
    return Extent(
        kinds=frozenset(filter(None, annotations.get(KINDS, "").split(","))),
        namespaces=frozenset(filter(None, annotations.get(NAMESPACES, "").split(","))) | {ref.namespace},
    )


def labelled(definition: KubeObject, ref: ApplySetRef) -> KubeObject:
    """``definition`` with the label that makes it a member."""
    metadata = definition["metadata"]
    return definition | {"metadata": metadata | {"labels": (metadata.get("labels") or {}) | {MEMBER_LABEL: set_id(ref)}}}


def is_member(before: KubeObject | None, ref: ApplySetRef | None) -> bool:
    """Whether ``before`` is there and belongs to the set."""
    return before is not None and ref is not None and (before["metadata"].get("labels") or {}).get(MEMBER_LABEL) == set_id(ref)


def foreign_set(before: KubeObject | None, ref: ApplySetRef | None) -> str | None:
    """The id of the other set that ``before`` belongs to, if it does."""
    if before is None or ref is None:
        return None
    label: str | None = (before["metadata"].get("labels") or {}).get(MEMBER_LABEL)
    return label if label and label != set_id(ref) else None


def prunable(members: Iterable[KubeObject]) -> list[KubeObject]:
    """Those of the members that may be deleted and are not being deleted already.

    Controllers copy labels to what they make (a Service's to its EndpointSlices); what has an owner goes with it.
    """
    return [
        member
        for member in members
        if member["kind"] not in NEVER_PRUNED
        and not member["metadata"].get("deletionTimestamp")
        and not member["metadata"].get("ownerReferences")
    ]
