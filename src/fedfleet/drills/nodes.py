"""A site's nodes: which one a fault is for, and what is looked at of all of them. To look takes the right to read nodes, in the whole cluster."""

from __future__ import annotations

from typing import Final

from fedfleet.drills.faults import ready_pods
from fedfleet.drills.scene import Found, Scene
from fedfleet.kube import holds

_TKC: Final = "tkc"
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
    away = [str(node["metadata"]["name"]) for node in nodes if not holds(node, "Ready")]
    return Found(bool(nodes) and not away, f"not ready: {', '.join(away)}" if away else f"{len(nodes)} ready")


def images_volume_mounted(scene: Scene, namespace: str = "fedfleet-nodes") -> Found:
    """Every worker of a TanzuKubernetesCluster has the volume for container images mounted that it was made with, and will have it after a restart.

    The helper in `cluster_images_volume_namespace` looks at each. Other nodes mount their volumes at every boot by themselves, and are not asked.
    """
    if scene.site.provider != _TKC:
        return Found(True, f"nodes of provider {scene.site.provider} see to it themselves")
    helper = scene.client().get("DaemonSet", _HELPER, namespace, api_version="apps/v1")
    if helper is None:
        return Found(False, f"there is no DaemonSet {_HELPER} in {namespace}")
    wanted, ready = (int((helper.get("status") or {}).get(name, 0)) for name in ("desiredNumberScheduled", "numberReady"))
    return Found(0 < wanted == ready, f"mounted and kept on {ready} of {wanted} workers")
