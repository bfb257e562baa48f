"""What can no longer finish is told from what is merely slow by states that contradict each other."""

from dataclasses import replace

import pytest

from job_guardian.model import Job, Part, Task, jobs_of, tasks_of
from job_guardian.rules import Cure, evidence, hindrances, never_taken_up, verdict
from support.guarded import job, task

OWN_ERROR = "Traceback (most recent call last):\n  File ...\nValueError: could not convert string to float: 'x'"
LOST = "Traceback ...\nrequests.exceptions.ConnectionError: HTTPConnectionPool(host='pulsar', port=8080): Max retries exceeded"
SLOW = [
    job("running", task("lr", "running", "running")),
    job("running", task("lr", "success", "running")),
    job("running", task("lr", "running", "success")),
    job("running", task("reader", "success", "success", "success"), task("lr", "running", "running")),
    job("running", task("lr", "running", "")),
    job("running", task("psi", "waiting", "", "waiting", held=True)),
    job("running", task("psi", "waiting", "waiting", "waiting"), task("lr", "running", "running")),
    job("running", task("psi", "waiting", "waiting", "waiting", held=True), task("lr", "running", "running")),
    job("waiting"),
    job("running"),
]


@pytest.mark.parametrize("slow", SLOW)
def test_a_slow_job_is_left_alone(slow: Job) -> None:
    assert hindrances(slow) == []


@pytest.mark.parametrize(
    ("own", "host", "heard"),
    [
        ("success", "success", ["guest 30000", "host 40000"]),
        ("running", "failed", ["host 40000"]),
        ("failed", "running", ["guest 30000"]),
        ("failed", "", ["guest 30000"]),
    ],
)
def test_an_end_that_the_scheduler_never_heard_of_is_reported(own: str, host: str, heard: list[str]) -> None:
    found = hindrances(job("running", task("lr", own, host)))
    assert [(one.cure, str(one.part)) for one in found] == [(Cure.REPORT, who) for who in heard]


def test_one_that_it_heard_of_is_not() -> None:
    assert hindrances(job("running", task("reader", "success", "success", "success"), task("lr", "running", "running"))) == []


def test_a_task_that_was_started_at_one_party_alone_fails() -> None:
    (found,) = hindrances(job("running", task("lr", "running", "waiting")))
    assert (found.cure, found.reason) == (Cure.FAIL, "lr runs, but was never started at host 40000")


def test_a_partner_that_is_silent_for_as_long_as_a_task_may_take_fails_it() -> None:
    (found,) = hindrances(job("running", task("lr", "success", "", limit=90)))
    assert (found.cure, found.seconds) == (Cure.FAIL, 90)
    assert found.reason == "lr ended here, and host 40000 did not answer for its limit of 90 s"


OUT_OF_REACH = task("lr", "waiting", "", "waiting", limit=90, held=True)


@pytest.mark.parametrize("before", [[], [task("reader", "success", "success", "success")]])
def test_a_task_that_waits_for_cores_at_a_silent_partner_fails_after_its_limit(before: list[Task]) -> None:
    (found,) = hindrances(job("running", *before, OUT_OF_REACH, task("evaluation", "waiting", "", "waiting", limit=90)))
    assert (found.cure, found.seconds) == (Cure.FAIL, 90)
    assert found.reason == "lr waits here, and host 40000 did not answer for its limit of 90 s"


def test_cores_that_are_asked_for_in_vain_are_no_change() -> None:
    asked = job("running", OUT_OF_REACH)
    (found,) = hindrances(asked)
    again = job("running", replace(OUT_OF_REACH, held=False, changed=1))
    assert evidence(again, found) == evidence(asked, found)
    assert evidence(job("running", replace(OUT_OF_REACH, version=1)), found) != evidence(asked, found)


@pytest.mark.parametrize(
    "tasks",
    [
        pytest.param((task("reader", "running", ""), OUT_OF_REACH), id="another task runs here"),
        pytest.param((replace(OUT_OF_REACH, others=(Part("host", "40000", "waiting"),), held=False),), id="the partner answers"),
    ],
)
def test_a_task_that_waits_is_not_ended_for_a_silent_partner_where(tasks: tuple[Task, ...]) -> None:
    assert Cure.FAIL not in [one.cure for one in hindrances(job("running", *tasks))]


def test_what_still_runs_here_is_held_against_its_limit_by_fate_flow() -> None:
    assert hindrances(job("running", task("lr", "running", "", limit=90))) == []


def test_cores_of_a_task_that_nobody_started_are_given_back() -> None:
    (found,) = hindrances(
        job("running", task("reader", "success", "success", "success"), task("lr", "waiting", "waiting", "waiting", held=True))
    )
    assert (found.cure, found.seconds, found.task and found.task.name) == (Cure.FREE_TASK, 90, "lr")


def test_cores_that_only_a_partner_has_booked_are_given_back_later() -> None:
    (found,) = hindrances(job("running", task("lr", "waiting", "waiting", "waiting")))
    assert (found.cure, found.seconds) == (Cure.FREE_TASK, 180)


def test_cores_of_a_job_that_never_started_are_given_back() -> None:
    assert [one.cure for one in hindrances(job("waiting", held=True))] == [Cure.FREE_JOB]


def test_a_submission_that_broke_off_is_ended() -> None:
    assert [one.cure for one in hindrances(job("ready"))] == [Cure.CANCEL]


def test_a_job_whose_failed_task_did_not_end_it_is_ended() -> None:
    assert [one.cure for one in hindrances(job("running", task("lr", "failed", "failed", "failed")))] == [Cure.FAIL]


def test_a_job_that_somebody_stopped_half_way_is_canceled() -> None:
    half = job("running", task("reader", "failed", "failed", "failed"), task("lr", "canceled", "canceled", "canceled"))
    assert [one.cure for one in hindrances(half)] == [Cure.CANCEL]


def test_processes_that_died_are_rerun_once_without_and_often_with_an_outage_seen() -> None:
    failed = job("failed", task("lr", "failed", "failed", "failed"))
    unseen, seen = verdict(failed, 3, ""), verdict(failed, 3, "FATE Flow did not answer for a while")
    assert unseen is not None
    assert seen is not None
    assert (unseen.limit, seen.limit) == (1, 3)


@pytest.mark.parametrize(("here", "there", "limit"), [(1000, 3000, 3), (3000, 1000, 1), (1000, 0, 3)])
def test_who_ended_first_tells_whose_process_died(here: int, there: int, limit: int) -> None:
    host = Part("host", "40000", "failed" if there else "waiting", there)
    lost = replace(task("lr", "failed", "failed", "failed"), own=(Part("guest", "30000", "failed", here),), others=(host,))
    found = verdict(job("failed", lost), 3, "")
    assert found is not None
    assert found.limit == limit


def test_an_error_of_its_own_would_come_again() -> None:
    found = verdict(job("failed", task("reader", "failed", "failed", "failed", error=OWN_ERROR)), 3, "FATE Flow did not answer")
    assert found is not None
    assert found.limit == 0
    assert found.reason == "reader reported an error of its own: ValueError: could not convert string to float: 'x'"


def test_an_error_of_what_it_stands_on_is_rerun() -> None:
    found = verdict(job("failed", task("lr", "failed", "failed", "failed", error=LOST)), 3, "")
    assert found is not None
    assert found.limit == 3


def test_a_task_that_reached_its_limit_would_reach_it_again() -> None:
    found = verdict(job("failed", task("lr", "failed", "failed", "failed", seconds=21, limit=20)), 3, "")
    assert found is not None
    assert (found.limit, found.reason) == (0, "lr ran for 21 s, and its limit is 20 s")


@pytest.mark.parametrize("state", ["canceled", "success"])
def test_what_somebody_stopped_or_what_succeeded_is_nobodys_business(state: str) -> None:
    assert verdict(job(state, task("lr", "canceled", "canceled", "canceled")), 3, "") is None


def test_reruns_that_make_no_new_version_have_no_effect() -> None:
    old = job("failed", task("lr", "failed", "failed", "failed"))
    new = job("failed", task("lr", "failed", "failed", "failed", version=1))
    assert (never_taken_up(old, 0), never_taken_up(old, 1), never_taken_up(new, 1)) == (False, True, False)


def row(role: str, **more: object) -> dict[str, object]:
    parties = [{"role": "guest", "party_id": ["30000"]}, {"role": "host", "party_id": ["40000"]}]
    return {"job_id": "1", "role": role, "party_id": "30000", "status": "running", "scheduler_party_id": "30000", "parties": parties} | more


def test_jobs_of_others_and_uploads_are_not_ours() -> None:
    rows = [row("guest"), row("host", job_id="2", scheduler_party_id="40000"), row("local", job_id="3", party_id="0")]
    assert [found.job_id for found in jobs_of(rows, "30000")] == ["1"]


def test_two_roles_of_a_party_are_one_job_that_goes_on_until_both_ended() -> None:
    (found,) = jobs_of([row("guest", status="success"), row("arbiter", resource_in_use=True)], "30000")
    assert (found.state, found.own, found.held, found.ended) == ("running", (("guest", "30000"), ("arbiter", "30000")), True, 0)


def test_a_job_was_started_where_one_of_its_parts_was() -> None:
    (found,) = jobs_of([row("guest", start_time=None), row("arbiter", start_time=1764300000000)], "30000")
    assert found.started
    (found,) = jobs_of([row("guest", start_time=None)], "30000")
    assert not found.started


@pytest.mark.parametrize(("state", "limit"), [("failed", 0), ("timeout", 3)])
def test_a_job_that_was_not_accepted_is_not_rerun_and_one_that_waited_too_long_is(state: str, limit: int) -> None:
    judged = verdict(job(state, started=False), 3, "party 40000 did not answer for a while")
    assert judged is not None
    assert judged.limit == limit


def test_only_the_newest_version_of_a_task_counts() -> None:
    rows = [
        {"task_name": "lr", "task_id": "1_lr", "task_version": version, "status": state, "party_status": state, "role": "guest",
         "party_id": "30000", "error_report": error, "elapsed": 1500, "timeout": 60}
        for version, state, error in ((0, "failed", "old"), (1, "running", None))
    ]  # fmt: skip
    (found,) = tasks_of(rows)
    assert (found.version, found.state, found.own, found.error, found.seconds) == (
        1,
        "running",
        (Part("guest", "30000", "running"),),
        "",
        1.5,
    )
