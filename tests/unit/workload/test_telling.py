"""A job that runs for long is never silent, and says each change once."""

from typing import Any

from fedfleet.engine.fate import Moment, TaskView
from fedfleet.engine.protocol import JobState
from fedfleet.workload.telling import JobTeller
from support.fate_flow import JOB, Clock, task


def moment(state: str, *, trouble: str = "", **more: Any) -> Moment:
    view = TaskView.model_validate(task("guest", "30000", state) | more)
    return Moment(JOB, JobState.RUNNING, (view,), 0.0, trouble)


def test_each_change_is_told_once_with_its_seconds() -> None:
    said: list[str] = []
    clock = Clock()
    teller = JobTeller("fit", said.append, clock)

    for seen in (moment("running"), moment("running"), moment("success", elapsed=12000)):
        teller(seen)

    assert said == ["fit: toy_example_0 runs", "fit: toy_example_0 success after 12 s"]


def test_a_sign_of_life_comes_every_ten_seconds() -> None:
    said: list[str] = []
    clock = Clock()
    teller = JobTeller("fit", said.append, clock)
    for _ in range(25):
        teller(moment("running"))
        clock.pause(1)

    assert said == ["fit: toy_example_0 runs", "fit: toy_example_0 runs for 10 s", "fit: toy_example_0 runs for 20 s"]


def test_trouble_is_told_when_it_comes_and_when_it_goes() -> None:
    said: list[str] = []
    teller = JobTeller("fit", said.append, Clock())
    for trouble in ("", "no answer", "no answer", ""):
        teller(moment("running", trouble=trouble))

    assert said == ["fit: toy_example_0 runs", "fit: no answer", "fit: FATE Flow answers again"]


def test_a_party_with_two_parts_in_a_component_is_told_of_each() -> None:
    said: list[str] = []
    teller = JobTeller("fit", said.append, Clock())
    parts = tuple(TaskView.model_validate(task(role, "30000", "running")) for role in ("guest", "arbiter"))
    for _ in range(3):
        teller(Moment(JOB, JobState.RUNNING, parts, 0.0))

    assert said == ["fit: toy_example_0 as guest runs", "fit: toy_example_0 as arbiter runs"]
