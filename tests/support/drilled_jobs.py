"""Parties whose FATE Flows say what they are told to, for drills' jobs."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fedfleet.drills.scene import Scene
from fedfleet.engine.fate import FlowUnreachableError, JobView, MetricView, TableRef, TableView, TaskRef, TaskView
from fedfleet.engine.protocol import Word
from fedfleet.sites import InventorySite

JOB, ANEW = "202611280000000000001", "202611280000000000002"


def view(party: str, status: str, note: str = "") -> JobView:
    role = "guest" if party == "30000" else "host"
    return JobView.model_validate({"job_id": JOB, "role": role, "party_id": party, "status": status, "description": note})


@dataclass
class Flow:
    """A party's FATE Flow that says one thing after the other, the last for ever; None is silence.

    What is stopped is canceled from then on, unless ``stops`` is false, and has the description that it was given last.
    """

    told: Sequence[list[JobView] | None]
    stopped: list[str] = field(default_factory=list)
    described: dict[str, str] = field(default_factory=dict)
    stops: bool = True

    def __post_init__(self) -> None:
        self._next = itertools.chain(self.told, itertools.repeat(self.told[-1]))

    party_id: str = "30000"
    submitted: list[Any] = field(default_factory=list)
    parts: Sequence[str] = ()
    rows: dict[TableRef, int] = field(default_factory=dict)
    learnt: Sequence[list[MetricView]] = ()
    task_name: str = "toy_example_0"

    @property
    def tables(self) -> "Flow":
        """Itself: as much of `FlowTables` as is asked."""
        return self

    @property
    def outputs(self) -> "Flow":
        """Itself: as much of `FlowOutputs` as is asked."""
        return self

    def find(self, table: TableRef) -> TableView | None:
        """A table that it has."""
        count = self.rows.get(table)
        return None if count is None else TableView(namespace=table.namespace, name=table.name, count=count)

    def metrics(self, _task: TaskRef) -> list[MetricView]:
        """What the task has reported, more each time."""
        said, *more = self.learnt or ([],)
        self.learnt = more or [said]
        return said

    def submit(self, description: Any) -> str:
        self.submitted.append(description)
        return JOB

    def jobs(self, job_id: str) -> list[JobView]:
        assert job_id in (JOB, ANEW)
        known = {"job_id": job_id} | ({"description": self.described[job_id]} if job_id in self.described else {})
        said = [view(self.party_id, "canceled")] if self.stops and job_id in self.stopped else self.recent(0)
        return [each.model_copy(update=known) for each in said]

    def words(self, job_id: str) -> list[Word]:
        """What it says about each of its roles."""
        return [Word(each.party_id, each.role, each.status, "itself") for each in self.jobs(job_id)]

    def describe(self, view: JobView, text: str) -> None:
        """Keep it."""
        self.described[view.job_id] = text

    def tasks(self, job_id: str) -> list[TaskView]:
        said = {
            "job_id": job_id,
            "role": "guest",
            "party_id": self.party_id,
            "task_version": 0,
            "status": "running",
            "task_name": self.task_name,
        }
        return [TaskView.model_validate(said | {"task_id": str(number), "party_status": part}) for number, part in enumerate(self.parts)]

    def recent(self, _limit: int) -> list[JobView]:
        said = next(self._next)
        if said is None:
            raise FlowUnreachableError("FATE Flow does not answer")
        return said

    def stop(self, job_id: str) -> None:
        self.stopped.append(job_id)


@dataclass(frozen=True)
class Party:
    """As much of a party as is asked."""

    party_id: str
    answering: Flow

    def roster(self) -> None:
        """None; tests say who its partners are."""
        return

    @contextmanager
    def flow(self) -> Iterator[Flow]:
        yield self.answering


@dataclass
class Told(Scene):
    """A scene whose parties say what they are told to; waiting takes no time."""

    flows: dict[str, Flow] = field(default_factory=dict)

    def party_of(self, site: InventorySite) -> Any:
        return Party(site.party_id or "", self.flows[site.party_id or ""])

    def pause(self, seconds: float) -> None:
        if self.over.is_set():
            super().pause(seconds)
