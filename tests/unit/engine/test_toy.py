"""A toy succeeded when both parties say so, and only then."""

import httpx
import pytest

from fedfleet.engine.fate import FlowUnreachableError, ToyResult, run_toy, toy_dag
from support.fate_flow import JOB, Clock, FakeFlow, job, task

SUBMITTED = {"job_id": JOB}


def guest(*states: str, **more: object) -> FakeFlow:
    """The FATE Flow of party 30000, whose job goes through the states."""
    query = [{"data": [job("guest", "30000", state)]} for state in states]
    return FakeFlow("30000", {"/v2/job/submit": SUBMITTED, "/v2/job/query": query, "/v2/job/stop": {}} | more)


def host(*states: str, **more: object) -> FakeFlow:
    """The FATE Flow of party 40000."""
    return FakeFlow("40000", {"/v2/job/query": [{"data": [job("host", "40000", state)]} for state in states]} | more)


def toy(one: FakeFlow, other: FakeFlow | None, timeout: float = 60, **more: object) -> ToyResult:
    """Run a toy between the two, in no time."""
    clock = Clock()
    partner = other.client() if other else None
    return run_toy(one.client(), "40000", partner, timeout=timeout, clock=clock, pause=clock.pause, **more)  # type: ignore[arg-type]


def test_both_say_success() -> None:
    result = toy(guest("waiting", "running", "success"), host("running", "success"))
    assert result.ok
    assert result.job_id == JOB
    assert {(word.role, word.party_id) for word in result.words} == {("guest", "30000"), ("host", "40000")}


def test_the_initiators_word_alone_is_not_enough() -> None:
    result = toy(guest("success", **{"/v2/job/task/query": {"data": []}}), host("failed", **{"/v2/job/task/query": {"data": []}}))
    assert not result.ok
    assert "host 40000 says failed" in result.message


def test_a_partner_that_says_nothing_has_not_agreed() -> None:
    silent = FakeFlow("40000", {"/v2/job/query": httpx.ConnectError("refused"), "/v2/job/task/query": httpx.ConnectError("refused")})
    assert not toy(guest("success", **{"/v2/job/task/query": {"data": []}}), silent).ok


def test_a_partner_of_another_organisation_is_asked_through_the_exchange() -> None:
    one = guest(
        "success",
        **{
            "/v2/job/task/query": {"data": [task("guest", "30000", "success")]},
            "/v2/partner/task/collect": {"data": task("host", "40000", "success")},
        },
    )
    result = toy(one, None)
    assert result.ok
    assert result.words[1].asked == "its FATE Flow, through the exchange"


def test_a_partner_the_exchange_does_not_reach_has_not_agreed() -> None:
    one = guest(
        "success",
        **{
            "/v2/job/task/query": {"data": [task("guest", "30000", "success")]},
            "/v2/partner/task/collect": httpx.Response(404, text="no route"),
        },
    )
    result = toy(one, None)
    assert not result.ok
    assert "no route" in result.words[1].asked


def test_a_toy_with_itself_hears_both_roles_of_one_party() -> None:
    both = {"data": [job("guest", "30000", "success"), job("host", "30000", "success")]}
    flow = FakeFlow("30000", {"/v2/job/submit": SUBMITTED, "/v2/job/query": both})
    clock = Clock()
    assert run_toy(flow.client(), "30000", clock=clock, pause=clock.pause).ok


def test_a_failure_names_the_task_and_its_last_words() -> None:
    report = "Traceback (most recent call last):\n  ...\nConnectionError: broker 40000 is gone"
    one = guest("running", "failed", **{"/v2/job/task/query": {"data": [task("guest", "30000", "failed", report)]}})
    result = toy(one, host("failed"))
    assert result.component == "toy_example_0 at guest 30000"
    assert "broker 40000 is gone" in result.message


def test_a_failure_without_a_report_is_read_from_the_log() -> None:
    log = {"data": [{"line_num": 1, "content": "ERROR out of cores"}]}
    one = guest("failed", **{"/v2/job/task/query": {"data": [task("guest", "30000", "failed")]}, "/v2/log/query": log})
    assert "out of cores" in toy(one, host("failed")).message


def test_a_job_that_never_ends_is_stopped_in_time() -> None:
    one = guest("running", **{"/v2/job/task/query": {"data": []}})
    result = toy(one, host("running", **{"/v2/job/task/query": {"data": []}}), timeout=30)
    assert not result.ok
    assert one.bodies("/v2/job/stop") == [{"job_id": JOB}]
    assert result.seconds < 60


@pytest.mark.parametrize("said", [{"data": [job("guest", "30000", "running")]}, httpx.ConnectError("refused")])
def test_a_toy_that_is_interrupted_is_stopped(said: object) -> None:
    one = guest("running", **{"/v2/job/query": said})

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_toy(one.client(), "40000", pause=interrupt)
    assert one.bodies("/v2/job/stop") == [{"job_id": JOB}]


def test_a_toy_that_nothing_was_heard_of_is_stopped() -> None:
    silence = httpx.ConnectError("refused")
    one = guest("running", **{"/v2/job/query": silence, "/v2/job/task/query": silence})
    assert not toy(one, None, timeout=30).ok
    assert one.bodies("/v2/job/stop") == [{"job_id": JOB}]


def test_fate_itself_gives_a_task_up_that_nobody_waits_for_any_more() -> None:
    assert toy_dag("1", "2", timeout=90)["dag"]["conf"] == {"task": {"timeout": 90}}  # type: ignore[index]


def test_a_fate_flow_that_restarts_meanwhile_is_waited_for() -> None:
    one = guest("running")
    one.answers["/v2/job/query"] = [
        {"data": [job("guest", "30000", "running")]},
        httpx.ConnectError("refused"),
        httpx.Response(502, text="bad gateway"),
        {"data": [job("guest", "30000", "success")]},
    ]
    assert toy(one, host("success")).ok


def test_a_job_that_was_never_created_is_an_error_and_no_result() -> None:
    with pytest.raises(FlowUnreachableError):
        toy(FakeFlow("30000", {"/v2/job/submit": httpx.ConnectError("refused")}), host("success"))


def test_changes_are_told_once_each() -> None:
    told: list[str] = []
    toy(guest("waiting", "running", "running", "running", "success"), host("success"), progress=told.append)
    assert [text.rsplit(" ", 1)[1] for text in told[1:]] == ["waiting", "running", "success"]
