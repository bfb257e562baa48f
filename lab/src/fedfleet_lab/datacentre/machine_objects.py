"""Machines, MachineDeployments and VirtualMachines of the Supervisor: what people look at with `kubectl get machines`; vCenter's VMs are what counts.

Shapes are those of cluster-api v1.14.2 (`api/core/v1beta2/machine_types.go`, `machinedeployment_types.go`) and vm-operator 506dc5d
(`api/v1alpha2/virtualmachine_types.go`) for the objects that VKS makes of a Cluster. They are told, not read: whoever changes or deletes one changes
nothing, and finds it as it was a moment later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fedfleet_lab.datacentre.conditions import timed
from fedfleet_lab.datacentre.kinds import CLUSTER_NAME_LABEL, MACHINE, MACHINE_DEPLOYMENT, VIRTUAL_MACHINE
from fedfleet_lab.datacentre.machines import CONTROL_PLANE
from fedfleet_lab.node.action import is_ready

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fedfleet_lab.datacentre.desired import Desired, Pool
    from fedfleet_lab.datacentre.machines import Vm
    from fedfleet_lab.kubeapi import Kind, KubeApi, Object

_KINDS = (MACHINE, MACHINE_DEPLOYMENT, VIRTUAL_MACHINE)
_CONTROL_PLANE_LABEL = "cluster.x-k8s.io/control-plane"
_DEPLOYMENT_LABEL = "cluster.x-k8s.io/deployment-name"
_POOL_LABEL = "topology.cluster.x-k8s.io/deployment-name"
_BOOTSTRAP = {"apiGroup": "bootstrap.cluster.x-k8s.io", "kind": "KubeadmConfig"}
_INFRASTRUCTURE = {"apiGroup": "vmware.infrastructure.cluster.x-k8s.io", "kind": "VSphereMachine"}


def machine(desired: Desired, vm: Vm, node: Object | None, healthy: Collection[str]) -> Object:
    """Returns a VM's Machine, with conditions that have no time yet."""
    namespace, name = desired.key
    control = vm.place.role == CONTROL_PLANE
    kind = {_CONTROL_PLANE_LABEL: ""} if control else {_DEPLOYMENT_LABEL: f"{name}-{vm.place.pool}", _POOL_LABEL: vm.place.pool}
    ready = vm.on and is_ready(node, None)
    told = (node or {}).get("status") or {}
    holds = {
        "Ready": ready,
        "Available": ready,
        "NodeReady": ready,
        "UpToDate": vm.place.built in {pool.built for pool in (desired.control_plane, *desired.pools)},
        **({"EtcdMemberHealthy": vm.name in healthy} if control else {}),
    }
    return {
        "apiVersion": MACHINE.api_version,
        "kind": MACHINE.name,
        "metadata": {"name": vm.name, "namespace": namespace, "labels": {CLUSTER_NAME_LABEL: name, **kind}},
        "spec": {
            "clusterName": name,
            "bootstrap": {"configRef": _BOOTSTRAP | {"name": vm.name}},
            "infrastructureRef": _INFRASTRUCTURE | {"name": vm.name},
            "version": (told.get("nodeInfo") or {}).get("kubeletVersion") or desired.version,
        },
        "status": {
            "phase": "Running" if node is not None else "Provisioning",
            **({"nodeRef": {"name": vm.name}, "addresses": _addresses(told)} if node is not None else {}),
            "conditions": _conditions(holds),
        },
    }


def virtual_machine(desired: Desired, vm: Vm) -> Object:
    """Returns VM Operator's object of a VM."""
    namespace, name = desired.key
    power = "PoweredOn" if vm.on else "PoweredOff"
    return {
        "apiVersion": VIRTUAL_MACHINE.api_version,
        "kind": VIRTUAL_MACHINE.name,
        "metadata": {"name": vm.name, "namespace": namespace, "labels": {CLUSTER_NAME_LABEL: name}},
        "spec": {"className": vm.place.vm_class, "storageClass": vm.place.storage_class, "powerState": "PoweredOn"},
        "status": {"powerState": power, "conditions": []},
    }


def deployment(desired: Desired, pool: Pool, vms: Sequence[Vm], nodes: Mapping[str, Object]) -> Object:
    """Returns a pool's MachineDeployment, with conditions that have no time yet."""
    namespace, name = desired.key
    labels = {CLUSTER_NAME_LABEL: name, _DEPLOYMENT_LABEL: f"{name}-{pool.name}", _POOL_LABEL: pool.name}
    there = [vm for vm in vms if vm.place.pool == pool.name]
    ready = [vm for vm in there if vm.on and is_ready(nodes.get(vm.name), None)]
    template = {"configRef": _BOOTSTRAP | {"kind": "KubeadmConfigTemplate", "name": f"{name}-{pool.name}"}}
    infrastructure = _INFRASTRUCTURE | {"kind": "VSphereMachineTemplate", "name": f"{name}-{pool.name}"}
    scaling = "ScalingUp" if len(there) < pool.replicas else "ScalingDown" if len(there) > pool.replicas else "Running"
    return {
        "apiVersion": MACHINE_DEPLOYMENT.api_version,
        "kind": MACHINE_DEPLOYMENT.name,
        "metadata": {"name": f"{name}-{pool.name}", "namespace": namespace, "labels": labels},
        "spec": {
            "clusterName": name,
            "replicas": pool.replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"clusterName": name, "bootstrap": template, "infrastructureRef": infrastructure, "version": pool.version},
            },
        },
        "status": {
            "phase": scaling,
            "replicas": len(there),
            "readyReplicas": len(ready),
            "availableReplicas": len(ready),
            "upToDateReplicas": sum(vm.place.built == pool.built for vm in there),
            "conditions": _conditions({"Available": len(ready) >= pool.replicas, "MachinesReady": len(ready) == len(there)}),
        },
    }


@dataclass
class MachineObjects:
    """Keeps these objects as the VMs are; asks nothing of the API while nothing has changed."""

    api: KubeApi
    _told: dict[tuple[str, str], list[Object]] = field(default_factory=dict)

    def tell(self, desired: Desired, vms: Sequence[Vm], nodes: Mapping[str, Object], healthy: Collection[str]) -> None:
        """Says how a cluster's VMs are."""
        wanted = [machine(desired, vm, nodes.get(vm.name), healthy) for vm in vms]
        wanted += [deployment(desired, pool, vms, nodes) for pool in desired.pools]
        wanted += [virtual_machine(desired, vm) for vm in vms]
        if self._told.get(desired.key) == wanted:
            return
        for kind in _KINDS:
            self._keep(kind, desired, [item for item in wanted if item["kind"] == kind.name])
        self._told[desired.key] = wanted

    def forget(self, desired: Desired) -> None:
        """Takes those of a cluster away."""
        for kind in _KINDS:
            self._keep(kind, desired, [])
        self._told.pop(desired.key, None)

    def _keep(self, kind: Kind, desired: Desired, wanted: Sequence[Object]) -> None:
        namespace, name = desired.key
        known = {
            item["metadata"]["name"]: item
            for item in self.api.list(kind)[0]
            if item["metadata"]["namespace"] == namespace and (item["metadata"].get("labels") or {}).get(CLUSTER_NAME_LABEL) == name
        }
        for gone in set(known) - {item["metadata"]["name"] for item in wanted}:
            self.api.delete(kind.path(namespace, gone))
        for item in wanted:
            path, before = kind.path_of(item), known.get(item["metadata"]["name"])
            if before is None:
                self.api.create(kind, {key: value for key, value in item.items() if key != "status"})
            else:
                self.api.patch(path, {"metadata": {"labels": item["metadata"]["labels"]}, "spec": item["spec"]})
            conditions = timed(item["status"]["conditions"], ((before or {}).get("status") or {}).get("conditions") or ())
            self.api.patch(f"{path}/status", {"status": item["status"] | {"conditions": conditions}})


def _conditions(holds: Mapping[str, bool]) -> list[dict[str, Any]]:
    return [
        {"type": name, "status": "True" if value else "False", "reason": name if value else f"Not{name}", "message": ""}
        for name, value in holds.items()
    ]


def _addresses(told: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [address for address in told.get("addresses", ()) if address["type"] == "InternalIP"]
