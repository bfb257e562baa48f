"""Models and tables that were noted are missed when they are gone, and when they are others."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.holdings import NoHoldingError, models_and_data_kept, note_models_and_data
from fedfleet.drills.scene import Scene
from fedfleet.engine.fate import FlowAnswerError, FlowUnreachableError, JobView, TableRef, TaskRef, TaskView, Upload
from fedfleet.engine.protocol import JobState, Word
from fedfleet.sites import InventorySite
from support.drilled import site


@dataclass
class Stock:
    """What a party has.

    Attributes:
        jobs: finished ones, newest first.
        models: by job.
        rows: by job and output key; None of a table that FATE Flow names and does not hand out.
        upload_ends: how an upload does.
        silent: whether nobody answers.
    """

    jobs: list[str]
    models: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, list[str] | None]] = field(default_factory=dict)
    upload_ends: JobState = JobState.SUCCESS
    silent: bool = False
    uploaded: list[Upload] = field(default_factory=list)


@dataclass(frozen=True)
class Outputs:
    """As much of `FlowOutputs` as is asked."""

    stock: Stock

    def model(self, task: TaskRef) -> Mapping[str, Any]:
        if self.stock.silent:
            raise FlowUnreachableError("FATE Flow does not answer")
        return dict(self.stock.models.get(task.job_id, {}))

    def tables(self, task: TaskRef) -> Mapping[str, Sequence[TableRef]]:
        return {key: [TableRef("n", key)] for key in self.stock.rows.get(task.job_id, {})}

    def save_table(self, task: TaskRef, key: str, target: Path) -> int:
        rows = self.stock.rows[task.job_id].get(key)
        if rows is None:
            raise FlowAnswerError("FATE Flow refused", code=7001, found="no such table", where="here")
        target.write_text("".join(f"{row}\n" for row in rows))
        return len(rows)


@dataclass(frozen=True)
class Tables:
    """As much of `FlowTables` as is asked."""

    stock: Stock

    def upload(self, upload: Upload) -> str:
        self.stock.uploaded.append(upload)
        if self.stock.upload_ends.ok:
            self.stock.jobs.insert(0, "upload")
            self.stock.rows["upload"] = {"dataframe_output": list(upload.file.read_text().splitlines())}
        return "upload"


@dataclass(frozen=True)
class Flow:
    """As much of `FlowClient` as is asked."""

    stock: Stock
    party_id: str = "30000"

    @property
    def outputs(self) -> Outputs:
        return Outputs(self.stock)

    @property
    def tables(self) -> Tables:
        return Tables(self.stock)

    def recent(self, _limit: int) -> list[JobView]:
        known = {"role": "guest", "party_id": "30000", "status": "success"}
        return [JobView.model_validate(known | {"job_id": job}) for job in self.stock.jobs]

    def tasks(self, job_id: str) -> list[TaskView]:
        said = {"job_id": job_id, "role": "guest", "party_id": "30000", "task_id": "t", "task_version": 0, "task_name": "homo_lr_0"}
        return [TaskView.model_validate(said | {"status": "success", "party_status": "success"})]

    def words(self, _job: str) -> list[Word]:
        return [Word("0", "local", self.stock.upload_ends, "its FATE Flow")]


@dataclass(frozen=True)
class Party:
    stock: Stock

    @contextmanager
    def flow(self) -> Iterator[Flow]:
        yield Flow(self.stock)


@dataclass
class Here(Scene):
    """A scene whose party has the stock; waiting takes no time."""

    stock: Stock = field(default_factory=lambda: Stock([]))

    def party_of(self, site: InventorySite) -> Any:
        del site
        return Party(self.stock)

    def pause(self, seconds: float) -> None:
        del seconds


def scene(directory: Path, stock: Stock) -> Here:
    return Here(site(directory), stock=stock)


def learnt() -> Stock:
    rows: dict[str, list[str] | None] = {"train_output_data": ["id,x", "a,1", "b,2"], "raw": None}
    return Stock(["2", "1"], {"1": {"output_model": {"weights": [1, 2]}}}, {"1": rows})


def test_models_and_tables_of_finished_jobs_are_noted(tmp_path: Path) -> None:
    told = note_models_and_data(scene(tmp_path, learnt()))
    assert told == {"noted": ["model of homo_lr_0, guest, job 1", "table train_output_data of homo_lr_0, guest, job 1"]}


def test_what_is_as_it_was_is_kept_whatever_the_order_of_rows(tmp_path: Path) -> None:
    stock = learnt()
    here = scene(tmp_path, stock)
    note_models_and_data(here)
    stock.rows["1"]["train_output_data"] = ["id,x", "b,2", "a,1"]
    found = models_and_data_kept(here, 0)
    assert (found.holds, found.detail) == (True, "1 models and 1 tables are as they were")


def loses_a_row(stock: Stock) -> None:
    stock.rows["1"]["train_output_data"] = ["id,x", "a,1"]


def loses_the_table(stock: Stock) -> None:
    stock.rows["1"].pop("train_output_data")


def loses_the_model(stock: Stock) -> None:
    stock.models.clear()


def changes_the_model(stock: Stock) -> None:
    stock.models["1"] = {"output_model": {"weights": [1, 3]}}


def falls_silent(stock: Stock) -> None:
    stock.silent = True


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (loses_a_row, "table train_output_data of homo_lr_0, guest, job 1: its content is another"),
        (loses_the_table, "no such table"),
        (loses_the_model, "model of homo_lr_0, guest, job 1: it is gone"),
        (changes_the_model, "its content is another"),
        (falls_silent, "does not answer"),
    ],
)
def test_what_is_not_as_it_was_is_named(tmp_path: Path, happens: Any, told: str) -> None:
    stock = learnt()
    here = scene(tmp_path, stock)
    note_models_and_data(here)
    happens(stock)
    found = models_and_data_kept(here, 0)
    assert not found.holds
    assert told in found.detail


def test_a_party_that_has_nothing_gets_a_table_to_lose(tmp_path: Path) -> None:
    stock = Stock(["2"])
    assert note_models_and_data(scene(tmp_path, stock)) == {"noted": ["table dataframe_output of homo_lr_0, guest, job upload"]}
    assert [upload.table for upload in stock.uploaded] == [TableRef("fedfleet-drills", "sample-of-30000")]


def test_a_table_that_cannot_be_uploaded_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoHoldingError, match=r"Expected: success\. Found: failed"):
        note_models_and_data(scene(tmp_path, Stock([], upload_ends=JobState.FAILED)))
