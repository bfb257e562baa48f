"""What a test plans to go wrong goes wrong, as often as planned, and is counted."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyVmomi import vim, vmodl

from support.soap import finished, make_vm, result, soap
from support.vcenter import ADMINISTRATOR, RunningVCenter, refusal, running_vcenter, said

ALL = "/vcenter/namespaces/instances"


@pytest.fixture
def faulty(vcenter: RunningVCenter) -> Iterator[RunningVCenter]:
    """Without any fault before, and after."""
    vcenter.lab("PUT", "/faults", [])
    yield vcenter
    vcenter.lab("PUT", "/faults", [])


def plan(vcenter: RunningVCenter, *faults: dict[str, Any]) -> None:
    vcenter.lab("PUT", "/faults", list(faults))


def test_a_call_fails_as_often_as_planned(faulty: RunningVCenter) -> None:
    plan(faulty, {"method": "GET", "path_regex": "/instances$", "times": 2, "status": 503, "message": "try later"})
    answers = [faulty.call("GET", ALL) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].json()["error_type"] == "SERVICE_UNAVAILABLE"
    assert "try later" in said(answers[0])


def test_a_session_ends_in_the_middle(tmp_path: Path) -> None:
    with running_vcenter(tmp_path) as vcenter:
        vcenter.get(ALL)
        plan(vcenter, {"path_regex": "/instances$", "times": 1, "status": 401})
        assert refusal(vcenter.call("GET", ALL)) == (401, "UNAUTHENTICATED")
        assert refusal(vcenter.call("GET", "/session")) == (401, "UNAUTHENTICATED")


def test_logins_fail_too(faulty: RunningVCenter) -> None:
    plan(faulty, {"path_regex": "^/api/session$", "times": 1, "status": 503})
    auth = (ADMINISTRATOR.user, ADMINISTRATOR.password)
    assert [faulty.http.post("/api/session", auth=auth).status_code for _ in range(2)] == [503, 201]


def test_a_call_is_slow(faulty: RunningVCenter) -> None:
    faulty.session()
    plan(faulty, {"path_regex": "/instances$", "times": 1, "delay_ms": 300})
    start = time.monotonic()
    assert faulty.call("GET", ALL).status_code == 200
    assert time.monotonic() - start >= 0.3


def test_a_namespace_ends_in_error_instead_of_running(faulty: RunningVCenter) -> None:
    plan(faulty, {"namespace": "doomed", "config_status": "ERROR", "message": "no addresses left"})
    faulty.do("POST", ALL, {"cluster": faulty.cluster, "namespace": "doomed"})
    faulty.lab("PATCH", "/namespaces/doomed", {"config_status": "RUNNING"})
    found = faulty.get(f"{ALL}/doomed")
    assert found["config_status"] == "ERROR"
    assert "no addresses left" in found["messages"][0]["details"]["default_message"]


def test_a_task_ends_in_the_planned_fault_once(faulty: RunningVCenter) -> None:
    with soap(faulty) as instance:
        vm = make_vm(instance, "unlucky")
        plan(faulty, {"task": "PowerOnVM_Task", "times": 1, "fault": "InsufficientHostCapacityFault"})
        assert isinstance(finished(vm.PowerOnVM_Task()).info.error, vim.fault.InsufficientHostCapacityFault)
        assert vm.runtime.powerState == "poweredOff"
        result(vm.PowerOnVM_Task())
        assert vm.runtime.powerState == "poweredOn"


def test_a_task_runs_longer(faulty: RunningVCenter) -> None:
    with soap(faulty) as instance:
        vm = make_vm(instance, "slow")
        plan(faulty, {"task": "PowerOnVM_Task", "times": 1, "delay_ms": 400})
        start = time.monotonic()
        task = vm.PowerOnVM_Task()
        assert task.info.state == "running"
        result(task)
        assert time.monotonic() - start >= 0.4


def test_other_soap_methods_answer_with_the_fault(faulty: RunningVCenter) -> None:
    plan(faulty, {"task": "Login", "times": 1, "fault": "NotSupported"})
    with pytest.raises(vmodl.fault.NotSupported), soap(faulty):
        pass


@pytest.mark.parametrize(
    "wrong",
    [{}, {"path_regex": "(", "status": 503}, {"path_regex": "/", "status": 200}, {"task": "PowerOnVM_Task", "fault": "NoSuchFault"}],
)
def test_a_plan_that_cannot_come_true_is_refused(faulty: RunningVCenter, wrong: dict[str, Any]) -> None:
    answer = faulty.http.put("/lab/faults", json=[wrong], headers={"x-lab-token": faulty.simulator.token()})
    assert refusal(answer) == (400, "INVALID_ARGUMENT")


def test_calls_and_sessions_are_counted(own_vcenter: RunningVCenter) -> None:
    own_vcenter.get(f"{ALL}/v2")
    own_vcenter.do("DELETE", "/session")
    with soap(own_vcenter):
        pass
    report = own_vcenter.lab("GET", "/calls")
    assert report["calls"]["GET /api/vcenter/namespaces/instances/v2"] == 1
    assert report["calls"]["SOAP Login"] == 1
    assert report["sessions"] == {"opened": 2, "closed": 2}
    own_vcenter.lab("DELETE", "/calls")
    assert own_vcenter.lab("GET", "/calls")["sessions"] == {"opened": 0, "closed": 0}


def test_every_call_takes_as_long_as_asked(tmp_path: Path) -> None:
    with running_vcenter(tmp_path, latency_ms=200) as vcenter:
        vcenter.session()
        start = time.monotonic()
        vcenter.get(ALL)
        assert time.monotonic() - start >= 0.2


def test_namespaces_run_and_vanish_by_themselves_where_nobody_looks_after_them(tmp_path: Path) -> None:
    with running_vcenter(tmp_path, namespace_delay=0.3) as vcenter:
        vcenter.do("POST", ALL, {"cluster": vcenter.cluster, "namespace": "alone"})
        assert vcenter.get(f"{ALL}/alone")["config_status"] == "CONFIGURING"
        wait_for(vcenter, "RUNNING")
        vcenter.do("DELETE", f"{ALL}/alone")
        wait_for(vcenter, None)


def wait_for(vcenter: RunningVCenter, status: str | None) -> None:
    deadline = time.monotonic() + 10
    while True:
        found = vcenter.call("GET", f"{ALL}/alone")
        if (found.json()["config_status"] if found.status_code == 200 else None) == status:
            return
        assert time.monotonic() < deadline, found.text
