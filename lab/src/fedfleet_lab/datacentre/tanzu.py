"""Plays the Supervisor's part of TanzuKubernetesClusters: each stands for a Cluster of the class that is theirs, as on vSphere 8.

What is said of one is what is so of its Cluster, in the conditions that its own API has (tanzu-framework v0.28.3 `apis/run/v1alpha2`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere.cluster_classes import OLD_CLASS
from fedfleet_lab.datacentre.conditions import timed
from fedfleet_lab.datacentre.kinds import CLUSTER, TANZU_CLUSTER, TANZU_CLUSTER_FINALIZER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet_lab.kubeapi import KubeApi, Object

_UNDER_WAY = ("RollingOut", "ScalingUp", "ScalingDown")
# Of a TanzuKubernetesCluster that leaves them out.
_PODS, _SERVICES, _DOMAIN = "192.168.0.0/16", "10.96.0.0/12", "cluster.local"


def cluster_of(item: Object) -> Object:
    """Returns the Cluster that a TanzuKubernetesCluster stands for."""
    topology, metadata = item["spec"]["topology"], item["metadata"]
    control, settings = topology["controlPlane"], item["spec"].get("settings") or {}
    storage, network = settings.get("storage") or {}, settings.get("network") or {}
    variables = {
        "vmClass": control["vmClass"],
        "storageClass": control["storageClass"],
        "storageClasses": storage.get("classes") or [],
        "defaultStorageClass": storage.get("defaultClass") or "",
    }
    owner = {"apiVersion": TANZU_CLUSTER.api_version, "kind": TANZU_CLUSTER.name, "name": metadata["name"], "uid": metadata["uid"]}
    return {
        "apiVersion": CLUSTER.api_version,
        "kind": CLUSTER.name,
        "metadata": {"name": metadata["name"], "namespace": metadata["namespace"], "ownerReferences": [owner | {"controller": True}]},
        "spec": {
            "clusterNetwork": {
                "pods": network.get("pods") or {"cidrBlocks": [_PODS]},
                "services": network.get("services") or {"cidrBlocks": [_SERVICES]},
                "serviceDomain": network.get("serviceDomain") or _DOMAIN,
            },
            "topology": {
                "classRef": {"name": OLD_CLASS},
                "version": version_of(item),
                "controlPlane": {"replicas": control.get("replicas", 1)},
                "workers": {"machineDeployments": [_pool(pool) for pool in topology["nodePools"]]},
                "variables": _variables({name: value for name, value in variables.items() if value}),
            },
        },
    }


def version_of(item: Object) -> str:
    """Returns the version that a TanzuKubernetesCluster asks for, by the release that it refers to or the older way."""
    reference = (item["spec"]["topology"]["controlPlane"].get("tkr") or {}).get("reference") or {}
    distribution = item["spec"].get("distribution") or {}
    named = reference.get("name", "").replace("---", "+")
    return str(named or distribution.get("fullVersion") or distribution.get("version") or "")


def status(item: Object, cluster: Object) -> dict[str, Any]:
    """Returns the status of a TanzuKubernetesCluster whose Cluster is this one."""
    told = cluster.get("status") or {}
    found = {condition["type"]: condition for condition in told.get("conditions") or ()}
    conditions = _conditions(found, current=told.get("observedGeneration") == cluster["metadata"].get("generation"))
    endpoint = cluster["spec"].get("controlPlaneEndpoint")
    ready = conditions[0]["status"] == "True"
    begun = (told.get("initialization") or {}).get("controlPlaneInitialized", False)
    return {
        "phase": "running" if ready else ("updating" if begun else "creating"),
        "version": cluster["spec"]["topology"]["version"],
        "totalWorkerReplicas": (told.get("workers") or {}).get("replicas", 0),
        **({"apiEndpoints": [{"host": endpoint["host"], "port": endpoint["port"]}]} if endpoint else {}),
        "conditions": timed(conditions, (item.get("status") or {}).get("conditions") or ()),
    }


@dataclass
class TanzuClusters:
    """Keeps the Clusters that TanzuKubernetesClusters stand for, and says on these how they are."""

    api: KubeApi
    _told: dict[str, Object] = field(default_factory=dict)

    def advance(self, item: Object) -> None:
        """Does what one of them needs next.

        Raises:
            ApiError: the API server refuses it; the next round tries again.
        """
        path, own = CLUSTER.path_of(item), TANZU_CLUSTER.path_of(item)
        finalizers = item["metadata"].get("finalizers", [])
        cluster = self.api.get(path)
        if item["metadata"].get("deletionTimestamp"):
            self._told.pop(own, None)
            if cluster is not None:
                self.api.delete(path)
            elif TANZU_CLUSTER_FINALIZER in finalizers:
                self.api.patch(own, {"metadata": {"finalizers": [name for name in finalizers if name != TANZU_CLUSTER_FINALIZER]}})
            return
        if TANZU_CLUSTER_FINALIZER not in finalizers:
            self.api.patch(own, {"metadata": {"finalizers": [*finalizers, TANZU_CLUSTER_FINALIZER]}})
        wanted = cluster_of(item)
        if cluster is None:
            self.api.create(CLUSTER, wanted)
        elif self._told.get(own) != wanted:
            self.api.patch(path, {"spec": wanted["spec"]})
        self._told[own] = wanted
        told = status(item, cluster or wanted)
        if told != item.get("status"):
            self.api.patch(f"{own}/status", {"status": told})


def _pool(pool: Mapping[str, Any]) -> dict[str, Any]:
    volumes = [{"name": one["name"], "mountPath": one["mountPath"], "capacity": one["capacity"]} for one in pool.get("volumes") or ()]
    variables = {"vmClass": pool["vmClass"], "storageClass": pool["storageClass"], "nodePoolVolumes": volumes}
    return {
        "class": "node-pool",
        "name": pool["name"],
        "replicas": pool.get("replicas", 1),
        "variables": {"overrides": _variables({name: value for name, value in variables.items() if value})},
    }


def _variables(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _conditions(found: Mapping[str, Mapping[str, Any]], *, current: bool) -> list[dict[str, Any]]:
    """Returns the conditions, the summary first; nothing holds of a definition that its Cluster has not been brought to yet."""
    changing = [found[name]["message"] for name in _UNDER_WAY if _holds(found, name)]
    upgrading = "" if _holds(found, "TopologyReconciled") else _said(found, "TopologyReconciled")
    control = _condition("ControlPlaneReady", "ControlPlaneAvailable", "WaitingForControlPlane", found)
    pools = _condition("NodePoolsReady", "WorkersAvailable", "WaitingForNodesHealthy", found)
    if pools["status"] == "True" and (changing or upgrading):
        pools = _false("NodePoolsReady", "NodePoolsUpdating", upgrading or "; ".join(changing))
    rest = [_condition("Ready", "Available", "WaitingForClusterInfrastructure", found)]
    if not current:
        rest.insert(0, _false("Ready", "WaitingForConditions", "its last change is yet to be carried out"))
    worst = next((one for one in (control, pools, *rest) if one["status"] == "False"), rest[-1])
    return [worst | {"type": "Ready"}, control, pools]


def _condition(kind: str, basis: str, reason: str, found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Returns a condition that holds where one of the Cluster's does."""
    return {"type": kind, "status": "True"} if _holds(found, basis) else _false(kind, reason, _said(found, basis))


def _false(kind: str, reason: str, message: str) -> dict[str, Any]:
    return {"type": kind, "status": "False", "severity": "Info", "reason": reason, "message": message}


def _holds(found: Mapping[str, Mapping[str, Any]], kind: str) -> bool:
    return bool((found.get(kind) or {}).get("status") == "True")


def _said(found: Mapping[str, Mapping[str, Any]], kind: str) -> str:
    return str((found.get(kind) or {}).get("message") or "")
