"""Whoever stays with a job knows how it stands, and never leaves one behind that nobody waits for."""

from typing import Any

import httpx
import pytest

from fedfleet.engine import JobState
from fedfleet.engine.fate import FlowAnswerError, Moment, follow
from fedfleet.engine.fate.following import rerun
from support.fate_flow import JOB, Clock, FakeFlow, job, task

JOBS, TASKS, STOP, RERUN = "/v2/job/query", "/v2/job/task/query", "/v2/job/stop", "/v2/job/rerun"


def states(*names: str) -> list[Any]:
    return [{"data": [job("guest", "30000", name)]} for name in names]


def again(version: int, state: str) -> dict[str, Any]:
    return {"data": [task("guest", "30000", state) | {"task_version": version}]}


def test_it_ends_with_the_job_and_has_told_every_moment() -> None:
    flow = FakeFlow("30000", {JOBS: states("waiting", "running", "success"), TASKS: again(0, "success")})
    seen: list[Moment] = []
    clock = Clock()

    end = follow(flow.client(), JOB, seen.append, timeout=600, clock=clock, pause=clock.pause)

    assert end.state is JobState.SUCCESS
    assert [moment.state for moment in seen] == [JobState.WAITING, JobState.RUNNING, JobState.SUCCESS]


def test_a_fate_flow_that_is_away_for_a_while_is_waited_for() -> None:
    lost = httpx.ConnectError("refused")
    flow = FakeFlow("30000", {JOBS: [*states("running"), lost, *states("success")], TASKS: again(0, "success")})
    seen: list[Moment] = []
    clock = Clock()

    assert follow(flow.client(), JOB, seen.append, timeout=600, clock=clock, pause=clock.pause).state.ok
    assert "did not answer" in seen[1].trouble


def test_a_job_that_is_not_done_in_time_is_stopped() -> None:
    flow = FakeFlow("30000", {JOBS: states("running"), TASKS: again(0, "running"), STOP: {}})
    clock = Clock()

    end = follow(flow.client(), JOB, lambda _moment: None, timeout=30, clock=clock, pause=clock.pause)

    assert not end.state.ended
    assert flow.bodies(STOP) == [{"job_id": JOB}]


def test_a_job_that_one_only_looks_on_is_left_alone() -> None:
    flow = FakeFlow("30000", {JOBS: states("running"), TASKS: again(0, "running"), STOP: {}})
    clock = Clock()

    end = follow(flow.client(), JOB, lambda _moment: None, timeout=30, stop_late=False, clock=clock, pause=clock.pause)

    assert not end.state.ended
    assert flow.bodies(STOP) == []


def test_a_job_whose_follower_is_interrupted_is_stopped() -> None:
    flow = FakeFlow("30000", {JOBS: states("running"), TASKS: again(0, "running"), STOP: {}})

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(flow.client(), JOB, lambda _moment: None, timeout=30, pause=interrupt)
    assert flow.bodies(STOP) == [{"job_id": JOB}]


def test_the_newest_run_of_a_task_counts() -> None:
    both = {"data": [*again(1, "success")["data"], *again(0, "failed")["data"]]}
    flow = FakeFlow("30000", {JOBS: states("success"), TASKS: both})

    end = follow(flow.client(), JOB, lambda _moment: None, timeout=30)

    assert [task.task_version for task in end.tasks] == [1]
    assert end.failed is None


def test_a_job_that_runs_again_is_not_taken_for_its_former_end() -> None:
    answers = {
        JOBS: states("failed", "failed", "running", "running", "success"),
        TASKS: [again(0, "failed"), again(0, "failed"), again(1, "running"), again(1, "running"), again(1, "success")],
        RERUN: {},
    }
    clock = Clock()

    end = rerun(FakeFlow("30000", answers).client(), JOB, lambda _moment: None, timeout=600, clock=clock, pause=clock.pause)

    assert end.state is JobState.SUCCESS


def test_a_job_that_is_not_taken_up_again_is_an_error() -> None:
    flow = FakeFlow("30000", {JOBS: states("failed"), TASKS: again(0, "failed"), RERUN: {}})
    clock = Clock()

    with pytest.raises(FlowAnswerError, match="did not run the job again"):
        rerun(flow.client(), JOB, lambda _moment: None, timeout=600, clock=clock, pause=clock.pause)
