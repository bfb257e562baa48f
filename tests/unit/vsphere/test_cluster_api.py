"""A kubeconfig is of use once the API that it leads to has been up."""

from typing import Any

import pytest

from fedfleet.vsphere.cluster_api import begun


def of(kind: str, **status: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "fl"}, "status": status}


def is_so(kind: str, status: str = "True") -> list[dict[str, str]]:
    return [{"type": kind, "status": status}]


@pytest.mark.parametrize(
    "cluster",
    [
        of("Cluster", initialization={"controlPlaneInitialized": True}, conditions=is_so("Available", "False")),
        of("Cluster", conditions=is_so("ControlPlaneInitialized")),
        of("Cluster", conditions=is_so("Available")),
        of("TanzuKubernetesCluster", phase="updating", conditions=is_so("Ready", "False")),
        of("TanzuKubernetesCluster", conditions=is_so("ControlPlaneReady")),
    ],
)
def test_an_api_that_was_up_once_has_begun_also_while_the_cluster_changes(cluster: dict[str, Any]) -> None:
    assert begun(cluster)


@pytest.mark.parametrize(
    "cluster",
    [
        {"kind": "Cluster", "metadata": {"name": "fl"}},
        of("Cluster", phase="Provisioned", initialization={"infrastructureProvisioned": True}, conditions=is_so("Available", "False")),
        of("TanzuKubernetesCluster", phase="creating", apiEndpoints=[{"host": "192.0.2.1", "port": 6443}]),
    ],
)
def test_an_api_that_is_yet_to_come_has_not(cluster: dict[str, Any]) -> None:
    assert not begun(cluster)
