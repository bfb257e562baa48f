"""What a Cluster asks for; pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere.cluster_classes import OLD_CLASS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet_lab.kubeapi import Object


@dataclass(frozen=True)
class Pool:
    """One pool of nodes: its name (empty for the control plane), how many, and what each is made from; volumes are (name, mount path, size)."""

    name: str
    replicas: int
    vm_class: str
    storage_class: str
    version: str
    volumes: tuple[tuple[str, str, str], ...] = ()

    @property
    def kubernetes(self) -> str:
        """The version of Kubernetes itself, without VMware's build."""
        return self.version.partition("+")[0]

    @property
    def built(self) -> str:
        """Digest of what a node is made from; nodes with another one are replaced."""
        parts = [self.vm_class, self.storage_class, self.version, self.volumes]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Desired:
    """One cluster.

    Attributes:
        key: namespace and name.
        version: as it was asked for; `control_plane.version` and the pools' are the same.
        default_class: StorageClass that claims in the cluster get; empty for none, as VKS leaves it.
        storage_classes: those that the cluster has.
        remembers_volumes: whether its nodes mount their volumes at every boot; those of a TanzuKubernetesCluster do so at the first one only.
    """

    key: tuple[str, str]
    version: str
    control_plane: Pool
    pools: tuple[Pool, ...]
    default_class: str = ""
    storage_classes: tuple[str, ...] = ()
    remembers_volumes: bool = True

    def resolved(self, version: str) -> Desired:
        """Returns the same cluster with its release's full version, so that another way to write it is no other node."""
        control, *pools = (replace(pool, version=version) for pool in (self.control_plane, *self.pools))
        return replace(self, version=version, control_plane=control, pools=tuple(pools))


def of_cluster(item: Object) -> Desired:
    """Reads a Cluster with a topology (cluster-api v1.14.2 `cluster_types.go`).

    Its variables are those of VKS 3.2 and up, or, of the class of TanzuKubernetesClusters, the older ones (`fedfleet.vsphere.cluster_classes`).
    """
    topology = item["spec"]["topology"]
    shared = _values(topology.get("variables"))
    version = topology["version"]
    control = topology.get("controlPlane") or {}
    own = shared | _values((control.get("variables") or {}).get("overrides"))
    persistent = (shared.get("vsphereOptions") or {}).get("persistentVolumes") or {}
    workers = (topology.get("workers") or {}).get("machineDeployments") or []
    return Desired(
        key=(item["metadata"]["namespace"], item["metadata"]["name"]),
        version=version,
        control_plane=_pool("", control.get("replicas", 1), own, version, with_volumes=False),
        pools=tuple(
            _pool(worker["name"], worker.get("replicas", 1), shared | _values((worker.get("variables") or {}).get("overrides")), version)
            for worker in workers
        ),
        default_class=persistent.get("defaultStorageClass") or shared.get("defaultStorageClass", ""),
        storage_classes=tuple(persistent.get("availableStorageClasses") or shared.get("storageClasses") or ()),
        remembers_volumes=(topology.get("classRef") or {}).get("name") != OLD_CLASS,
    )


def _pool(name: str, replicas: int, values: Mapping[str, Any], version: str, *, with_volumes: bool = True) -> Pool:
    wanted = values.get("volumes") or values.get("nodePoolVolumes") or () if with_volumes else ()
    volumes = tuple((volume["name"], volume["mountPath"], _capacity(volume["capacity"])) for volume in wanted)
    return Pool(name, replicas, values.get("vmClass", ""), values.get("storageClass", ""), version, volumes)


def _capacity(capacity: str | Mapping[str, str]) -> str:
    """Returns a volume's size, which the older variables have one level deeper."""
    return capacity if isinstance(capacity, str) else capacity["storage"]


def _values(variables: list[Mapping[str, Any]] | None) -> dict[str, Any]:
    return {variable["name"]: variable["value"] for variable in variables or ()}
