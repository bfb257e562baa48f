"""What a cell has beside its VMs: wire, registry and disks below, and what a new cluster is given inside."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fedfleet_lab.addons.action import ACTIONS as ADDONS
from fedfleet_lab.cluster.calico import CalicoResources
from fedfleet_lab.datacentre.api_address import ApiAddress
from fedfleet_lab.datacentre.kinds import NODE
from fedfleet_lab.datastore.action import ACTIONS as DATASTORE
from fedfleet_lab.datastore.kinds import PROVISIONER
from fedfleet_lab.host.links import Links
from fedfleet_lab.host.registry import Registry
from fedfleet_lab.host.shared import SharedMounts
from fedfleet_lab.kubeapi import ApiError, KubeApi
from fedfleet_lab.node.action import is_ready, node_object

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.context import Context
    from fedfleet_lab.datacentre.desired import Desired
    from fedfleet_lab.kubeapi import Object

REGISTRY = Registry().name
_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_POOL = "mirrored"
_DRAIN_SECONDS = 60.0


def ground(ctx: Context) -> None:
    """Lays the wire, shares mounts, starts the registry and opens the API's address; costs nothing where they are there."""
    if not Path("/sys/class/net", ctx.config.bridge).exists() or ctx.daemons.running(REGISTRY) is None:
        for action in (Links(), SharedMounts(), Registry()):
            action.up(ctx)
    ApiAddress().up(ctx)


def inside(ctx: Context, desired: Desired, nodes: Mapping[str, Object], control_plane: Collection[str]) -> None:
    """Gives the cluster what VKS gives it: network policies, storage classes, nodes' objects, name server, load balancer."""
    digest = json.dumps([ctx.config.names, desired.default_class, desired.storage_classes])
    marker = _marker(ctx, "inside")
    if marker.exists() and marker.read_text() == digest:
        return
    CalicoResources().up(ctx)
    for part in DATASTORE:
        part.up(ctx)
    ctx.kubectl.apply(_storage_classes(desired))
    ctx.kubectl.apply([_control_node(node) if node.name in control_plane else node_object(node) for node in ctx.config.nodes])
    if any(is_ready(nodes.get(node.name), None) for node in ctx.config.nodes if node.name not in control_plane):
        for action in ADDONS:
            action.up(ctx)
        marker.write_text(digest)


def _control_node(node: NodeConfig) -> dict[str, Any]:
    """Returns a control plane's Node, which takes no pods that do not ask for it (kubeadm's label and taint)."""
    made = node_object(node)
    made["metadata"] |= {"labels": {_CONTROL_PLANE: ""}}
    made["spec"] |= {"taints": [{"key": _CONTROL_PLANE, "effect": "NoSchedule"}]}
    return made


def complete(ctx: Context) -> bool:
    """Whether the cluster has been given all of it once."""
    return _marker(ctx, "inside").exists()


def introduced(ctx: Context) -> bool:
    """Whether the cluster's API server has ever answered."""
    return _marker(ctx, "introduced").exists()


def mark_introduced(ctx: Context) -> None:
    """Notes that it has."""
    _marker(ctx, "introduced").touch()


class Nodes:
    """The nodes of each cell as its API server has them; asked every second, so that connections are kept."""

    def __init__(self) -> None:
        self._apis: dict[str, KubeApi] = {}

    def of(self, ctx: Context) -> dict[str, Object] | None:
        """Returns the nodes by name; None where the API server does not answer, or does not know the lab yet."""
        if not ctx.paths.kubeconfig.exists():
            return None
        text = ctx.paths.kubeconfig.read_text()
        if text not in self._apis:
            self._apis[text] = KubeApi.of(ctx.paths.kubeconfig)
        try:
            items, _ = self._apis[text].list(NODE)
        except ApiError:
            return None
        return {item["metadata"]["name"]: item for item in items}


def drain(ctx: Context, name: str) -> None:
    """Has a node's pods go elsewhere, for at most a minute; what does not go by then is ended with the node."""
    options = ("--ignore-daemonsets", "--delete-emptydir-data", "--force", f"--timeout={_DRAIN_SECONDS:.0f}s")
    ctx.kubectl.run("drain", name, *options, accept=(0, 1), timeout=_DRAIN_SECONDS + 30)


def forget_node(ctx: Context, name: str) -> None:
    """Takes a node out of the cluster, and its disk away."""
    ctx.kubectl.run("delete", "node", name, "--ignore-not-found")
    shutil.rmtree(ctx.paths.node(name).root, ignore_errors=True)


def _storage_classes(desired: Desired) -> list[dict[str, object]]:
    """Returns the namespace's StorageClasses as the cluster sees them; all are of the lab's mirrored disks."""
    names = set(desired.storage_classes) | ({desired.default_class} if desired.default_class else set())
    names |= {pool.storage_class for pool in (desired.control_plane, *desired.pools)}
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": name,
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"} if name == desired.default_class else {},
            },
            "provisioner": PROVISIONER,
            "parameters": {"pool": _POOL},
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "Immediate",
            "allowVolumeExpansion": True,
        }
        for name in sorted(names)
    ]


def _marker(ctx: Context, name: str) -> Path:
    return ctx.paths.lab / f"{name}.done"
