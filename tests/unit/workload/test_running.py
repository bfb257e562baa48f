"""A workload succeeds only where every party says so; the report tells the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from fedfleet.engine import JobState
from fedfleet.engine.fate import FlowClient, Members, Moment, TaskView
from fedfleet.engine.fate.errors import FlowUnreachableError
from fedfleet.report.workload import WorkloadReport
from fedfleet.validation.party import Party
from fedfleet.workload.description import Workload, read_workload
from fedfleet.workload.partners import partner_words
from fedfleet.workload.running import Run, WorkloadError
from support.fate_flow import JOB, FakeFlow, job, task

MEMBERS = Members("30000", ("40000",), "40000")
DESCRIPTION = """\
name: study
parties:
  30000: {role: guest, train: 30000.csv, test: 30000.csv}
  40000: {role: host, train: 40000.csv, test: 40000.csv}
pipeline: {split: by_row, component: homo_lr}
"""


def tasks(role: str, party: str, state: str, error: str = "") -> dict[str, Any]:
    return {"data": [task(role, party, state, error)]}


def end(state: JobState, part: str) -> Moment:
    return Moment(JOB, state, (TaskView.model_validate(task("guest", "30000", part)),), 1.0)


@dataclass
class Place:
    """A party whose FATE Flow answers from a table."""

    fake: FakeFlow

    @contextmanager
    def flow(self) -> Iterator[FlowClient]:
        with self.fake.client() as client:
            yield client


def place(party: str, role: str, state: str, error: str = "") -> Party:
    answers = {
        "/v2/job/submit": {"job_id": JOB},
        "/v2/job/query": {"data": [job(role, party, state)]},
        "/v2/job/task/query": tasks(role, party, state, error),
        "/v2/job/stop": {},
    }
    return cast(Party, Place(FakeFlow(party, answers)))


def study(folder: Path) -> Workload:
    for party in ("30000", "40000"):
        (folder / f"{party}.csv").write_text("id,y,age,weight\n" + "".join(f"{party}-{age},{age % 2},{age},1\n" for age in range(10)))
    (folder / "study.yaml").write_text(DESCRIPTION)
    return read_workload(folder / "study.yaml")


def test_partners_that_are_here_speak_for_themselves() -> None:
    host = FakeFlow("40000", {"/v2/job/query": {"data": [job("host", "40000", "success"), job("arbiter", "40000", "success")]}})
    host.answers["/v2/job/task/query"] = tasks("host", "40000", "success")
    flows = {"30000": FakeFlow("30000", {}).client(), "40000": host.client()}

    words = partner_words(MEMBERS, flows, end(JobState.SUCCESS, "success"))

    assert [(word.role, word.state) for word in words] == [("host", JobState.SUCCESS), ("arbiter", JobState.SUCCESS)]


def test_partners_that_are_elsewhere_are_asked_through_the_exchange() -> None:
    guest = FakeFlow("30000", {"/v2/partner/task/collect": {"data": task("host", "40000", "failed")}})

    words = partner_words(MEMBERS, {"30000": guest.client()}, end(JobState.SUCCESS, "success"))

    assert [word.state for word in words] == [JobState.FAILED, JobState.FAILED]
    assert guest.asked[0].headers["dest-party-id"] == "40000"


def test_a_partner_that_does_not_answer_has_said_nothing() -> None:
    guest = FakeFlow("30000", {"/v2/partner/task/collect": {"code": 2000, "message": "no found task"}})

    words = partner_words(MEMBERS, {"30000": guest.client()}, end(JobState.SUCCESS, "success"))

    assert {word.state for word in words} == {JobState.UNKNOWN}


def test_a_job_that_fails_is_told_with_what_its_component_said(tmp_path: Path) -> None:
    places = {"30000": place("30000", "guest", "failed", "Traceback\nValueError: no such label"), "40000": place("40000", "host", "failed")}
    run = Run(study(tmp_path), places, tmp_path / "out", "lab", lambda _line: None, upload=False)

    report = run.execute()

    assert not report.ok
    assert "ValueError: no such label" in report.message
    assert report.job_ids == (JOB,)
    assert {component.state for component in report.components} == {"failed"}


def test_success_at_the_guest_alone_is_none(tmp_path: Path) -> None:
    places = {"30000": place("30000", "guest", "success"), "40000": place("40000", "host", "failed")}
    run = Run(study(tmp_path), places, tmp_path / "out", "lab", lambda _line: None, upload=False)

    report = run.execute()

    assert not report.ok
    assert "host 40000 says failed" in report.message


def test_a_workload_is_started_where_its_guest_is(tmp_path: Path) -> None:
    run = Run(study(tmp_path), {"40000": place("40000", "host", "success")}, tmp_path / "out", "lab", lambda _line: None)

    with pytest.raises(WorkloadError, match="fedfleet workload upload"):
        run.execute()


@pytest.mark.parametrize("error", [FlowUnreachableError("FATE Flow does not answer"), KeyboardInterrupt()])
def test_a_run_that_breaks_off_leaves_a_report_that_says_so(tmp_path: Path, error: BaseException) -> None:
    kept: list[WorkloadReport] = []

    def tell(line: str) -> None:
        if line.startswith("fit: "):
            raise error

    places = {"30000": place("30000", "guest", "success"), "40000": place("40000", "host", "success")}
    run = Run(study(tmp_path), places, tmp_path / "out", "lab", tell, kept.append, upload=False)

    with pytest.raises(type(error)):
        run.execute()
    assert [(report.ok, report.message) for report in kept] == [(False, str(error) or "interrupted")]
    assert kept[0].job_ids == (JOB,)
