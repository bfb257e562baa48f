"""What a TanzuKubernetesCluster becomes at the Supervisor, and what is said of it."""

from dataclasses import replace
from typing import Any

import pytest

from fedfleet.vsphere import tkc_manifests, workload_state
from fedfleet.vsphere.workload_specs import Pool, Volume, Wanted
from fedfleet_lab.datacentre.conditions import Count, Standing
from fedfleet_lab.datacentre.conditions import status as cluster_status
from fedfleet_lab.datacentre.desired import of_cluster
from fedfleet_lab.datacentre.tanzu import cluster_of, status, version_of

WANTED = Wanted(
    name="fl-a",
    namespace="fl",
    version="v1.34.4+vmware.1",
    release="v1.34.4---vmware.1-vkr.1",
    control_plane_vm_class="best-effort-small",
    storage_class="gold",
    pools=(Pool("workers", 2, "best-effort-2xlarge", volumes=(Volume("containerd", "/var/lib/containerd", "32Gi"),)),),
)
FINE = Standing(initialized=True, answers=True, control_plane=Count(1, 1, 1, 1), workers=Count(2, 2, 2, 2))


def asked_for(wanted: Wanted = WANTED) -> Any:
    """The object as our own client asks for it."""
    (item,) = tkc_manifests.build(wanted, tkc_manifests.VERSIONS[1])
    item["metadata"] |= {"uid": "7f0d", "generation": 2}
    return item


def told(standing: Standing, *, of_generation: int = 3) -> Any:
    """The object with the status that its Cluster's standing gives it."""
    item, cluster = asked_for(), cluster_of(asked_for())
    cluster["metadata"]["generation"] = of_generation
    cluster["status"] = cluster_status(cluster, standing)
    cluster["metadata"]["generation"] = 3
    cluster["spec"]["controlPlaneEndpoint"] = {"host": "10.89.32.1", "port": 6443}
    return item | {"status": status(item, cluster)}


def test_its_cluster_is_what_our_client_asked_for() -> None:
    found = of_cluster(cluster_of(asked_for()))
    (workers,) = found.pools
    assert (found.key, found.version, found.default_class) == (("fl", "fl-a"), "v1.34.4+vmware.1-vkr.1", "gold")
    assert found.storage_classes == ("gold",)
    assert (workers.name, workers.replicas, workers.vm_class, workers.storage_class) == ("workers", 2, "best-effort-2xlarge", "gold")
    assert workers.volumes == (("containerd", "/var/lib/containerd", "32Gi"),)
    assert found.control_plane.volumes == ()


def test_its_nodes_mount_their_volumes_at_the_first_boot_only() -> None:
    cluster = cluster_of(asked_for())
    assert not of_cluster(cluster).remembers_volumes
    cluster["spec"]["topology"]["classRef"]["name"] = "builtin-generic-v3.6.0"
    assert of_cluster(cluster).remembers_volumes


def test_the_version_may_be_asked_for_the_older_way() -> None:
    item = asked_for(replace(WANTED, release=""))
    item["spec"]["distribution"] = {"fullVersion": "v1.29.4+vmware.3-fips.1-tkg.1", "version": "v1.29"}
    assert version_of(item) == "v1.29.4+vmware.3-fips.1-tkg.1"


def test_our_client_finds_it_available_once_its_cluster_is() -> None:
    item = told(FINE)
    assert workload_state.judge(item).done
    assert (item["status"]["phase"], item["status"]["apiEndpoints"]) == ("running", [{"host": "10.89.32.1", "port": 6443}])


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(problem="VM class 'huge' is not in the namespace", reason="VirtualMachineClassNotFound"), "ControlPlaneReady False"),
        (replace(FINE, answers=False), "its API server does not answer"),
        (replace(FINE, workers=Count(2, 2, 1, 2)), "1 of 2 workers ready"),
        (replace(FINE, workers=Count(3, 2, 3, 2)), "Scaling up from 2 to 3 replicas"),
        (replace(FINE, upgrading="Cluster is upgrading to v1.34.4"), "Cluster is upgrading to v1.34.4"),
        (replace(FINE, problem="no release v1.35", reason="MissingRelease"), "no release v1.35"),
    ],
)
def test_our_client_learns_what_keeps_it(standing: Standing, said: str) -> None:
    state = workload_state.judge(told(standing))
    assert not state.done
    assert said in state.text


def test_what_was_so_before_a_change_does_not_count() -> None:
    state = workload_state.judge(told(FINE, of_generation=2))
    assert not state.done
    assert "yet to be carried out" in state.text


def test_conditions_that_stay_keep_their_time() -> None:
    first = told(FINE)
    for condition in first["status"]["conditions"]:
        condition["lastTransitionTime"] = "2026-01-01T00:00:00Z"
    cluster = cluster_of(first)
    cluster["metadata"]["generation"] = 3
    cluster["status"] = cluster_status(cluster, FINE)
    assert {one["lastTransitionTime"] for one in status(first, cluster)["conditions"]} == {"2026-01-01T00:00:00Z"}
