"""A job that runs during a drill has succeeded when every party says so, and is lost only when nobody will mend it."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import jobs
from fedfleet.drills.jobs import (
    NoJobError,
    RunsOnError,
    chain,
    history_kept,
    job_ends,
    job_state,
    job_succeeds,
    new_job_succeeds,
    start_job,
    stop_job,
)
from fedfleet.drills.scene import OverError
from fedfleet.engine.fate import FlowUnreachableError, JobView
from support.drilled import site
from support.drilled_jobs import ANEW, JOB, Flow, Told, view


def scene(directory: Path, own: Sequence[list[JobView] | None], partner: Sequence[list[JobView] | None] = ()) -> Told:
    others = [site(directory, name="south", party_id="40000")] if partner else []
    parties = ["30000", "40000"] if partner else ["30000"]
    kept = {"job": JOB, "job_by": "30000", "job_parties": parties, "job_started": time.monotonic()}
    flows = {"30000": Flow(own)} | ({"40000": Flow(partner)} if partner else {})
    return Told(site(directory), others, kept=kept, flows=flows)


def test_a_job_has_succeeded_when_both_parties_say_so(tmp_path: Path) -> None:
    told = scene(tmp_path, [[view("30000", "success")]], [None, [view("40000", "running")], [view("40000", "success")]])
    found = job_succeeds(told, 5)
    assert found.holds
    assert "guest 30000 says success, host 40000 says success" in found.detail
    assert told.kept["job_seconds"] >= 0


def test_a_failed_job_that_the_guardian_reruns_may_yet_succeed(tmp_path: Path) -> None:
    note = "guardian [1/3]: rerun from toy_example_0"
    found = job_succeeds(scene(tmp_path, [[view("30000", "failed")], None, [view("30000", "success", note)]]), 5)
    assert found.holds
    assert "guardian: rerun from toy_example_0" in found.detail


def test_a_job_that_the_guardian_has_left_is_lost(tmp_path: Path) -> None:
    note = "guardian [3/3, left]: an error of its own"
    found = job_succeeds(scene(tmp_path, [[view("30000", "failed", note)]]), 60)
    assert not found.holds
    assert "an error of its own" in found.detail


def test_a_job_that_does_not_end_in_time_is_not_held(tmp_path: Path) -> None:
    found = job_succeeds(scene(tmp_path, [[view("30000", "running")]]), 0.05)
    assert (found.holds, "has not succeeded" in found.detail) == (False, True)


def test_nobody_waits_for_a_job_when_the_drill_is_over(tmp_path: Path) -> None:
    told = scene(tmp_path, [[view("30000", "running")]])
    told.over.set()
    with pytest.raises(OverError):
        job_succeeds(told, 60)


def test_a_job_that_the_guardian_submits_anew_is_followed(tmp_path: Path) -> None:
    note = f"guardian [1/1, left]: 2026-11-28T00:00:00Z a rerun has no effect, submitted it anew as {ANEW}"
    told = scene(tmp_path, [[view("30000", "failed", note)], [view("30000", "success")]])
    assert job_succeeds(told, 5).holds
    assert told.kept["job"] == ANEW


LEFT = "guardian [1/1, left]: left it failed"


@pytest.mark.parametrize(
    ("own", "partner", "arguments", "holds"),
    [
        pytest.param(view("30000", "failed", LEFT), view("40000", "failed"), {}, True, id="all say that it failed"),
        pytest.param(view("30000", "failed", LEFT), view("40000", "running"), {}, False, id="one still runs"),
        pytest.param(view("30000", "failed", LEFT), None, {}, False, id="one says nothing"),
        pytest.param(view("30000", "failed", LEFT), None, {"here": True}, True, id="only this one is asked"),
        pytest.param(view("30000", "failed", "guardian [1/3]: rerun"), view("40000", "failed"), {}, False, id="it may be rerun yet"),
        pytest.param(view("30000", "success"), view("40000", "success"), {}, False, id="it succeeded"),
        pytest.param(view("30000", "success"), view("40000", "success"), {"how": "alike"}, True, id="both say the same"),
        pytest.param(view("30000", "success"), view("40000", "failed"), {"how": "alike"}, False, id="they say different things"),
    ],
)
def test_a_job_has_ended_when_every_party_says_the_same(
    tmp_path: Path, own: JobView, partner: JobView | None, arguments: dict[str, Any], holds: bool
) -> None:
    told = scene(tmp_path, [[own]], [[partner] if partner else None])
    assert job_ends(told, within=0.05, **arguments).holds is holds


def test_a_failure_counts_when_nothing_becomes_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_FINAL_SECONDS", 0.01)
    assert job_ends(scene(tmp_path, [[view("30000", "timeout")]]), within=5).holds


PHASES = [
    ("submitted", "waiting", (), True),
    ("starting", "waiting", (), False),
    ("starting", "running", (), True),
    ("running", "running", ("waiting",), False),
    ("running", "running", ("running",), True),
    ("ending", "running", ("success",), False),
    ("ending", "running", ("success", "success"), True),
]


@pytest.mark.parametrize(("phase", "status", "parts", "reached"), PHASES)
def test_a_job_is_started_up_to_a_phase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: jobs.Phase, status: str, parts: Sequence[str], reached: bool
) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))
    monkeypatch.setattr(jobs, "_STARTED_SECONDS", 0.05)
    told = scene(tmp_path, [[view("30000", status)]], [None])
    told.flows["30000"].parts = parts
    if reached:
        assert start_job(told, tasks=2, phase=phase)["phase"] == phase
    else:
        with pytest.raises(NoJobError, match=f"Expected: {phase}. Found: {status}"):
            start_job(told, tasks=2, phase=phase)


def test_the_partner_may_submit_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))
    told = scene(tmp_path, [None], [[view("40000", "running")], [view("40000", "running")], [view("40000", "canceled")]])
    told.flows["40000"].party_id = "40000"
    start_job(told, phase="starting", by="partner")
    (described,) = told.flows["40000"].submitted
    assert described == chain("40000", "30000", 1)
    stop_job(told)
    assert told.flows["40000"].stopped == [JOB]


def test_a_partner_whose_cluster_is_not_known_submits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))
    with pytest.raises(NoJobError, match="party 40000 in the inventory"):
        start_job(scene(tmp_path, [None]), by="partner")


def test_a_chain_carries_the_limit_of_its_tasks() -> None:
    description: Any = chain("30000", "40000", 2, timeout=90)
    assert description["dag"]["conf"] == {"task": {"timeout": 90}}
    assert list(description["dag"]["tasks"]) == ["toy_example_0", "toy_example_1"]


@pytest.mark.parametrize(("status", "stopped"), [("running", [JOB]), ("success", []), ("canceled", [])])
def test_a_job_that_still_runs_is_stopped(tmp_path: Path, status: str, stopped: list[str]) -> None:
    told = scene(tmp_path, [[view("30000", status)], [view("30000", "canceled")]])
    stop_job(told)
    assert (told.flows["30000"].stopped, told.flows["30000"].described) == (stopped, {})


@pytest.mark.parametrize("status", ["failed", "timeout"])
def test_a_job_that_the_guardian_may_yet_rerun_is_left_by_it(tmp_path: Path, status: str) -> None:
    told = scene(tmp_path, [[view("30000", status, "mine\nguardian [1/3]: reran it from there")]])
    stop_job(told)
    assert told.flows["30000"].described == {JOB: "mine\nguardian [1/1, left]: a drill ran it and is over: it is not run again"}
    assert told.flows["30000"].stopped == []


def test_a_job_that_the_guardian_has_left_is_not_written_on(tmp_path: Path) -> None:
    told = scene(tmp_path, [[view("30000", "failed", LEFT)]])
    stop_job(told)
    assert told.flows["30000"].described == {}


def test_a_rerun_that_was_asked_for_before_is_stopped(tmp_path: Path) -> None:
    told = scene(tmp_path, [[view("30000", "failed")], [view("30000", "waiting")]])
    stop_job(told)
    assert told.flows["30000"].stopped == [JOB]


def test_a_fate_flow_that_is_coming_back_is_asked_to_stop_until_it_has(tmp_path: Path) -> None:
    told = scene(tmp_path, [None, None, [view("30000", "running")]])
    stop_job(told)
    assert told.flows["30000"].stopped == [JOB]


@pytest.mark.parametrize(("said", "found"), [(None, "does not answer"), ([view("30000", "running")], "has not ended")])
def test_a_job_that_does_not_stop_in_time_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[JobView] | None, found: str
) -> None:
    monkeypatch.setattr(jobs, "_STOP_SECONDS", 1.05)
    told = scene(tmp_path, [said])
    told.flows["30000"].stops = False
    with pytest.raises(RunsOnError, match=f"{found}.*{JOB}"):
        stop_job(told)


def test_the_job_in_place_of_one_that_still_runs_is_stopped(tmp_path: Path) -> None:
    note = f"guardian [1/1, left]: a rerun has no effect, submitted it anew as {ANEW}"
    told = scene(tmp_path, [[view("30000", "failed", note)], [view("30000", "running")], [view("30000", "failed", note)]])
    stop_job(told)
    assert told.flows["30000"].stopped == [ANEW]


def test_the_toy_of_after_is_stopped_when_nobody_looks_back_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))
    told = scene(tmp_path, [[view("30000", "running")]])
    told.over.set()
    with pytest.raises(OverError):
        new_job_succeeds(told)
    assert told.flows["30000"].stopped == [JOB]


def test_a_job_of_before_that_is_gone_is_missed(tmp_path: Path) -> None:
    told = scene(tmp_path, [[view("30000", "success")], [view("30000", "success")], []])
    assert history_kept(told).holds
    assert history_kept(told).holds
    found = history_kept(told)
    assert (found.holds, found.detail) == (False, f"lost: {JOB}")


def test_a_jobs_state_is_shown_from_before_it_is_submitted_until_it_has_failed(tmp_path: Path) -> None:
    told = scene(tmp_path, [[view("30000", "running")], [view("30000", "failed")], None])
    job = told.kept.pop("job")
    assert job_state(told).detail == "it is not submitted yet"
    told.kept["job"] = job
    assert (job_state(told).holds, job_state(told).holds) == (True, False)
    with pytest.raises(FlowUnreachableError):
        job_state(told)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ([view("30000", "running"), view("30000", "success")], True),
        ([view("30000", "failed"), view("30000", "success")], False),
        ([view("30000", "running", "guardian [1/3]: rerun from homo_lr_0"), view("30000", "success")], False),
        ([view("30000", "running", "guardian [0/3]: told the scheduler"), view("30000", "success")], True),
    ],
)
def test_a_job_that_must_feel_nothing_may_not_be_rerun(tmp_path: Path, said: list[JobView], holds: bool) -> None:
    found = job_succeeds(scene(tmp_path, [[each] for each in said]), 5, rerun=False)
    assert (found.holds, "without a rerun" in found.detail) == (holds, not holds)


def test_a_party_with_two_roles_does_not_speak_for_its_partner(tmp_path: Path) -> None:
    arbiter = view("40000", "success").model_copy(update={"role": "arbiter"})
    told = scene(tmp_path, [None], [[view("40000", "success"), arbiter]])
    assert not job_succeeds(told, 0.05).holds


def test_a_job_is_stopped_where_the_drill_was_over_when_it_was_submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))
    told = scene(tmp_path, [[view("30000", "running")]], [None])
    told.over.set()
    with pytest.raises(OverError):
        start_job(told)
    assert told.flows["30000"].stopped == [JOB]


@pytest.mark.parametrize(("parties", "partner"), [(("40000", "50000"), "50000"), (("40000",), "40000")])
def test_a_partner_that_the_inventory_has_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parties: Sequence[str], partner: str
) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: parties)
    told = Told(site(tmp_path), [site(tmp_path, name="south", party_id="50000")], flows={"30000": Flow([None])})
    assert jobs.guest_and_host(told) == ("30000", partner)


def test_a_job_that_was_rerun_before_the_fault_has_not_felt_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))
    note = "guardian [1/3]: rerun from toy_example_0"
    told = scene(tmp_path, [[view("30000", "failed")], [view("30000", "running", note)], [view("30000", "success", note)]])
    start_job(told, phase="starting")
    assert job_succeeds(told, 5, rerun=False).holds


def test_a_job_that_the_guardian_has_left_never_gets_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))
    told = scene(tmp_path, [[view("30000", "failed")], [view("30000", "failed", LEFT)], [view("30000", "running")]])
    with pytest.raises(NoJobError, match="Found: failed"):
        start_job(told, phase="starting")
