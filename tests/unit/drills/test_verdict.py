"""Why a drill was not held: what the fault did counts from when it was done, and single probes may have limits of their own."""

from typing import Any

import pytest

from fedfleet.drills.experiment import Experiment
from fedfleet.drills.journal import HypothesisRun
from fedfleet.drills.timeline import Sample
from fedfleet.drills.verdict import reasons_not_held, recoveries_of
from support.drilled import command, experiment, probe

WELL = HypothesisRun(steady_state_met=True, probes=())
NO_EFFECT = "the fault had no effect: 'it runs' held all through"


def samples(*told: tuple[float, bool], probe: str = "it runs") -> list[Sample]:
    return [Sample(probe, at, at + 0.1, holds, answered=True, detail="up" if holds else "down") for at, holds in told]


def reasons(drill: Experiment, seen: list[Sample], struck: float | None) -> tuple[str, ...]:
    """Why it was not held, of what was seen; of the method all was carried out."""
    whole = drill.model_copy(update={"method": ()})
    return reasons_not_held(whole, recoveries_of(drill, seen, struck or 0.0), seen, (), WELL, struck)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (samples((1, True), (3, False), (4, True)), ()),
        (samples((1, False), (3, True), (4, True)), (NO_EFFECT,)),
        # It was asked before, and says nothing of the fault for certain.
        (samples((1.95, False), (3, True)), (NO_EFFECT,)),
        (samples((1, True), (3, True)), (NO_EFFECT,)),
    ],
)
def test_what_failed_before_the_fault_is_no_effect_of_it(seen: list[Sample], told: tuple[str, ...]) -> None:
    drill = experiment([probe("it runs", "true")], [command("Stop it", "true")], breaks=["it runs"])
    assert reasons(drill, seen, struck=2) == told


def test_where_nothing_was_done_nothing_is_said_of_its_effect() -> None:
    drill = experiment([probe("it runs", "true")], [command("Stop it", "true")], breaks=["it runs"])
    assert reasons(drill, samples((1, True)), struck=None) == ()


def test_one_probe_may_have_less_time_than_all_of_them() -> None:
    probes = [probe("it runs", "true"), probe("others see it", "true")]
    seen = [*samples((2, False), (8, True), (20, True)), *samples((2, False), (15, True), (20, True), probe="others see it")]
    told: dict[str, Any] = {"recovery_seconds": 30, "limits": {"it runs": 5}}
    drill = experiment(probes, [command("Stop it", "true")], **told)
    assert reasons(drill, seen, struck=2) == ("'it runs' was back after 6.1 s, expected are at most 5 s",)
    assert [each.limit_seconds for each in recoveries_of(drill, seen, 2)] == [5, None]
    drill = experiment(probes, [command("Stop it", "true")], **(told | {"limits": {"it runs": 7}}))
    assert reasons(drill, seen, struck=2) == ()


def preparing(func: str, module: str = "jobs") -> dict[str, object]:
    return {"name": func, "type": "action", "provider": {"type": "python", "module": f"fedfleet.drills.{module}", "func": func}}


def test_a_drill_strikes_with_the_first_action_that_does_something_to_the_site() -> None:
    prepared = [preparing("note_models_and_data", "holdings"), preparing("start_job"), preparing("find_node", "nodes")]
    looked = probe("it is reached", "true")
    drill = experiment([probe("it runs", "true")], [*prepared, preparing("find_machine", "machines"), looked, command("Cut it", "true")])
    assert drill.strike.name == "Cut it"
    assert experiment([probe("it runs", "true")], [preparing("start_job_that_errs")]).strike.name == "start_job_that_errs"
