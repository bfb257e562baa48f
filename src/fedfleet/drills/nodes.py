"""A site's nodes: which one a fault is for, and what is looked at of all of them. To look takes the right to read nodes, in the whole cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills.faults import ready_pods
from fedfleet.drills.scene import Found, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube import Client, KubeObject

_EXISTING, _TKC = "existing", "tkc"
_HELPER: Final = "images-volume"


def find_node(scene: Scene, component: str = "python") -> dict[str, object]:
    """Find the node under a component's first Ready pod, and change nothing: commands of later steps have its name as DRILL_NODE.

    Raises:
        NoFaultError: no pod of the component is Ready.
    """
    pod = ready_pods(scene.client(), scene.site.namespace, component)[0]
    node = str(pod["spec"]["nodeName"])
    scene.name_for_commands(DRILL_NODE=node)
    return {"pod": pod["metadata"]["name"], "node": node}


def nodes_ready(scene: Scene) -> Found:
    """Every node of the cluster is Ready."""
    nodes = scene.client().list("Node", api_version="v1")
    away = [str(node["metadata"]["name"]) for node in nodes if not node_is_ready(node)]
    return Found(bool(nodes) and not away, f"not ready: {', '.join(away)}" if away else f"{len(nodes)} ready")


def node_is_ready(node: KubeObject) -> bool:
    """Whether a node says that it is Ready, and its cluster still hears of it."""
    conditions = (node.get("status") or {}).get("conditions") or []
    return any(item.get("type") == "Ready" and item.get("status") == "True" for item in conditions)


def images_volume_mounted(scene: Scene, namespace: str = "fedfleet-nodes") -> Found:
    """Every worker has its container images on the volume of their own that it was made with: those of providers `vks` and `tkc`.

    The nodes of a TanzuKubernetesCluster are looked at by the helper that keeps that volume mounted, in `cluster_images_volume_namespace`; others are
    asked for the size of the file system that their images are on. Of a cluster that others have made, nothing of the kind is known.
    """
    client, provider = scene.client(), scene.site.provider
    if provider == _EXISTING:
        return Found(True, "the cluster is none of ours, and nobody asked for such volumes")
    if provider == _TKC:
        return _helpers_ready(client, namespace)
    workers = [str(node["metadata"]["name"]) for node in client.list("Node", api_version="v1") if not _is_control_plane(node)]
    without = [name for name in workers if not has_images_volume(client.node_stats(name))]
    said = f"on the root disk of {', '.join(without)}" if without else f"{len(workers)} workers have it"
    return Found(bool(workers) and not without, said)


def has_images_volume(stats: Mapping[str, Any]) -> bool:
    """Whether images are on another file system than all else of a node, by its kubelet's summary: they are of different size.

    Fields are those of kubelet/pkg/apis/stats/v1alpha1 `NodeStats`, in Kubernetes 1.31 and later.
    """
    node = stats["node"]
    return bool(node["runtime"]["imageFs"]["capacityBytes"] != node["fs"]["capacityBytes"])


def _helpers_ready(client: Client, namespace: str) -> Found:
    helper = client.get("DaemonSet", _HELPER, namespace, api_version="apps/v1")
    if helper is None:
        return Found(False, f"there is no DaemonSet {_HELPER} in {namespace}")
    wanted, ready = (int((helper.get("status") or {}).get(name, 0)) for name in ("desiredNumberScheduled", "numberReady"))
    return Found(0 < wanted == ready, f"mounted and kept on {ready} of {wanted} workers")


def _is_control_plane(node: KubeObject) -> bool:
    return "node-role.kubernetes.io/control-plane" in (node["metadata"].get("labels") or {})
