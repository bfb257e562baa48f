"""Commands of a drill's file: what they say, how they end, and that nothing of them is left."""

import os
import time
from pathlib import Path

import pytest

from fedfleet.drills.commands import CommandError, end_command, look_by_command, run_command
from fedfleet.drills.experiment import ProcessProvider
from fedfleet.drills.scene import OverError
from fedfleet.drills.undo import UndoFileError
from fedfleet.locks.process import Process
from support.drilled import scene


def shell(line: str, timeout: float = 60) -> ProcessProvider:
    return ProcessProvider(type="process", path="sh", arguments=["-c", line], timeout=timeout)


def test_a_command_says_what_it_did_and_finds_where_it_is(tmp_path: Path) -> None:
    place = scene(tmp_path)
    assert run_command(place, shell('echo "$DRILL_SITE in $DRILL_NAMESPACE"')) == {"returncode": 0, "stdout": "north in fate-30000\n"}
    assert not end_command(place.kept)


def test_a_command_is_written_down_before_it_begins(tmp_path: Path) -> None:
    place = scene(tmp_path)

    def fails(_known: object) -> None:
        raise UndoFileError("The rollback cannot be written")

    place.write_down = fails
    with pytest.raises(UndoFileError):
        run_command(place, shell(f"touch {tmp_path}/done"))
    assert not (tmp_path / "done").exists()


def test_a_command_does_not_begin_when_the_drill_is_over(tmp_path: Path) -> None:
    place = scene(tmp_path)
    place.over.set()
    with pytest.raises(OverError):
        run_command(place, shell(f"touch {tmp_path}/done"))
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize(
    ("provider", "said"), [(shell("echo why >&2; exit 3"), "ended with 3.*why"), (shell("sleep 60", 0.2), "to its end")]
)
def test_a_command_that_does_not_end_well_is_an_error(tmp_path: Path, provider: ProcessProvider, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run_command(scene(tmp_path), provider)


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = ProcessProvider(type="process", path="no-such-command")
    with pytest.raises(CommandError, match="no-such-command"):
        run_command(scene(tmp_path), missing)
    with pytest.raises(CommandError, match="no-such-command"):
        look_by_command(scene(tmp_path), missing)


def test_what_a_command_has_started_ends_with_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        run_command(scene(tmp_path), shell(f"sleep 60 & echo $! > {tmp_path}/pid; wait", 1))
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 30
    while _lives(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_that_is_no_command_of_the_drill_is_left_alone() -> None:
    other = Process.of(os.getpid())
    assert not end_command({"command": str(Process(other.boot, other.space, other.pid, "1"))})
    assert not end_command({})


def test_a_look_holds_where_the_command_ends_well(tmp_path: Path) -> None:
    assert look_by_command(scene(tmp_path), shell("true")).holds
    found = look_by_command(scene(tmp_path), shell("echo down; false"))
    assert (found.holds, found.detail) == (False, "sh ended with 1: down")


def _lives(pid: int) -> bool:
    try:
        return not Process.of(pid).is_gone
    except ProcessLookupError:
        return False
