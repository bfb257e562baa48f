"""What of a running workload cluster may become what is wanted; no I/O.

Replicas, VM classes and new pools may change, and the version by one minor step up. What would move every node's disks or every pod's address is
refused, because it cannot be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere import errors, versions
from fedfleet.vsphere.cluster_classes import is_old

if TYPE_CHECKING:
    from fedfleet.kube import KubeObject
    from fedfleet.vsphere.workload_specs import Volume, Wanted

_RESOLVED = "run.tanzu.vmware.com/tkr"


@dataclass(frozen=True)
class RunningPool:
    """A pool of workers as it is defined; volumes are (name, mount path, capacity, class)."""

    replicas: int
    vm_class: str
    storage_class: str
    volumes: frozenset[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Running:
    """A cluster as it is defined.

    Attributes:
        release: the release that it was resolved to, from its label; empty where it has none.
        cluster_class: empty for a TanzuKubernetesCluster.
    """

    version: str
    release: str
    control_plane_replicas: int
    control_plane_vm_class: str
    storage_class: str
    pools: dict[str, RunningPool]
    cluster_class: str
    pod_cidrs: tuple[str, ...]
    service_cidrs: tuple[str, ...]

    def settings(self) -> dict[str, Any]:
        """What can be compared, as plain values; for diffs and results."""
        return {
            "version": self.version,
            "control_plane": {"replicas": self.control_plane_replicas, "vm_class": self.control_plane_vm_class},
            "storage_class": self.storage_class,
            "cluster_class": self.cluster_class,
            "pools": {
                name: {"replicas": pool.replicas, "vm_class": pool.vm_class, "volumes": sorted(map(list, pool.volumes))}
                for name, pool in sorted(self.pools.items())
            },
        }


def read(cluster: KubeObject) -> Running:
    """A cluster from its object, of whichever API."""
    return _vks(cluster) if cluster["kind"] == "Cluster" else _tkc(cluster)


def refusals(running: Running, wanted: Wanted, *, replace_volumes: bool = False) -> list[str]:
    """Why what runs cannot become what is wanted, a sentence each; ``replace_volumes`` allows what gives nodes new disks."""
    found = []
    step = versions.step(versions.parse(running.version), versions.parse(wanted.version)) if running.version else ""
    found += [step] if step else []
    if wanted.control_plane_replicas < running.control_plane_replicas:
        found.append(f"{running.control_plane_replicas} control plane nodes cannot become {wanted.control_plane_replicas}")
    for what, have, want in (
        ("the pods' networks", running.pod_cidrs, wanted.pod_cidrs),
        ("the services' networks", running.service_cidrs, wanted.service_cidrs),
    ):
        if have and have != want:
            found.append(f"{what} {', '.join(have)} cannot become {', '.join(want)}")
    if running.storage_class and running.storage_class != wanted.storage_class:
        found.append(f"StorageClass {running.storage_class} of the nodes cannot become {wanted.storage_class}")
    if running.cluster_class and wanted.cluster_class and is_old(running.cluster_class) is not is_old(wanted.cluster_class):
        found.append(f"ClusterClass {running.cluster_class} cannot become {wanted.cluster_class}, which has other variables")
    for pool in wanted.pools:
        before = running.pools.get(pool.name)
        volumes = frozenset(_volume(one, pool.storage_class or wanted.storage_class) for one in pool.volumes)
        if before is not None and before.volumes != volumes and not replace_volumes:
            found.append(f"volumes of pool {pool.name} would change: each node is replaced, and what is on its volumes is lost")
    gone = [name for name, pool in running.pools.items() if pool.replicas and name not in {one.name for one in wanted.pools}]
    found += [f"pool {name} still has nodes: scale it to 0 before it is left out" for name in sorted(gone)]
    return found


def require_possible(running: Running, wanted: Wanted, *, replace_volumes: bool = False) -> None:
    """Do nothing where what runs can become what is wanted.

    Raises:
        RefusedChangeError: it cannot, with every reason.
    """
    wrong = refusals(running, wanted, replace_volumes=replace_volumes)
    if wrong:
        raise errors.RefusedChangeError(
            f"Cluster {wanted.name} cannot be changed as it is wanted",
            expected="changes of replicas, VM classes, new pools, and the version by one minor step up",
            found="; ".join(wrong),
            where=f"{wanted.namespace}/{wanted.name}",
            next_step="Take these back, or make a new cluster and move over; replace_volumes allows new volumes",
        )


def version_to_write(running: Running, wanted: str) -> str:
    """The running version where it is what is wanted, so that a version given in part is no upgrade whenever a patch comes out."""
    if running.version and versions.parse(wanted).covers(versions.parse(running.version)):
        return running.version
    return wanted


def _vks(cluster: KubeObject) -> Running:
    spec = cluster.get("spec") or {}
    topology = spec.get("topology") or {}
    variables = _named(topology.get("variables"))
    control = topology.get("controlPlane") or {}
    control_variables = _named((control.get("variables") or {}).get("overrides"))
    pools = {}
    for one in (topology.get("workers") or {}).get("machineDeployments") or []:
        own = variables | _named((one.get("variables") or {}).get("overrides"))
        volumes = own.get("volumes") or own.get("nodePoolVolumes") or []
        pools[one["name"]] = _running_pool(one, own.get("vmClass"), own.get("storageClass"), volumes)
    network = spec.get("clusterNetwork") or {}
    return Running(
        version=str(topology.get("version") or ""),
        release=str((cluster["metadata"].get("labels") or {}).get(_RESOLVED) or ""),
        control_plane_replicas=int(control.get("replicas") or 1),
        control_plane_vm_class=str(control_variables.get("vmClass") or variables.get("vmClass") or ""),
        storage_class=str(variables.get("storageClass") or ""),
        pools=pools,
        cluster_class=str((topology.get("classRef") or {}).get("name") or topology.get("class") or ""),
        pod_cidrs=tuple((network.get("pods") or {}).get("cidrBlocks") or ()),
        service_cidrs=tuple((network.get("services") or {}).get("cidrBlocks") or ()),
    )


def _tkc(cluster: KubeObject) -> Running:
    spec = cluster.get("spec") or {}
    topology, distribution = spec.get("topology") or {}, spec.get("distribution") or {}
    control = topology.get("controlPlane") or {}
    storage = str(control.get("storageClass") or "")
    pools = {
        one["name"]: _running_pool(one, one.get("vmClass"), one.get("storageClass"), one.get("volumes") or [])
        for one in topology.get("nodePools") or []
    }
    release = str(((control.get("tkr") or {}).get("reference") or {}).get("name") or "")
    # One that was made as v1alpha1 keeps the older way to say it (tanzu-framework v0.28.3 apis/run/v1alpha2).
    version = release.replace("---", "+") or str(distribution.get("fullVersion") or distribution.get("version") or "")
    network = (spec.get("settings") or {}).get("network") or {}
    return Running(
        version=version,
        release=release,
        control_plane_replicas=int(control.get("replicas") or 1),
        control_plane_vm_class=str(control.get("vmClass") or ""),
        storage_class=storage,
        pools=pools,
        cluster_class="",
        pod_cidrs=tuple((network.get("pods") or {}).get("cidrBlocks") or ()),
        service_cidrs=tuple((network.get("services") or {}).get("cidrBlocks") or ()),
    )


def _running_pool(pool: dict[str, Any], vm_class: Any, storage_class: Any, volumes: list[dict[str, Any]]) -> RunningPool:
    replicas = pool.get("replicas")
    storage = str(storage_class or "")
    return RunningPool(
        int(1 if replicas is None else replicas), str(vm_class or ""), storage, frozenset(_read_volume(one, storage) for one in volumes)
    )


def _read_volume(volume: dict[str, Any], storage_class: str) -> tuple[str, str, str, str]:
    capacity = volume.get("capacity")
    size = capacity.get("storage") if isinstance(capacity, dict) else capacity
    return (str(volume.get("name")), str(volume.get("mountPath")), str(size), str(volume.get("storageClass") or storage_class))


def _volume(volume: Volume, storage_class: str) -> tuple[str, str, str, str]:
    return (volume.name, volume.mount_path, volume.capacity, volume.storage_class or storage_class)


def _named(variables: Any) -> dict[str, Any]:
    return {one["name"]: one.get("value") for one in variables or []}
