"""Workload clusters as they are wanted, whatever the API that makes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from fedfleet.vsphere import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

Provider = Literal["vks", "tkc"]

# What a StorageClass of a Supervisor that binds late ends in (vm-operator 506dc5d pkg/util/vsphere/storage/storage_policy.go).
LATE = "-latebinding"

# On a cluster, for whom it was made.
OWNER_ANNOTATION = "fedfleet.dev/owner"


@dataclass(frozen=True)
class Volume:
    """A disk of its own of each node, mounted before any service starts; it lives and dies with the node.

    Attributes:
        capacity: as Kubernetes writes it, such as ``60Gi``.
        storage_class: empty for the node's own.
    """

    name: str
    mount_path: str
    capacity: str
    storage_class: str = ""


@dataclass(frozen=True)
class Taint:
    """A taint of nodes, as Kubernetes has it."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True)
class Pool:
    """Workers that are alike.

    Attributes:
        storage_class: of the root disks; empty for the cluster's.
        failure_domain: vSphere Zone; empty for any.
    """

    name: str
    replicas: int
    vm_class: str
    storage_class: str = ""
    volumes: tuple[Volume, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    failure_domain: str = ""


@dataclass(frozen=True)
class Proxy:
    """HTTP proxies of the nodes."""

    http: str
    https: str
    no_proxy: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """A workload cluster as it is wanted.

    Attributes:
        version: of Kubernetes, as the release has it: ``v1.34.2+vmware.2``.
        release: name of the release object; what a TanzuKubernetesCluster asks for.
        storage_class: of the nodes' disks, and the cluster's default class unless ``default_storage_class`` is another.
        storage_classes: classes that are to be in the cluster; empty for the default class alone.
        cluster_class: ClusterClass of a ``vks`` cluster.
        class_namespace: where the ClusterClass is; empty for the cluster's own namespace.
        os_name: operating system of the nodes; empty for the release's default.
        trusted_cas: PEM certificates that the nodes trust, by name.
        owner: for whom it is, written on it when it is made; empty for nobody in particular.
    """

    name: str
    namespace: str
    version: str
    control_plane_vm_class: str
    storage_class: str
    pools: tuple[Pool, ...]
    control_plane_replicas: int = 1
    release: str = ""
    default_storage_class: str = ""
    storage_classes: tuple[str, ...] = ()
    pod_cidrs: tuple[str, ...] = ("172.20.0.0/16",)
    service_cidrs: tuple[str, ...] = ("172.21.0.0/16",)
    service_domain: str = "cluster.local"
    cni: str = ""
    cluster_class: str = ""
    class_namespace: str = ""
    os_name: str = ""
    proxy: Proxy | None = None
    trusted_cas: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""

    @property
    def default_class(self) -> str:
        """The default StorageClass: without one, claims that name none would hang."""
        return self.default_storage_class or self.storage_class

    @property
    def classes(self) -> tuple[str, ...]:
        """All StorageClasses that the cluster is to have."""
        return tuple(dict.fromkeys([*self.storage_classes, self.default_class]))

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata of its object."""
        found: dict[str, Any] = {"name": self.name, "namespace": self.namespace}
        return found | ({"annotations": {OWNER_ANNOTATION: self.owner}} if self.owner else {})

    @property
    def nodes(self) -> int:
        """How many nodes it has when it is whole."""
        return self.control_plane_replicas + sum(pool.replicas for pool in self.pools)

    @property
    def vm_classes(self) -> dict[str, int]:
        """How many nodes of each VM class it has then."""
        found = Counter({self.control_plane_vm_class: self.control_plane_replicas})
        for pool in self.pools:
            found[pool.vm_class] += pool.replicas
        return dict(found)


def check(wanted: Wanted) -> None:
    """Do nothing for a cluster that can be made.

    Raises:
        SettingsError: it cannot; with everything that is wrong.
    """
    wrong = []
    if wanted.control_plane_replicas not in (1, 3):
        wrong.append(f"{wanted.control_plane_replicas} control plane nodes, which are 1 or 3")
    if not wanted.pools:
        wrong.append("no pool of workers")
    names = [pool.name for pool in wanted.pools]
    wrong += [f"two pools called {name}" for name in dict.fromkeys(names) if names.count(name) > 1]
    wrong += [f"{pool.replicas} workers in pool {pool.name}" for pool in wanted.pools if pool.replicas < 0]
    classes = {wanted.storage_class, *wanted.classes} | {pool.storage_class for pool in wanted.pools}
    classes |= {volume.storage_class for pool in wanted.pools for volume in pool.volumes}
    # A Supervisor makes two classes of each policy; disks of nodes are to be bound at once.
    wrong += [f"StorageClass {name}, which binds late: take {name.removesuffix(LATE)}" for name in sorted(classes) if name.endswith(LATE)]
    if wrong:
        raise errors.SettingsError(
            f"Cluster {wanted.name} cannot be made as it is wanted",
            found="; ".join(wrong),
            where=f"{wanted.namespace}/{wanted.name}",
            next_step="Put it right and run again",
        )
