"""A client of FATE Flow tells every kind of "no" apart."""

import httpx
import pytest

from fedfleet.engine import JobState
from fedfleet.engine.fate import (
    FlowAnswerError,
    FlowUnreachableError,
    GatewayError,
    JobNotFoundError,
    JobView,
    PartnerUnreachableError,
    SubmissionError,
    TaskView,
    toy_dag,
)
from fedfleet.engine.fate.views import GuardianNote
from support.fate_flow import JOB, FakeFlow, job, task

CREATE_FAILED = (
    "Traceback ... Exception: ('create job failed', {'guest': {'30000': {'code': 0, 'message': 'success'}}, "
    "'host': {'40000': {'code': 104, 'message': 'Federated schedule error, 503 Server Error'}}})"
)


def test_every_call_names_the_party_it_is_for() -> None:
    flow = FakeFlow("30000", {"/v2/server/fateflow": {"data": {}}})
    with flow.client() as client:
        assert client.alive()
    assert flow.asked[0].headers["dest-party-id"] == "30000"
    assert flow.asked[0].headers["service"] == "fateflow"


def test_the_party_says_who_it_is() -> None:
    flow = FakeFlow("30000", {"/v2/site/info/query": {"data": {"party_id": "30000"}}})
    assert flow.client().site() == "30000"


def test_a_submitted_job_has_an_id() -> None:
    flow = FakeFlow("30000", {"/v2/job/submit": {"job_id": JOB, "data": {"model_id": JOB}}})
    assert flow.client().submit(toy_dag("30000", "40000")) == JOB
    assert flow.bodies("/v2/job/submit")[0]["dag_schema"]["schema_version"] == "2.0.0.alpha"


def test_a_job_whose_partner_is_out_of_reach_is_not_created() -> None:
    flow = FakeFlow("30000", {"/v2/job/submit": {"code": 1002, "message": CREATE_FAILED, "job_id": JOB}})
    with pytest.raises(PartnerUnreachableError) as refusal:
        flow.client().submit(toy_dag("30000", "40000"))
    assert refusal.value.job_id == JOB
    assert "503 Server Error" in str(refusal.value)


def test_a_job_that_makes_no_sense_is_refused_as_such() -> None:
    flow = FakeFlow("30000", {"/v2/job/submit": {"code": 1002, "message": "no such component", "job_id": JOB}})
    with pytest.raises(SubmissionError, match="no such component") as refusal:
        flow.client().submit({})
    assert not isinstance(refusal.value, PartnerUnreachableError)


def test_a_job_nobody_knows_is_not_found() -> None:
    flow = FakeFlow("30000", {"/v2/job/query": {"code": 1001, "message": "no found job"}})
    with pytest.raises(JobNotFoundError):
        flow.client().jobs("1")


def test_another_refusal_carries_fates_own_code() -> None:
    flow = FakeFlow("30000", {"/v2/job/stop": {"code": 1004, "message": "kill failed"}})
    with pytest.raises(FlowAnswerError) as refusal:
        flow.client().stop(JOB)
    assert refusal.value.code == 1004


@pytest.mark.parametrize("status", [403, 404, 421, 502, 503, 504])
def test_an_answer_of_nginx_is_not_taken_for_fates(status: int) -> None:
    flow = FakeFlow("30000", {"/v2/job/query": httpx.Response(status, text='{"message": "not admitted"}')})
    with pytest.raises(GatewayError, match="not admitted") as refusal:
        flow.client().jobs(JOB)
    assert refusal.value.status == status
    assert refusal.value.next_step


def test_silence_is_told_apart_from_refusal() -> None:
    flow = FakeFlow("30000", {"/v2/job/query": httpx.ConnectError("connection refused")})
    with pytest.raises(FlowUnreachableError, match="connection refused"):
        flow.client().jobs(JOB)


def test_what_is_not_fate_flow_is_named() -> None:
    flow = FakeFlow("30000", {"/v2/job/query": httpx.Response(200, text="<html>it works</html>")})
    with pytest.raises(FlowAnswerError, match="not FATE Flow 2"):
        flow.client().jobs(JOB)


def test_a_state_we_have_never_met_is_unknown() -> None:
    flow = FakeFlow("30000", {"/v2/job/query": {"data": [job("guest", "30000", "hibernating")]}})
    (view,) = flow.client().jobs(JOB)
    assert view.status is JobState.UNKNOWN
    assert not view.status.ended


def test_a_partners_word_is_fetched_through_the_exchange() -> None:
    flow = FakeFlow("30000", {"/v2/partner/task/collect": {"data": task("host", "40000", "success")}})
    part = flow.client().collect(TaskView.model_validate(task("guest", "30000", "success")), "40000", "host")
    assert part.party_status is JobState.SUCCESS
    assert flow.asked[0].headers["dest-party-id"] == "40000"
    assert flow.bodies("/v2/partner/task/collect")[0]["role"] == "host"


def test_the_last_lines_of_a_log_are_enough() -> None:
    lines = [{"line_num": number, "content": f"line {number}"} for number in range(100)]
    flow = FakeFlow("30000", {"/v2/log/query": {"data": lines}})
    assert list(flow.client().log(JOB, "guest", "toy_example_0", last=2)) == ["line 98", "line 99"]


def test_a_job_is_described_as_one_that_the_guardian_leaves() -> None:
    flow = FakeFlow("30000", {"/v2/job/notes/add": {}})
    view = JobView.model_validate(job("guest", "30000", "failed") | {"description": "mine\nguardian [2/3]: reran it\ntoo"})
    flow.client().describe(view, view.left_as("over"))
    notes = "mine\n\ntoo\nguardian [2/2, left]: over"
    assert flow.bodies("/v2/job/notes/add") == [{"job_id": JOB, "role": "guest", "party_id": "30000", "notes": notes}]
    assert view.model_copy(update={"description": None}).left_as("over") == "guardian [0/0, left]: over"


def test_what_the_guardian_noted_is_read_from_among_the_descriptions_lines() -> None:
    view = JobView.model_validate(job("guest", "30000", "failed") | {"description": "mine\nguardian [2/3, left]: lr lost Pulsar"})
    assert view.guardian == GuardianNote(reruns=2, left=True, text="lr lost Pulsar")
    assert JobView.model_validate(job("guest", "30000", "failed")).guardian is None
