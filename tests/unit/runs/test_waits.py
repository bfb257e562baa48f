"""What is waited for, since when, and what was last heard of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedfleet.runs.events import Kind, RunEvent
from fedfleet.runs.waits import Waits


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def event(kind: Kind, site: str = "", task: str = "") -> RunEvent:
    return RunEvent(at=datetime.now(UTC), seconds=0, event=kind, stage="Deploy", site=site, task=task)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return tmp_path / "progress"


@pytest.fixture
def waits(lines: Path, clock: Clock) -> Waits:
    made = Waits(lines, clock=clock)
    made.note(event("task-started", "party30000", "Apply"))
    made.note(event("task-started", "party40000", "Apply"))
    return made


def heard(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(line + "\n")


def test_each_site_has_its_own_message_and_time(waits: Waits, lines: Path, clock: Clock) -> None:
    heard(lines, "party30000\tDeployment nginx: 0 of 1 ready")
    clock.now += 7
    told = {wait.site: (wait.message, seconds) for wait, seconds in waits.now()}
    assert told == {"party30000": ("Deployment nginx: 0 of 1 ready", 7), "party40000": ("", 7)}


def test_a_line_without_a_site_is_of_the_only_one_at_work(waits: Waits, lines: Path) -> None:
    heard(lines, "rung 1: names")
    assert {wait.message for wait, _ in waits.now()} == {""}
    waits.note(event("task-ended", "party40000"))
    heard(lines, "rung 2: coordination")
    assert [wait.message for wait, _ in waits.now()] == ["rung 2: coordination"]


def test_what_ended_is_waited_for_no_longer(waits: Waits) -> None:
    waits.note(event("task-ended", "party30000"))
    assert [wait.site for wait, _ in waits.now()] == ["party40000"]


def test_quick_tasks_are_not_worth_telling(waits: Waits, lines: Path, clock: Clock) -> None:
    heard(lines, "party30000\tpulling")
    clock.now += 4
    assert waits.due() == []


def test_news_is_told_once(waits: Waits, lines: Path, clock: Clock) -> None:
    heard(lines, "party30000\tpulling")
    clock.now += 6
    assert [(wait.site, wait.message) for wait, _ in waits.due()] == [("party30000", "pulling")]
    waits.note(event("task-ended", "party40000"))
    clock.now += 6
    assert waits.due() == []
    heard(lines, "party30000\tstarting")
    assert [wait.message for wait, _ in waits.due()] == ["starting"]


def test_silence_is_told_every_ten_seconds(waits: Waits, clock: Clock) -> None:
    clock.now += 11
    assert {wait.site for wait, _ in waits.due()} == {"party30000", "party40000"}
    clock.now += 6
    assert waits.due() == []
    clock.now += 5
    assert len(waits.due()) == 2
