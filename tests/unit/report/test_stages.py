"""How long each play took, and whether the run stopped at it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedfleet.report.model import StagesFile
from fedfleet.report.stages import StageClock, recap, write_stages

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def clock(seconds: Seconds) -> StageClock:
    return StageClock("site.yml", clock=seconds, now=lambda: STARTED)


def test_a_stage_lasts_until_the_next_begins(clock: StageClock, seconds: Seconds) -> None:
    clock.begin("Deploy")
    clock.touch("party30000")
    seconds.now += 5
    clock.begin("Register")
    clock.touch("party30000")
    seconds.now += 2

    run = clock.result(stopped=())

    assert [(stage.name, stage.seconds) for stage in run.stages] == [("Deploy", 5.0), ("Register", 2.0)]
    assert run.seconds == 7.0


def test_a_stage_that_touched_no_site_is_left_out(clock: StageClock) -> None:
    clock.begin("Deploy the exchange")
    clock.begin("Deploy the parties")
    clock.touch("party30000")

    assert [stage.name for stage in clock.result(stopped=()).stages] == ["Deploy the parties"]


def test_batches_of_one_play_are_one_stage(clock: StageClock) -> None:
    for host in ("party30000", "party40000"):
        clock.begin("Deploy")
        clock.touch(host)

    (stage,) = clock.result(stopped=()).stages

    assert stage.hosts == ("party30000", "party40000")


def test_a_stage_at_which_the_run_stopped_has_failed(clock: StageClock) -> None:
    clock.begin("Deploy")
    clock.touch("party30000")
    clock.fail("party30000")

    (stage,) = clock.result(stopped={"party30000"}).stages

    assert not stage.ok
    assert stage.failed == ("party30000",)


def test_a_failure_that_the_play_rescued_is_none(clock: StageClock) -> None:
    clock.begin("Deploy")
    clock.touch("party30000")
    clock.fail("party30000")
    clock.begin("Validate")
    clock.touch("party30000")
    clock.fail("party30000")

    rescued, stopped = clock.result(stopped={"party30000"}).stages

    assert rescued.ok
    assert not stopped.ok


def test_changes_are_counted(clock: StageClock) -> None:
    clock.begin("Deploy")
    clock.touch("party30000")
    clock.change()
    clock.change()

    assert clock.result(stopped=()).stages[0].changed == 2


def test_the_recap_names_who_failed(clock: StageClock, seconds: Seconds) -> None:
    clock.begin("Deploy")
    clock.touch("party30000")
    clock.fail("party30000")
    seconds.now += 12.34

    assert recap(clock.result(stopped={"party30000"})) == [
        "Deploy       12.3 s  FAILED: party30000",
        "together     12.3 s",
    ]


def test_stages_are_kept_beside_the_inventory(clock: StageClock, tmp_path: Path) -> None:
    clock.begin("Deploy")
    clock.touch("party30000")
    run = clock.result(stopped=())

    written = write_stages(run, tmp_path)

    assert written == tmp_path / "artifacts" / "reports" / "stages.json"
    assert StagesFile.model_validate_json(written.read_bytes()) == run
