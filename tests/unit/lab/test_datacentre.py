"""What a cluster of the data centre becomes: its place in the network, its nodes, and what is said of it."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from fedfleet_lab.config import MOST_CELLS, LabConfig, Volume
from fedfleet_lab.datacentre.admissible import Offer, objection
from fedfleet_lab.datacentre.cells import free_cell, free_number
from fedfleet_lab.datacentre.conditions import Count, Standing, status
from fedfleet_lab.datacentre.desired import Desired, of_cluster
from fedfleet_lab.datacentre.doors import WantedNamespace, Wishes
from fedfleet_lab.datacentre.machines import Size
from fedfleet_lab.datacentre.namespaces import class_name, objects
from fedfleet_lab.errors import LabError

DATACENTRE = LabConfig.parse_datacentre("lab", "10.89.0.0/16")
OFFER = Offer(
    {"best-effort-small": Size(2, 4096), "best-effort-2xlarge": Size(8, 65536)},
    ("gold",),
    {"v1.33.6+vmware.1-vkr.2": "v1.33.6---vmware.1-vkr.2", "v1.34.4+vmware.1-vkr.1": "v1.34.4---vmware.1-vkr.1"},
)


def cluster(version: str = "v1.34.4+vmware.1", worker_class: str = "best-effort-2xlarge", storage: str = "gold", control: int = 1) -> Any:
    return {
        "metadata": {"name": "fl-a", "namespace": "fl", "generation": 3},
        "spec": {
            "topology": {
                "version": version,
                "controlPlane": {"replicas": control},
                "workers": {
                    "machineDeployments": [
                        {
                            "class": "node-pool",
                            "name": "workers",
                            "replicas": 2,
                            "variables": {"overrides": [{"name": "vmClass", "value": worker_class}]},
                        }
                    ]
                },
                "variables": [
                    {"name": "vmClass", "value": "best-effort-small"},
                    {"name": "storageClass", "value": storage},
                    {"name": "volumes", "value": [{"name": "containerd", "mountPath": "/var/lib/containerd", "capacity": "32Gi"}]},
                    {"name": "vsphereOptions", "value": {"persistentVolumes": {"defaultStorageClass": storage}}},
                ],
            }
        },
    }


def wanted(**changes: Any) -> Desired:
    return of_cluster(cluster(**changes))


def test_cells_lie_in_their_data_centre_and_nowhere_twice() -> None:
    cells = [DATACENTRE.cell(number).network for number in range(1, MOST_CELLS + 1)]
    assert all(cell.subnet_of(DATACENTRE.network) for cell in cells)
    assert not any(one.overlaps(other) for one in cells for other in cells if one is not other)
    assert not any(cell.overlaps(ip_network("10.89.0.0/24")) for cell in cells), "the data centre's own machines"


def test_a_cells_ranges_lie_apart_from_each_other() -> None:
    cell = replace(DATACENTRE.cell(2), names=((1, "fl-a-workers-x"),))
    ranges = [cell.machines, cell.load_balancers, cell.services, cell.pods]
    assert all(found.subnet_of(cell.network) for found in ranges)
    assert not any(one.overlaps(other) for one in ranges for other in ranges if one is not other)
    assert all(node.pods.subnet_of(cell.pods) for node in cell.places)


def test_a_data_centre_is_remembered_as_one() -> None:
    cell = replace(
        DATACENTRE.cell(1),
        names=((2, "fl-a-workers-x"),),
        volumes=(Volume(2, "containerd", "/var/lib/containerd", "32Gi", remembered=True),),
    )
    assert LabConfig.load("lab", DATACENTRE.dump()) == DATACENTRE
    assert LabConfig.load(cell.name, cell.dump()) == cell


def test_a_name_that_leaves_no_room_for_cells_is_refused() -> None:
    with pytest.raises(LabError, match="at most 6 characters"):
        LabConfig.parse_datacentre("seventh", "10.89.0.0/16")


def test_numbers_that_are_taken_are_not_given_again() -> None:
    assert free_cell([1, 3]) == 2
    assert free_number([]) == 1
    with pytest.raises(LabError, match="full"):
        free_cell(range(1, MOST_CELLS + 1))


def test_a_pool_takes_its_own_class_over_the_clusters() -> None:
    found = wanted()
    assert (found.control_plane.vm_class, found.pools[0].vm_class) == ("best-effort-small", "best-effort-2xlarge")
    assert found.pools[0].volumes == (("containerd", "/var/lib/containerd", "32Gi"),)


def test_another_way_to_write_a_version_is_no_other_node() -> None:
    full, short = (wanted(version=text).resolved(OFFER.version(text)) for text in ("v1.34.4+vmware.1-vkr.1", "v1.34"))
    assert full.pools[0].built == short.pools[0].built
    assert full.control_plane.kubernetes == "v1.34.4"


def test_another_version_or_class_is_another_node() -> None:
    assert wanted().pools[0].built == wanted().pools[0].built
    assert wanted().pools[0].built != wanted(version="v1.33").pools[0].built
    assert wanted().pools[0].built != wanted(worker_class="best-effort-small").pools[0].built


@pytest.mark.parametrize("version", ["v1.34", "v1.34.4", "v1.34.4+vmware.1", "v1.34.4+vmware.1-vkr.1", "v1.34.4---vmware.1-vkr.1"])
def test_a_version_is_the_beginning_of_a_releases(version: str) -> None:
    assert OFFER.release(version) == "v1.34.4---vmware.1-vkr.1"


@pytest.mark.parametrize(
    ("changes", "reason", "said"),
    [
        ({"version": "v1.3"}, "MissingRelease", "v1.33.6"),
        ({"worker_class": "huge"}, "VirtualMachineClassNotFound", "'huge' is not in the namespace, which has: best-effort-2xlarge"),
        ({"storage": "bronze"}, "StorageClassNotFound", "'bronze'"),
        ({"control": 2}, "InvalidReplicas", "1 or 3"),
    ],
)
def test_what_cannot_be_is_said_with_what_could(changes: dict[str, Any], reason: str, said: str) -> None:
    found, message = objection(wanted(**changes), OFFER, ())
    assert found == reason
    assert said in message


def conditions(found: dict[str, Any]) -> dict[str, str]:
    return {condition["type"]: condition["status"] for condition in found["conditions"]}


def test_a_cluster_is_available_when_all_of_it_is() -> None:
    standing = Standing(initialized=True, answers=True, control_plane=Count(1, 1, 1, 1), workers=Count(2, 2, 1, 2))
    assert conditions(status(cluster(), standing))["Available"] == "False"
    whole = Standing(initialized=True, answers=True, control_plane=Count(1, 1, 1, 1), workers=Count(2, 2, 2, 2))
    found = conditions(status(cluster(), whole))
    under_way = {found.pop(name) for name in ("RollingOut", "ScalingUp", "ScalingDown")}
    assert (set(found.values()), under_way) == ({"True"}, {"False"})


def test_an_upgrade_leaves_a_cluster_available_and_says_what_is_still_to_come() -> None:
    count = Count(1, 2, 1, 1)
    found = status(cluster(), Standing(initialized=True, answers=True, control_plane=count, workers=Count(2, 2, 2, 2), upgrading="soon"))
    assert {name: conditions(found)[name] for name in ("Available", "TopologyReconciled", "RollingOut", "ScalingDown")} == {
        "Available": "True",
        "TopologyReconciled": "False",
        "RollingOut": "True",
        "ScalingDown": "True",
    }
    topology, rolling = (
        next(item for item in found["conditions"] if item["type"] == name) for name in ("TopologyReconciled", "RollingOut")
    )
    assert (topology["reason"], topology["message"]) == ("ClusterUpgrading", "soon")
    assert rolling["message"] == "Rolling out 1 not up-to-date replicas"
    assert found["controlPlane"]["upToDateReplicas"] == 1


def test_a_phase_that_says_provisioned_says_nothing() -> None:
    early = status(cluster(), Standing(initialized=True, answers=True, control_plane=Count(1, 1, 1, 1), workers=Count(2, 0, 0, 0)))
    assert (early["phase"], conditions(early)["Available"]) == ("Provisioned", "False")


def test_a_condition_that_stays_keeps_its_time() -> None:
    item = cluster()
    item["status"] = status(item, Standing())
    for condition in item["status"]["conditions"]:
        condition["lastTransitionTime"] = "2026-01-01T00:00:00Z"
    again = status(item, Standing(problem="no", reason="MissingRelease"))
    times = {condition["type"]: condition["lastTransitionTime"] for condition in again["conditions"]}
    assert times["ControlPlaneInitialized"] == "2026-01-01T00:00:00Z"
    assert times["TopologyReconciled"] != "2026-01-01T00:00:00Z"


def test_a_policys_class_is_named_as_vm_operator_names_it() -> None:
    assert class_name("vSAN Default Storage Policy") == "vsan-default-storage-policy"


def test_a_namespace_has_what_vcenter_was_asked_for() -> None:
    namespace = WantedNamespace("fl", "CONFIGURING", {"p1": 1024, "p2": None}, ("small",), (("EDIT", "north", "vsphere.local", "USER"),))
    made = objects(namespace, Wishes({"fl": namespace}, {"small": (2, 4096)}, {"p1": "Gold Disks", "p2": "Silver"}))
    kinds = [item["kind"] for item in made]
    assert kinds.count("StorageClass") == 4, "each policy's, and the one that binds late"
    quota: Any = next(item for item in made if item["kind"] == "ResourceQuota")
    assert quota["spec"]["hard"] == {
        "gold-disks.storageclass.storage.k8s.io/requests.storage": "1024Mi",
        "silver.storageclass.storage.k8s.io/requests.storage": "9223372036854775807",
    }
    binding: Any = next(item for item in made if item["kind"] == "RoleBinding")
    assert binding["subjects"][0]["name"] == "sso:north@vsphere.local"
