"""How a run ends: the same code whatever is watched, and a sentence that says where things are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fedfleet.exit_codes import ExitCode
from fedfleet.runs.ending import Ending
from fedfleet.runs.events import RunEvent
from fedfleet.runs.playing import Ended


def event(**told: Any) -> RunEvent:
    return RunEvent(at=datetime.now(UTC), seconds=0, **told)


def failed(site: str, code: int | None = None) -> RunEvent:
    return event(event="task-ended", stage="Validate", task="Climb", site=site, outcome="failed", exit_code=code)


def code_of(*failures: RunEvent) -> int:
    ending = Ending()
    for failure in failures:
        ending.note(failure)
    return ending.of(Ended(2, (), interrupted=False), None)[0]


def test_a_run_without_failures_is_done() -> None:
    assert Ending().of(Ended(0, (), interrupted=False), None) == (ExitCode.OK, "Done.")


@pytest.mark.parametrize(
    ("failures", "code"),
    [
        ([failed("one")], ExitCode.STAGE_FAILED),
        ([failed("one", ExitCode.ROUTE_FAILED), failed("two")], ExitCode.ROUTE_FAILED),
        ([failed("one", 25), failed("two", 22), failed("three", ExitCode.ROUTE_FAILED)], 22),
        ([failed("one", 22), failed("two", ExitCode.LOCKED)], ExitCode.LOCKED),
    ],
)
def test_the_most_telling_failure_wins(failures: list[RunEvent], code: int) -> None:
    assert code_of(*failures) == code


def test_a_run_that_did_not_come_about_says_what_ansible_said() -> None:
    code, message = Ending().of(Ended(4, ("[ERROR]: no inventory",), interrupted=False), None)
    assert code == ExitCode.FAILED
    assert "no inventory" in message


def test_an_interrupted_run_says_what_state_things_are_in() -> None:
    ending = Ending()
    for told in (
        event(event="stage-started", stage="Provision"),
        event(event="stage-ended", stage="Provision"),
        event(event="stage-started", stage="Deploy"),
        event(event="task-started", stage="Deploy", site="party30000", task="Apply the whole set"),
    ):
        ending.note(told)
    code, message = ending.of(Ended(99, (), interrupted=True), None)
    assert code == ExitCode.INTERRUPTED
    assert message.splitlines() == [
        "Interrupted in: Deploy.",
        "Complete: Provision.",
        "party30000 was at: Apply the whole set.",
        "What was applied stays applied, no lock is left, and the same command goes on from here.",
    ]


def test_a_run_that_was_done_when_it_was_interrupted_is_done() -> None:
    assert Ending().of(Ended(0, (), interrupted=True), None)[0] == ExitCode.OK


def test_what_was_made_up_for_ended_nothing() -> None:
    ending = Ending()
    rescued = event(event="task-ended", stage="Deploy", task="Try", site="one", outcome="failed", exit_code=ExitCode.LOCKED)
    for failure in (rescued, failed("two", 23), failed("one", 25)):
        ending.note(failure)
    code, message = ending.of(Ended(2, (), interrupted=False), {"one"})
    assert code == 25
    assert message.startswith("Stopped at one in: Validate.")
