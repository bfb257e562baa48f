"""A job that runs during a drill has succeeded when every party says so, and is lost only when nobody will mend it."""

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.jobs import history_kept, job_succeeds, stop_job
from fedfleet.drills.scene import OverError, Scene
from fedfleet.engine.fate import FlowUnreachableError, JobView
from fedfleet.sites import InventorySite
from support.drilled import site

JOB = "202611280000000000001"


def view(party: str, status: str, note: str = "") -> JobView:
    role = "guest" if party == "30000" else "host"
    return JobView.model_validate({"job_id": JOB, "role": role, "party_id": party, "status": status, "description": note})


@dataclass
class Flow:
    """A party's FATE Flow that says one thing after the other, the last for ever; None is silence."""

    told: Sequence[list[JobView] | None]
    stopped: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = itertools.chain(self.told, itertools.repeat(self.told[-1]))

    def jobs(self, job_id: str) -> list[JobView]:
        assert job_id == JOB
        return self.recent(0)

    def recent(self, _limit: int) -> list[JobView]:
        said = next(self._next)
        if said is None:
            raise FlowUnreachableError("FATE Flow does not answer")
        return said

    def stop(self, job_id: str) -> None:
        self.stopped.append(job_id)


@dataclass(frozen=True)
class Party:
    party_id: str
    answering: Flow

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


def scene(directory: Path, own: Sequence[list[JobView] | None], partner: Sequence[list[JobView] | None] = ()) -> Told:
    others = [site(directory, name="south", party_id="40000")] if partner else []
    kept = {"job": JOB, "job_partner": "40000", "job_parties": 2 if partner else 1, "job_started": time.monotonic()}
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


@pytest.mark.parametrize(("status", "stopped"), [("running", [JOB]), ("failed", [])])
def test_a_job_that_still_runs_is_stopped(tmp_path: Path, status: str, stopped: list[str]) -> None:
    told = scene(tmp_path, [[view("30000", status)]])
    stop_job(told)
    assert told.flows["30000"].stopped == stopped


def test_a_job_of_before_that_is_gone_is_missed(tmp_path: Path) -> None:
    told = scene(tmp_path, [[view("30000", "success")], [view("30000", "success")], []])
    assert history_kept(told).holds
    assert history_kept(told).holds
    found = history_kept(told)
    assert (found.holds, found.detail) == (False, f"lost: {JOB}")
