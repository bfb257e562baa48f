"""What goes wrong at vCenter ends in a sentence that says what to do, and a second run comes to what was wanted."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyVmomi import vim

from fedfleet_lab.vcenter import Account
from support.modules import done, ended, refused
from support.soap import make_vm, named, result, soap
from support.vcenter import ACCOUNTS, ADMINISTRATOR, EDITOR, INVENTORY, RunningVCenter, running_vcenter

GOLD = "vSAN Default Storage Policy"
TEMPORARY = "A service is starting"
# Each may change its own namespace and no other.
NORTH = replace(EDITOR, name="north", namespaces=("fl-north",), privileges=(*EDITOR.privileges, "StorageProfile.View"))
SOUTH = replace(NORTH, name="south", namespaces=("fl-south",))


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVCenter]:
    """Namespaces are what they are to be after a tenth of a second."""
    with running_vcenter(tmp_path_factory.mktemp("vcenter"), (*ACCOUNTS, NORTH, SOUTH), namespace_delay=0.1) as running:
        yield running


@pytest.fixture
def faulty(quick: RunningVCenter) -> Iterator[RunningVCenter]:
    quick.plan()
    yield quick
    quick.plan()


def wanted(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "storage": [{"policy": GOLD, "limit_mib": 1024}], "vm_classes": ["best-effort-small"]} | more


def converges(vcenter: RunningVCenter, name: str, by: Account = ADMINISTRATOR, **more: Any) -> None:
    """A run comes to what is wanted, and one more changes nothing."""
    after = done(vcenter, "namespace", by=by, **wanted(name, **more))
    assert after["namespace"]["config_status"] == "RUNNING"
    assert not done(vcenter, "namespace", by=by, **wanted(name, **more))["changed"]


@pytest.mark.parametrize("path", ["/supervisors/summaries$", "/storage/policies$", "/instances/fl-", "/instances/v2$"])
def test_a_session_that_ends_in_the_middle_is_opened_anew(faulty: RunningVCenter, path: str) -> None:
    faulty.plan({"path_regex": path, "times": 1, "status": 401})
    name = f"fl-expired-{abs(hash(path)) % 1000}"
    assert done(faulty, "namespace", **wanted(name))["changed"]
    converges(faulty, name)


def test_a_soap_session_that_ends_in_the_middle_is_opened_anew(faulty: RunningVCenter) -> None:
    for method in ("RetrievePropertiesEx", "CreateContainerView"):
        faulty.plan({"task": method, "times": 1, "fault": "NotAuthenticated"})
        workers = {"what": "workers", "vm_class": "best-effort-small", "count": 1, "volume_gib": 32}
        found = done(faulty, "vcenter_preflight", namespace="fl-30000", storage_policy=GOLD, pools=[workers], fails=False)["findings"]
        assert [one["what"] for one in found if "session" in one["found"] or "NotAuthenticated" in one["found"]] == []
        assert faulty.lab("GET", "/calls")["calls"][f"SOAP {method}"] >= 2
    faulty.plan({"task": "PbmQueryProfile", "times": 1, "fault": "NotAuthenticated"})
    options = {"name": "of-a-lost-session", "datastores": ["north-fast"]}
    assert done(faulty, "storage_policy", **options)["changed"]
    assert not done(faulty, "storage_policy", **options)["changed"]


def test_sessions_that_end_at_once_are_an_error_and_not_a_circle(faulty: RunningVCenter) -> None:
    faulty.plan({"path_regex": "/instances/v2/fl-never$", "status": 401, "message": "the session service restarts"})
    said = refused(faulty, "namespace", **wanted("fl-never"))
    assert "UNAUTHENTICATED (401)" in said
    assert "the session service restarts" in said


def test_a_busy_vcenter_is_asked_again_with_pauses_that_differ(faulty: RunningVCenter) -> None:
    faulty.lab("DELETE", "/calls")
    faulty.plan({"path_regex": "/instances/v2$", "times": 3, "status": 503})
    assert done(faulty, "namespace", **wanted("fl-busy"))["changed"]
    assert faulty.lab("GET", "/calls")["calls"]["POST /api/vcenter/namespaces/instances/v2"] == 4
    converges(faulty, "fl-busy")


def test_a_vcenter_that_stays_busy_is_told_with_its_words(faulty: RunningVCenter) -> None:
    faulty.plan({"path_regex": "/instances/v2$", "status": 503, "message": TEMPORARY})
    said = refused(faulty, "namespace", **wanted("fl-closed"))
    assert "SERVICE_UNAVAILABLE (503)" in said
    assert TEMPORARY in said
    assert "Wait until vCenter's services are up, then run again" in said
    faulty.plan()
    converges(faulty, "fl-closed")


def test_a_gateway_that_answers_in_the_place_of_soap_is_asked_again_and_then_told(faulty: RunningVCenter) -> None:
    options = {"name": "behind-a-gateway", "datastores": ["north-fast"]}
    faulty.plan({"path_regex": "^/pbm", "times": 2, "status": 503})
    assert done(faulty, "storage_policy", **options)["changed"]
    faulty.plan({"path_regex": "^/sdk", "status": 503})
    said = refused(faulty, "storage_policy", **options)
    assert "in the place of vCenter's SOAP API" in said
    faulty.plan()
    assert not done(faulty, "storage_policy", **options)["changed"]


def test_a_vcenter_that_is_slow_is_waited_for(faulty: RunningVCenter) -> None:
    faulty.plan({"path_regex": "/instances/v2$", "times": 1, "delay_ms": 1500})
    start = time.monotonic()
    assert done(faulty, "namespace", **wanted("fl-slow"))["changed"]
    assert time.monotonic() - start > 1.5


def test_a_task_that_takes_longer_than_was_given_is_told_and_goes_on(faulty: RunningVCenter) -> None:
    with soap(faulty) as instance:
        make_vm(instance, "slow-machine")
    faulty.plan({"task": "PowerOnVM_Task", "times": 1, "delay_ms": 1500})
    said = refused(faulty, "vm_power", name="slow-machine", state="on", timeout=0.3)
    assert "the task is done: on slow-machine" in said
    assert "running" in said
    # While a task is at work on a machine, the simulator does not show it: this waits until it does.
    done(faulty, "vm_power", name="slow-machine", state="on")
    assert not done(faulty, "vm_power", name="slow-machine", state="on")["changed"]


def test_a_task_that_ends_in_a_fault_is_told_with_the_faults_name(faulty: RunningVCenter) -> None:
    with soap(faulty) as instance:
        make_vm(instance, "unlucky-machine")
    faulty.plan({"task": "PowerOnVM_Task", "times": 1, "fault": "InsufficientHostCapacityFault"})
    said = refused(faulty, "vm_power", name="unlucky-machine", state="on")
    assert "vCenter could not do it: on unlucky-machine" in said
    assert "InsufficientHostCapacityFault" in said
    assert done(faulty, "vm_power", name="unlucky-machine", state="on")["changed"]


def test_a_host_in_maintenance_is_named_by_whoever_fails_for_it(faulty: RunningVCenter) -> None:
    host = INVENTORY.hosts[0].name
    with soap(faulty) as instance:
        make_vm(instance, "homeless", host=host)
        esx = named(instance, vim.HostSystem, host)
        result(esx.EnterMaintenanceMode_Task(timeout=0))
        try:
            said = refused(faulty, "vm_power", name="homeless", state="on")
        finally:
            result(esx.ExitMaintenanceMode_Task(timeout=0))
    assert "InvalidHostState" in said
    assert f"its host {host} is in maintenance mode" in said
    assert done(faulty, "vm_power", name="homeless", state="on")["changed"]


def test_what_is_used_up_is_told_as_that(faulty: RunningVCenter) -> None:
    used_up = "The limit of 20 namespaces is reached"
    faulty.plan({"path_regex": "/instances/v2$", "status": 400, "error_type": "UNABLE_TO_ALLOCATE_RESOURCE", "message": used_up})
    said = refused(faulty, "namespace", **wanted("fl-full"))
    assert "UNABLE_TO_ALLOCATE_RESOURCE (400)" in said
    assert used_up in said
    assert "ask the vSphere administrator for more" in said
    faulty.plan()
    converges(faulty, "fl-full")


def test_a_policy_that_is_not_there_is_told_with_those_that_are(faulty: RunningVCenter) -> None:
    said = refused(faulty, "namespace", **wanted("fl-gold", storage=[{"policy": "Platinum"}]))
    assert "Platinum" in said
    assert GOLD in said
    converges(faulty, "fl-gold")


def test_a_namespace_that_comes_out_wrong_is_told_and_the_next_run_finishes_it(faulty: RunningVCenter) -> None:
    faulty.plan({"namespace": "fl-half", "config_status": "ERROR", "message": "no addresses left", "times": 1})
    said = refused(faulty, "namespace", **wanted("fl-half"))
    assert "no addresses left" in said
    faulty.plan()
    again = done(faulty, "namespace", **wanted("fl-half"))
    assert again["changed"]
    converges(faulty, "fl-half")


def test_one_that_stays_wrong_stays_an_error(faulty: RunningVCenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fedfleet.vsphere.namespaces._GRACE_SECONDS", 0.5)
    faulty.plan({"namespace": "fl-wrong", "config_status": "ERROR", "message": "no addresses left"})
    assert ended(faulty, "namespace", **wanted("fl-wrong"))["failed"]
    assert "no addresses left" in refused(faulty, "namespace", **wanted("fl-wrong"))


def test_one_that_an_earlier_run_left_while_it_was_made_is_finished(faulty: RunningVCenter) -> None:
    said = refused(faulty, "namespace", **wanted("fl-left", timeout=0.01))
    assert "CONFIGURING" in said
    assert "run again with a longer timeout" in said
    converges(faulty, "fl-left")


def test_one_that_is_being_removed_is_waited_for_and_made_anew(faulty: RunningVCenter) -> None:
    converges(faulty, "fl-again")
    faulty.do("DELETE", "/vcenter/namespaces/instances/fl-again")
    assert done(faulty, "namespace", **wanted("fl-again"))["changed"]
    converges(faulty, "fl-again")


def test_a_namespace_of_somebody_else_is_neither_shown_nor_changed(faulty: RunningVCenter) -> None:
    converges(faulty, "fl-south", by=SOUTH)
    said = refused(faulty, "namespace", by=NORTH, **wanted("fl-south", description="mine now"))
    assert "Somebody has a vSphere Namespace fl-south" in said
    assert f"{NORTH.user} has no permission" in said
    assert "Choose another name" in said
    assert faulty.get("/vcenter/namespaces/instances/fl-south")["description"] == ""
    converges(faulty, "fl-north", by=NORTH)


def test_a_certificate_of_another_authority_is_not_spoken_to(faulty: RunningVCenter, tmp_path: Path) -> None:
    with running_vcenter(tmp_path) as other:
        stranger = str(other.simulator.authority.pair.certificate)
        said = refused(faulty, "supervisor_info", ca_file=stranger)
    assert "The server's certificate cannot be trusted" in said
    assert "ca_file" in said
