"""Claims as the provisioner reads them, and the volumes that answer them; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.datastore.errors import RequestRefusedError
from fedfleet_lab.datastore.kinds import POOL_PARAMETER, PROVISIONER, SNAPSHOT, VOLUME_FINALIZER
from fedfleet_lab.datastore.quantities import parse_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.kubeapi import Object

# Set by the scheduler once it has chosen a node for the first pod that uses the claim.
_SELECTED_NODE = "volume.kubernetes.io/selected-node"
_PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_POOL = f"{PROVISIONER}/{POOL_PARAMETER}"


@dataclass(frozen=True)
class Source:
    """What a volume starts with: a `VolumeSnapshot`, or another `PersistentVolumeClaim`, of the same namespace."""

    kind: str
    name: str


@dataclass(frozen=True)
class Claim:
    """A PersistentVolumeClaim; `request` is its quantity as written, `size` the same in bytes."""

    namespace: str
    name: str
    uid: str
    storage_class: str
    request: str
    size: int
    access_modes: tuple[str, ...]
    volume: str
    scheduled: bool
    deleted: bool

    @classmethod
    def parse(cls, item: Object) -> Claim:
        """Reads a claim.

        Raises:
            RequestRefusedError: its size is no quantity.
        """
        metadata, spec = item["metadata"], item["spec"]
        request = spec["resources"]["requests"]["storage"]
        return cls(
            namespace=metadata["namespace"],
            name=metadata["name"],
            uid=metadata["uid"],
            storage_class=spec.get("storageClassName") or "",
            request=request,
            size=parse_bytes(request),
            access_modes=tuple(spec["accessModes"]),
            volume=spec.get("volumeName") or "",
            scheduled=_SELECTED_NODE in metadata.get("annotations", {}),
            deleted="deletionTimestamp" in metadata,
        )

    @property
    def new_volume(self) -> str:
        """The name of the volume that is made for this claim; the same at every attempt."""
        return f"pvc-{self.uid}"


def source_of(item: Object) -> Source | None:
    """Returns what a claim's volume is to start with; None for an empty one.

    Raises:
        RequestRefusedError: it is something else than a snapshot or claim of the same namespace.
    """
    spec = item["spec"]
    reference = spec.get("dataSourceRef") or spec.get("dataSource")
    if reference is None:
        return None
    group, kind = reference.get("apiGroup") or "", reference["kind"]
    snapshot = kind == SNAPSHOT.name and f"{group}/v1" == SNAPSHOT.api_version
    claim = kind == "PersistentVolumeClaim" and not group
    elsewhere = reference.get("namespace") not in (None, item["metadata"]["namespace"])
    if elsewhere or not (snapshot or claim):
        raise RequestRefusedError(
            f"A volume cannot start with a {kind} {reference['name']}" + (" of another namespace" if elsewhere else ""),
            expected="a VolumeSnapshot or a PersistentVolumeClaim of the same namespace",
        )
    return Source(kind, reference["name"])


def is_due(claim: Claim, storage_class: Object) -> bool:
    """Whether a volume is to be made for this claim now."""
    if claim.volume or claim.deleted or storage_class["provisioner"] != PROVISIONER:
        return False
    return storage_class.get("volumeBindingMode") != "WaitForFirstConsumer" or claim.scheduled


def pool_name(storage_class: Object) -> str:
    """Returns the pool that a StorageClass stands for.

    Raises:
        RequestRefusedError: it names none, or has parameters that mean nothing here.
    """
    parameters = storage_class.get("parameters") or {}
    if set(parameters) != {POOL_PARAMETER}:
        raise RequestRefusedError(
            f"StorageClass {storage_class['metadata']['name']} has the wrong parameters",
            expected=f"`{POOL_PARAMETER}` and nothing else",
            found=", ".join(sorted(parameters)) or "none",
        )
    return str(parameters[POOL_PARAMETER])


def check_mode(item: Object) -> None:
    """Refuses claims for raw blocks.

    Raises:
        RequestRefusedError: it is one.
    """
    if item["spec"].get("volumeMode") == "Block":
        raise RequestRefusedError("The datastore has no raw block volumes", expected="volumeMode: Filesystem")


def volume_manifest(claim: Claim, storage_class: Object, pool: str, path: Path) -> Object:
    """Returns the PersistentVolume over a directory that every node sees.

    It is a `local` volume rather than a `hostPath` one because the kubelet then sets the group that a pod's `fsGroup`
    asks for; its affinity, which the API demands of local volumes, holds for all nodes.
    """
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": claim.new_volume,
            "annotations": {_PROVISIONED_BY: PROVISIONER, _POOL: pool},
            "finalizers": [VOLUME_FINALIZER],
        },
        "spec": {
            "capacity": {"storage": claim.request},
            "accessModes": list(claim.access_modes),
            "volumeMode": "Filesystem",
            "storageClassName": claim.storage_class,
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "local": {"path": str(path)},
            "nodeAffinity": {
                "required": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}]}]
                }
            },
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": claim.namespace,
                "name": claim.name,
                "uid": claim.uid,
            },
        },
    }


def is_ours(volume: Object) -> bool:
    """Whether this provisioner made a PersistentVolume."""
    return bool(volume["metadata"].get("annotations", {}).get(_PROVISIONED_BY) == PROVISIONER)


def pool_of(volume: Object) -> str:
    """Returns the pool that a PersistentVolume of ours is in."""
    return str(volume["metadata"]["annotations"][_POOL])


def capacity_of(volume: Object) -> int:
    """Returns the size of a PersistentVolume in bytes."""
    return parse_bytes(volume["spec"]["capacity"]["storage"])
