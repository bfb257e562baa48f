"""All that a vCenter lacks is told at once, with numbers, before anything is made."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pyVmomi import vim

from fedfleet_lab.vcenter.accounts import site_account
from support.modules import done, ended
from support.soap import named, result, soap
from support.vcenter import ADMINISTRATOR, EDITOR, INVENTORY, NOBODY, RunningVCenter, running_vcenter

GOLD = "vSAN Default Storage Policy"
RUNNING = {"api_endpoint": "192.0.2.1", "config_status": "RUNNING", "kubernetes_status": "READY", "messages": []}
SITE = site_account("30000", "right-Site-1")


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVCenter]:
    accounts = (ADMINISTRATOR, EDITOR, NOBODY, SITE)
    with running_vcenter(tmp_path_factory.mktemp("vcenter"), accounts, namespace_delay=0.1) as running:
        running.lab("PUT", "/supervisor", RUNNING)
        yield running


def pool(vm_class: str = "best-effort-2xlarge", count: int = 1, volume_gib: float = 32) -> dict[str, Any]:
    return {"what": "workers", "vm_class": vm_class, "count": count, "volume_gib": volume_gib}


def told(vcenter: RunningVCenter, /, **options: Any) -> dict[str, dict[str, str]]:
    """The findings, by what they are about."""
    asked = {"namespace": "fl-30000", "storage_policy": GOLD, "pools": [pool()], "fails": False} | options
    return {one["what"]: one for one in done(vcenter, "vcenter_preflight", **asked)["findings"]}


@pytest.mark.parametrize("by", [ADMINISTRATOR, SITE], ids=lambda account: account.name)
def test_a_vcenter_that_has_everything_is_told_nothing_of(vcenter: RunningVCenter, by: Any) -> None:
    assert told(vcenter, by=by) == {}


def test_all_that_is_missing_is_said_at_once(vcenter: RunningVCenter) -> None:
    pools = [pool(count=4), pool("fl-missing")]
    assertion = {"about": "Kubernetes release v1.99", "holds": False, "fail_msg": "Name another version"}
    asked: dict[str, Any] = {"storage_policy": "Platinum", "pools": pools, "assertions": [assertion]}
    found = told(vcenter, **asked)
    assert set(found) == {"Kubernetes release v1.99", "VM class", "storage policy", "memory of the vSphere cluster"}
    assert "4 best-effort-2xlarge (workers)" in found["memory of the vSphere cluster"]["expected"]
    assert found["memory of the vSphere cluster"]["found"] == "128 GiB on 2 of 2 hosts, 128 short"
    assert GOLD in found["storage policy"]["found"]
    assert "best-effort-2xlarge" in found["VM class"]["found"]
    failed = ended(vcenter, "vcenter_preflight", namespace="fl-30000", **asked)
    assert failed["failed"]
    assert failed["msg"].startswith("Preflight found 4 things")


def test_a_host_in_maintenance_is_named_with_what_is_short_without_it(vcenter: RunningVCenter) -> None:
    host = INVENTORY.hosts[1].name
    with soap(vcenter) as instance:
        esx = named(instance, vim.HostSystem, host)
        result(esx.EnterMaintenanceMode_Task(timeout=0))
        try:
            found = told(vcenter, pools=[pool(count=2)])
        finally:
            result(esx.ExitMaintenanceMode_Task(timeout=0))
    assert found["memory of the vSphere cluster"]["found"] == f"64 GiB on 1 of 2 hosts, 64 short; {host} is in maintenance mode"
    assert "memory of the vSphere cluster" not in told(vcenter, pools=[pool(count=2)])


def test_a_policy_whose_datastores_lost_their_tag_is_told(vcenter: RunningVCenter) -> None:
    done(vcenter, "storage_policy", name="tagged", datastores=["north-fast"])
    assert told(vcenter, storage_policy="tagged") == {}
    (tag,) = vcenter.get("/cis/tagging/tag")
    attached = vcenter.do("POST", f"/cis/tagging/tag-association/{tag}?action=list-attached-objects")
    for one in attached:
        vcenter.do("POST", f"/cis/tagging/tag-association/{tag}?action=detach", {"object_id": one})
    assert set(told(vcenter, storage_policy="tagged")) == {"storage policy without a datastore"}
    assert told(vcenter, storage_policy="tagged", storage_policy_new=True) == {}
    done(vcenter, "storage_policy", name="tagged", datastores=["north-fast"])
    assert told(vcenter, storage_policy="tagged") == {}


def test_a_policy_and_classes_that_the_run_makes_need_not_be_there(vcenter: RunningVCenter) -> None:
    made = {"name": "fl-huge", "cpu_count": 8, "memory_mb": 200 << 10, "cpu_reservation": 0, "memory_reservation": 0}
    found = told(vcenter, storage_policy="to-be-made", storage_policy_new=True, pools=[pool("fl-huge")], vm_classes_new=[made])
    assert set(found) == {"host for the largest machine", "memory of the vSphere cluster"}
    assert "esx1.north: 16 cores, 64 GiB" in found["host for the largest machine"]["found"]


def test_limits_of_the_namespace_are_held_against_the_machines(vcenter: RunningVCenter) -> None:
    limits = {"memory_limit": 32 << 10, "cpu_limit": 10000}
    body = {"cluster": vcenter.cluster, "namespace": "fl-limited", "resource_spec": limits}
    vcenter.do("POST", "/vcenter/namespaces/instances", body)
    found = told(vcenter, namespace="fl-limited", storage_limit_mib=1024)
    assert set(found) == {"memory limit of the namespace", "storage limit"}
    assert found["memory limit of the namespace"]["found"] == "32768 MiB, of which 0 are used: 32768 short"


def test_only_what_comes_on_top_of_a_running_cluster_needs_room(vcenter: RunningVCenter) -> None:
    there = {
        "version": "v1.34.2+vmware.2",
        "control_plane": {"replicas": 1, "vm_class": "best-effort-small"},
        "pools": {"workers": {"replicas": 3, "vm_class": "guaranteed-8xlarge"}},
    }
    assert "host for the largest machine" in told(vcenter, pools=[pool("guaranteed-8xlarge", 3)])
    stays = {"running": there, "version": "v1.34", "pools": [pool("guaranteed-8xlarge", 3)]}
    assert told(vcenter, **stays, release_problem="There are none") == {}
    assert set(told(vcenter, **stays | {"version": "v1.35"}, release_problem="There are none")) >= {
        "Kubernetes release v1.35",
        "host for the largest machine",
    }
    grows = stays | {"pools": [pool("guaranteed-8xlarge", 6)]}
    assert "3 guaranteed-8xlarge (workers)" in told(vcenter, **grows)["memory of the vSphere cluster"]["expected"]


def test_names_and_ranges_of_a_new_cluster_are_held_against_what_is_there(vcenter: RunningVCenter) -> None:
    asked = {"cluster": "FL-30000", "namespace": "vmware-system-fl", "pods": "192.0.2.0/24", "services": "10.96.0.0/12"}
    found = told(vcenter, **asked)
    assert {what: one["severity"] for what, one in found.items()} == {
        "name of the cluster": "error",
        "name of the vSphere Namespace": "error",
        "addresses of pods (cluster_pods)": "error",
        "addresses of Services (cluster_services)": "warning",
    }
    assert "API of the Supervisor: 192.0.2.1" in found["addresses of pods (cluster_pods)"]["found"]
    assert told(vcenter, cluster="fl-30000-a", pods="172.20.0.0/16", services="172.21.0.0/16") == {}


def test_a_supervisor_that_is_not_ready_is_told_with_its_messages(vcenter: RunningVCenter) -> None:
    said = {"id": "x", "severity": "WARNING", "details": {"id": "x", "default_message": "The licence ends in 3 days", "args": []}}
    try:
        vcenter.lab("PUT", "/supervisor", RUNNING | {"messages": [said]})
        assert told(vcenter)["message of the Supervisor"]["found"] == "WARNING: The licence ends in 3 days"
        vcenter.lab("PUT", "/supervisor", RUNNING | {"kubernetes_status": "ERROR", "messages": [said]})
        found = told(vcenter)["Supervisor"]
    finally:
        vcenter.lab("PUT", "/supervisor", RUNNING)
    assert found["severity"] == "error"
    assert "Kubernetes ERROR; WARNING: The licence ends in 3 days" in found["found"]


def test_what_an_account_may_not_ask_is_told_beside_what_it_may(vcenter: RunningVCenter) -> None:
    found = told(vcenter, by=NOBODY)
    assert set(found) == {"VM classes", "Supervisor", "storage policy", "vSphere Namespace"}
    assert "StorageProfile.View" in found["storage policy"]["found"]


def test_a_password_that_is_wrong_is_one_finding(vcenter: RunningVCenter) -> None:
    assert set(told(vcenter, by=replace(ADMINISTRATOR, password="guessed"))) == {"vCenter"}
