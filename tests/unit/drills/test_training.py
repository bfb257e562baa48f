"""A drill's training has rows at both parties, which are uploaded once; where it cannot have them, toys take its place and that is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import jobs, training
from fedfleet.drills.jobs import NoJobError, job_succeeds
from fedfleet.drills.training import described, start_training, upload_rows
from fedfleet.engine.fate import MetricView, TableRef
from fedfleet.workload.description import Workload, read_workload
from fedfleet.workload.learning import MissingExtraError
from fedfleet.workload.running import Run
from support.drilled import site
from support.drilled_jobs import JOB, Flow, Told, view

TABLE = TableRef("fedfleet-drills", "train")
LOSS = MetricView.model_validate({"name": "lr_loss", "type": "loss", "step_axis": "epochs", "data": [{"metric": 0.5, "step": 0}]})


@pytest.fixture(autouse=True)
def partners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ("40000",))


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> dict[str, Workload]:
    """Which workload's rows were uploaded, by party."""
    uploaded: dict[str, Workload] = {}

    def deal(folder: Path, guest: str, hosts: list[str], arbiter: str) -> Workload:
        for party in (guest, *hosts):
            (folder / f"{party}.csv").write_text("id,y,x\n1,0,1\n")
        parties = "".join(
            f"  '{party}': {{role: {'guest' if party == guest else 'host'}, train: {party}.csv, test: {party}.csv}}\n"
            for party in (guest, *hosts)
        )
        (folder / "workload.yaml").write_text(
            f"apiVersion: fedfleet.dev/v1\nkind: Workload\nname: credit-card\narbiter: '{arbiter}'\nparties:\n{parties}"
            "pipeline: {split: by_row, component: homo_lr}\n"
        )
        return read_workload(folder / "workload.yaml")

    def hand_over(run: Any, flows: Mapping[str, Flow]) -> None:
        for party in flows:
            uploaded[party] = run.workload

    monkeypatch.setattr(training, "credit_card", deal)
    monkeypatch.setattr(Run, "hand_over", hand_over)
    return uploaded


def scene(directory: Path, partner: bool = True) -> Told:
    others = [site(directory, name="south", party_id="40000")] if partner else []
    flows = {party: Flow([[view(party, "running")]], party_id=party, task_name="homo_lr_0") for party in ("30000", "40000")}
    return Told(site(directory), others, flows=flows)


def test_both_parties_rows_are_uploaded_to_a_table_of_the_drills_own(tmp_path: Path, uploads: dict[str, Workload]) -> None:
    assert upload_rows(scene(tmp_path))["uploaded"] == ["30000", "40000"]
    assert list(uploads) == ["30000", "40000"]
    assert uploads["30000"].table("train") == TABLE
    assert all(member.train and not member.test for member in uploads["30000"].parties.values())


def test_rows_that_are_there_are_not_uploaded_again(tmp_path: Path, uploads: dict[str, Workload]) -> None:
    place = scene(tmp_path)
    place.flows["30000"].rows[TABLE] = 3500
    place.flows["40000"].rows[TABLE] = 0
    assert upload_rows(place)["uploaded"] == ["40000"]
    assert list(uploads) == ["40000"]


def test_the_training_is_submitted_and_goes_on_when_it_has_learnt_something(tmp_path: Path, uploads: dict[str, Workload]) -> None:
    del uploads
    place = scene(tmp_path)
    flow = place.flows["30000"]
    flow.parts, flow.learnt = ["running"], [[], [LOSS]]
    assert start_training(place, epochs=7, timeout=120) == {"job": JOB, "parties": ["30000", "40000"], "epochs": 7}
    assert flow.learnt == [[LOSS]]
    (job,) = flow.submitted
    tasks, conf = job["dag"]["tasks"], job["dag"]["conf"]
    assert list(tasks) == ["reader_0", "homo_lr_0", "evaluation_0"]
    assert (tasks["homo_lr_0"]["parameters"]["epochs"], conf) == (7, {"task": {"timeout": 120}})
    reads = job["dag"]["party_tasks"]["host_40000"]["tasks"]["reader_0"]["parameters"]
    assert reads == {"namespace": TABLE.namespace, "name": TABLE.name}
    assert place.kept["job_parties"] == ["30000", "40000"]


def test_a_training_that_tells_nothing_is_gone_on_with_after_a_while(
    tmp_path: Path, uploads: dict[str, Workload], monkeypatch: pytest.MonkeyPatch
) -> None:
    del uploads
    monkeypatch.setattr(training, "_LEARNING_SECONDS", 0.05)
    place = scene(tmp_path)
    place.flows["40000"].parts = ["running"]
    assert start_training(place, by="partner")["parties"] == ["40000", "30000"]


@pytest.mark.parametrize(("status", "parts"), [("failed", ["running"]), ("running", ["waiting"])])
def test_a_training_that_does_not_begin_is_told(
    tmp_path: Path, uploads: dict[str, Workload], monkeypatch: pytest.MonkeyPatch, status: str, parts: list[str]
) -> None:
    del uploads
    monkeypatch.setattr(training, "_STARTED_SECONDS", 0.05)
    place = scene(tmp_path)
    place.flows["30000"] = Flow([[view("30000", status)]], parts=parts, task_name="homo_lr_0")
    with pytest.raises(NoJobError, match=f"Found: {status}"):
        start_training(place)


def runs_toys(place: Told) -> None:
    """A chain of toys takes the training's place, and what is told of the job says why."""
    place.flows["30000"] = Flow([[view("30000", "running")], [view("30000", "success")]], parts=["running"])
    upload_rows(place)
    start_training(place)
    assert list(place.flows["30000"].submitted[0]["dag"]["tasks"]) == ["toy_example_0", "toy_example_1"]
    place.kept["job_parties"] = ["30000"]
    assert "a chain of toys in place of a training: " in job_succeeds(place, 5).detail


def test_toys_run_with_a_partner_whose_rows_nobody_here_can_upload(tmp_path: Path, uploads: dict[str, Workload]) -> None:
    runs_toys(scene(tmp_path, partner=False))
    assert not uploads


def test_toys_run_where_there_is_no_time_for_a_training(tmp_path: Path, uploads: dict[str, Workload]) -> None:
    place = scene(tmp_path)
    place.no_training = "the quick set is to be over soon"
    runs_toys(place)
    assert not uploads


def test_toys_run_where_the_rows_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deal(*_given: object) -> Workload:
        raise MissingExtraError("Workloads need scikit-learn, which is not installed")

    monkeypatch.setattr(training, "credit_card", deal)
    runs_toys(scene(tmp_path))


def test_an_exchanges_job_is_between_two_parties_of_the_inventory(tmp_path: Path, uploads: dict[str, Workload]) -> None:
    place = scene(tmp_path)
    place.others = [place.site, *place.others]
    place.site = site(tmp_path, name="exchange", kind="exchange", party_id=None)
    place.flows["30000"].parts, place.flows["30000"].learnt = ["running"], [[LOSS]]
    assert start_training(place)["parties"] == ["30000", "40000"]
    assert list(uploads) == ["30000", "40000"]


def test_an_exchange_alone_has_nobody_to_run_a_job_and_that_is_told(tmp_path: Path) -> None:
    place = Told(site(tmp_path, kind="exchange", party_id=None))
    assert start_training(place)["job"] is None
    found = job_succeeds(place, 5)
    assert (found.holds, "no job ran: This inventory has no party" in found.detail) == (True, True)


def test_a_party_without_a_partner_has_no_drill_with_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "partners_of", lambda _own, _roster: ())
    with pytest.raises(NoJobError, match="no partner"):
        upload_rows(scene(tmp_path))


def test_every_party_that_learns_has_rows_of_the_credit_card_workload(tmp_path: Path) -> None:
    """The table that is uploaded is the one that the training reads."""
    del tmp_path
    workload = described("30000", "40000", 20, 900)
    assert (workload.table("train"), workload.members.arbiter, workload.pipeline.component) == (TABLE, "40000", "homo_lr")
