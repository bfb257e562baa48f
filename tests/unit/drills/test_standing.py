"""What every drill has without its file's saying so goes by what the drill is done to, and whether a job runs meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import standing
from fedfleet.drills.activities import function_of
from fedfleet.drills.catalogue import drills
from fedfleet.drills.experiment import Activity
from fedfleet.drills.showing import plan_lines
from support.commands import ROOT
from support.drilled import experiment, probe, site

PROBES = [probe("it runs", "true")]
DRILLS = {name: each for inventory in ("lab", "vcenter") for name, each in drills(ROOT / "inventories" / inventory).items()}


def starts(func: str, module: str = "jobs") -> dict[str, Any]:
    return {"name": "Start a job", "type": "action", "provider": {"type": "python", "module": f"fedfleet.drills.{module}", "func": func}}


def names(steps: tuple[Activity, ...]) -> list[str]:
    return [step.name for step in steps]


@pytest.mark.parametrize("where", ["party", "exchange"])
@pytest.mark.parametrize("aftermath", [True, False])
def test_only_a_party_has_anything_to_lose(where: str, aftermath: bool) -> None:
    drill = experiment(PROBES, [starts("start_training", "training")], site=where, aftermath=aftermath)
    before, after = names(standing.before(drill)), names(standing.after(drill))
    assert before[0] == "See to it that both parties have rows to learn from"
    assert (len(before) > 1, bool(after)) == (where == "party" and aftermath,) * 2
    assert ("the notebook answers on the ingress" in names(standing.beside(drill))) == (where == "party")


@pytest.mark.parametrize(("func", "module", "rows"), [("start_job", "jobs", False), ("start_training", "training", True)])
def test_rows_are_for_a_training_only(func: str, module: str, rows: bool) -> None:
    drill = experiment(PROBES, [starts(func, module)], aftermath=False)
    assert bool(standing.before(drill)) is rows
    assert names(standing.beside(drill))[0] == "the job goes on"


def test_a_drill_without_a_job_shows_none() -> None:
    assert standing.beside(experiment(PROBES, [starts("stop_job")])) == ()


@pytest.mark.parametrize("name", DRILLS)
def test_every_standing_step_can_be_carried_out(name: str) -> None:
    drill = DRILLS[name]
    for step in (*standing.before(drill), *standing.after(drill), *standing.beside(drill)):
        function_of(step)


@pytest.mark.parametrize("name", DRILLS)
def test_a_job_that_a_drill_starts_is_stopped_by_its_rollback_and_judged(name: str) -> None:
    drill = DRILLS[name]
    method, rollbacks = ([getattr(step.provider, "func", "") for step in steps] for steps in (drill.method, drill.rollbacks))
    started = any(func in ("start_job", "start_training", "start_job_that_errs") for func in method)
    assert ("stop_job" in rollbacks, bool({"job_succeeds", "job_ends"} & set(method))) == (started, started)


def test_the_plan_tells_them(tmp_path: Path) -> None:
    lines = list(plan_lines(experiment(PROBES, [starts("start_training", "training")], aftermath=True), site(tmp_path), ""))
    assert "    the job goes on (only shown)" in lines
    assert lines[lines.index("  before that:") + 1] == "    See to it that both parties have rows to learn from"
    assert lines[lines.index("  must hold when the site is restored:") + 3] == "    A new job succeeds"
