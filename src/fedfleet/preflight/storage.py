"""StorageClasses against what the site asks of them: there, able to bind, and to grow. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet.preflight.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube import KubeObject
    from fedfleet.preflight.needs import StorageNeed

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
# The class of volumes that somebody made by hand; nothing makes any for it.
_BY_HAND = "kubernetes.io/no-provisioner"


@dataclass(frozen=True)
class StorageThere:
    """What the cluster has: classes, CSI drivers with the nodes they run on, and volumes."""

    classes: Sequence[KubeObject]
    drivers: Sequence[KubeObject] = field(default_factory=tuple)
    csi_nodes: Sequence[KubeObject] = field(default_factory=tuple)
    volumes: Sequence[KubeObject] = field(default_factory=tuple)


def storage_findings(there: StorageThere, need: StorageNeed) -> list[Finding]:
    """Which intents have no class, one that cannot bind a volume, or one whose volumes cannot grow."""
    by_name = {str(item["metadata"]["name"]): item for item in there.classes}
    default = next((item for item in there.classes if _is_default(item)), None)
    names = ", ".join(sorted(by_name)) or "none"
    found = []
    for name in sorted(set(need.intents.values()) - need.created_later):
        intents = " and ".join(sorted(intent for intent, wanted in need.intents.items() if wanted == name))
        what = f"StorageClass for {intents}"
        item = by_name.get(name) if name else default
        if item is None:
            fix = "name one that is there in storage_classes, or have this one made with storage_create"
            found.append(Finding(what, name or "a default class", names, "the cluster's StorageClasses", fix))
            continue
        where = f"StorageClass {item['metadata']['name']}"
        reason = _cannot_bind(item, there)
        if reason:
            fix = "have the storage's driver brought up, or choose another class"
            found.append(Finding(what, "one that volumes of mode ReadWriteOnce come from", reason, where, fix))
        if need.expansion and not item.get("allowVolumeExpansion"):
            fix = "set it on the class, choose another, or accept it with storage_expansion_required: false"
            found.append(Finding(what, "one whose volumes can grow", "no allowVolumeExpansion", where, fix))
    return found


def _is_default(item: KubeObject) -> bool:
    return (item["metadata"].get("annotations") or {}).get(_DEFAULT) == "true"


def _cannot_bind(item: KubeObject, there: StorageThere) -> str:
    """Why no volume can come from a class, as far as the cluster tells; empty when nothing speaks against it."""
    name, provisioner = item["metadata"]["name"], item.get("provisioner", "")
    if provisioner == _BY_HAND:
        free = [volume for volume in there.volumes if _is_free(volume, name)]
        return "" if free else "volumes of it are made by hand, and no free one can be written by one node"
    if any(driver["metadata"]["name"] == provisioner for driver in there.drivers):
        runs = [node for node in there.csi_nodes if any(own["name"] == provisioner for own in (node["spec"].get("drivers") or []))]
        return "" if runs else f"its CSI driver {provisioner} runs on no node"
    return ""


def _is_free(volume: KubeObject, storage_class: str) -> bool:
    spec, phase = volume["spec"], (volume.get("status") or {}).get("phase")
    return bool(
        phase == "Available" and spec.get("storageClassName") == storage_class and "ReadWriteOnce" in (spec.get("accessModes") or [])
    )
