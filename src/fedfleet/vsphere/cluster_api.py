"""Whether the API of a workload cluster has ever been up; no I/O. Its kubeconfig is there before it is.

``status.initialization.controlPlaneInitialized`` of v1beta2 and condition ControlPlaneInitialized of v1beta1 and v1beta2 say so and never go back
(cluster-api v1.14.2 api/core/v1beta2/cluster_types.go). A TanzuKubernetesCluster has no such thing: once its control plane is Ready its phase is
another than creating (tanzu-framework v0.28.3 apis/run/v1alpha2/tanzukubernetescluster_types.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.kube import condition

if TYPE_CHECKING:
    from fedfleet.kube import KubeObject

_BEGUN = ("ControlPlaneInitialized", "ControlPlaneReady", "Available", "Ready")
_PHASES = ("running", "updating", "updateFailed", "unhealthy")


def begun(cluster: KubeObject) -> bool:
    """Whether its API has answered once."""
    status = cluster.get("status") or {}
    if (status.get("initialization") or {}).get("controlPlaneInitialized"):
        return True
    if cluster["kind"] == "TanzuKubernetesCluster" and status.get("phase") in _PHASES:
        return True
    return any(condition(cluster, kind).get("status") == "True" for kind in _BEGUN)
