"""The Supervisor, its cluster, and its VM classes."""

import pytest

from support.modules import done
from support.vcenter import INVENTORY, READER, RunningVCenter, refusal, said

MANAGEMENT = "/vcenter/namespace-management"
CLASSES = f"{MANAGEMENT}/virtual-machine-classes"


def announce(vcenter: RunningVCenter, status: str = "RUNNING", kubernetes: str = "READY") -> None:
    vcenter.lab("PUT", "/supervisor", {"api_endpoint": "127.0.0.9", "config_status": status, "kubernetes_status": kubernetes})


def test_a_supervisor_is_not_ready_before_the_lab_says_so(own_vcenter: RunningVCenter) -> None:
    info = own_vcenter.get(f"{MANAGEMENT}/supervisors/summaries")["items"][0]["info"]
    assert (info["config_status"], info["kubernetes_status"]) == ("CONFIGURING", "WARNING")
    announce(own_vcenter)
    info = own_vcenter.get(f"{MANAGEMENT}/supervisors/{INVENTORY.supervisor.id}/summary")
    assert (info["config_status"], info["kubernetes_status"], info["APIEndpoint"]) == ("RUNNING", "READY", "127.0.0.9")


def test_summaries_have_the_inventorys_name_and_capacity(vcenter: RunningVCenter) -> None:
    (item,) = vcenter.get(f"{MANAGEMENT}/supervisors/summaries")["items"]
    assert item["supervisor"] == INVENTORY.supervisor.id
    assert item["info"]["name"] == INVENTORY.supervisor.name
    assert item["info"]["stats"]["cpu_capacity"] == 2 * 16 * 2000
    assert item["info"]["stats"]["memory_capacity"] == 2 * 64 << 10


def test_summaries_are_filtered_by_status(vcenter: RunningVCenter) -> None:
    announce(vcenter)
    assert vcenter.get(f"{MANAGEMENT}/supervisors/summaries?config_status=ERROR") == {"items": []}
    assert len(vcenter.get(f"{MANAGEMENT}/supervisors/summaries?kubernetes_status=READY")["items"]) == 1


def test_the_topology_leads_to_the_cluster(vcenter: RunningVCenter) -> None:
    (zone,) = vcenter.get(f"{MANAGEMENT}/supervisors/{INVENTORY.supervisor.id}/topology")
    assert zone["clusters"] == [vcenter.cluster]


def test_conditions_follow_what_the_lab_says(vcenter: RunningVCenter) -> None:
    announce(vcenter, "ERROR", "ERROR")
    (condition,) = vcenter.get(f"{MANAGEMENT}/supervisors/{INVENTORY.supervisor.id}/conditions")
    assert (condition["status"], condition["reason"]) == ("FALSE", "ERROR")
    announce(vcenter)


def test_the_cluster_tells_where_the_supervisor_is(vcenter: RunningVCenter) -> None:
    announce(vcenter)
    info = vcenter.get(f"{MANAGEMENT}/clusters/{vcenter.cluster}")
    assert info["api_server_cluster_endpoint"] == "127.0.0.9"
    assert info["network_provider"] == "VSPHERE_NETWORK"
    assert vcenter.get(f"{MANAGEMENT}/clusters")[0]["cluster_name"] == INVENTORY.cluster


def test_the_software_says_its_version(vcenter: RunningVCenter) -> None:
    version = INVENTORY.supervisor.kubernetes_version
    assert vcenter.get(f"{MANAGEMENT}/software/clusters")[0]["current_version"] == version
    assert vcenter.get(f"{MANAGEMENT}/software/clusters/{vcenter.cluster}")["current_version"] == version


@pytest.mark.parametrize("path", ["supervisors/none/summary", "clusters/domain-c0", "software/clusters/domain-c0"])
def test_what_is_not_there_is_not_found(vcenter: RunningVCenter, path: str) -> None:
    assert refusal(vcenter.call("GET", f"{MANAGEMENT}/{path}")) == (404, "NOT_FOUND")


def test_a_supervisor_uses_a_library_of_releases_that_is_there(vcenter: RunningVCenter) -> None:
    path, field = f"{MANAGEMENT}/clusters/{vcenter.cluster}", "default_kubernetes_service_content_library"
    assert field not in vcenter.get(path)
    assert refusal(vcenter.call("PATCH", path, {field: "none"})) == (400, "INVALID_ARGUMENT")
    (datastore, *_) = vcenter.get("/vcenter/datastore")
    backing = {"type": "DATASTORE", "datastore_id": datastore["datastore"]}
    library = vcenter.do("POST", "/content/local-library", {"name": "of-releases", "storage_backings": [backing]})
    vcenter.do("PATCH", path, {field: library})
    assert vcenter.get(path)[field] == library
    announce(vcenter)
    assert vcenter.get(path)[field] == library
    assert refusal(vcenter.call("PATCH", path, {field: library}, by=READER)) == (403, "UNAUTHORIZED")


def test_there_are_sixteen_default_classes(own_vcenter: RunningVCenter) -> None:
    classes = {one["id"]: one for one in own_vcenter.get(CLASSES)}
    assert len(classes) == 16
    assert (classes["best-effort-2xlarge"]["cpu_count"], classes["best-effort-2xlarge"]["memory_MB"]) == (8, 65536)
    assert classes["guaranteed-small"]["memory_reservation"] == 100
    assert "cpu_reservation" not in classes["best-effort-small"]


def test_a_class_is_made_changed_and_removed(vcenter: RunningVCenter) -> None:
    body = {"id": "worker", "cpu_count": 8, "memory_MB": 65536}
    assert vcenter.call("POST", CLASSES, body).status_code == 204
    assert refusal(vcenter.call("POST", CLASSES, body)) == (400, "ALREADY_EXISTS")
    assert vcenter.call("PATCH", f"{CLASSES}/worker", {"cpu_count": 16}).status_code == 204
    found = vcenter.get(f"{CLASSES}/worker")
    assert (found["cpu_count"], found["memory_MB"]) == (16, 65536)
    assert vcenter.call("DELETE", f"{CLASSES}/worker").status_code == 204
    assert refusal(vcenter.call("GET", f"{CLASSES}/worker")) == (404, "NOT_FOUND")


def test_a_reservation_that_a_change_leaves_out_is_gone(vcenter: RunningVCenter) -> None:
    """UpdateSpec says so of these two, and of no other field."""
    vcenter.do("POST", CLASSES, {"id": "reserved", "cpu_count": 8, "memory_MB": 65536, "cpu_reservation": 50, "memory_reservation": 100})
    vcenter.do("PATCH", f"{CLASSES}/reserved", {"cpu_count": 16, "memory_reservation": 100})
    found = vcenter.get(f"{CLASSES}/reserved")
    assert ("cpu_reservation" in found, found["memory_reservation"]) == (False, 100)


def test_a_reservation_of_0_is_taken_away_once(vcenter: RunningVCenter) -> None:
    wanted = {"name": "unreserved", "cpu_count": 8, "memory_mb": 65536}
    assert done(vcenter, "vm_class", **wanted, cpu_reservation=50, memory_reservation=100)["changed"]
    for reservations in ({"cpu_reservation": 0}, {"cpu_reservation": 0, "memory_reservation": 0}):
        assert done(vcenter, "vm_class", **wanted, **reservations)["changed"]
        assert not done(vcenter, "vm_class", **wanted, **reservations)["changed"]


def test_a_class_in_use_stays(vcenter: RunningVCenter) -> None:
    vcenter.do("POST", CLASSES, {"id": "busy", "cpu_count": 1, "memory_MB": 1024})
    spec = {"cluster": vcenter.cluster, "namespace": "class-user", "vm_service_spec": {"vm_classes": ["busy"]}}
    vcenter.do("POST", "/vcenter/namespaces/instances", spec)
    answer = vcenter.call("DELETE", f"{CLASSES}/busy")
    assert refusal(answer) == (400, "RESOURCE_IN_USE")
    assert "class-user" in said(answer)
    assert vcenter.get(f"{CLASSES}/busy")["namespaces"] == ["class-user"]


def test_a_class_has_its_memory_under_the_wires_name(vcenter: RunningVCenter) -> None:
    answer = vcenter.call("POST", CLASSES, {"id": "small", "cpu_count": 1, "memory_mb": 1024})
    assert refusal(answer) == (400, "INVALID_ARGUMENT")
    assert "memory_mb" in said(answer)
