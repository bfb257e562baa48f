"""What undoes a drill survives whoever ran it, and one step that fails keeps no other from being done."""

import errno
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from fedfleet.drills import undo
from fedfleet.drills.experiment import Activity
from fedfleet.drills.restoring import restore
from fedfleet.drills.scene import Scene
from fedfleet.locks.process import Process
from support.drilled import command, site


def written(folder: Path, *lines: str, process: str = "") -> undo.Undo:
    folder.mkdir(parents=True, exist_ok=True)
    steps = tuple(undo.Step(activity=Activity.model_validate(command(f"step {number}", line))) for number, line in enumerate(lines))
    known = undo.Undo(drill="stop-it", site=site(folder), process=process, written_at=datetime.now(UTC), steps=steps)
    undo.write(folder, known)
    return known


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    known = written(tmp_path, "true")
    assert undo.read(tmp_path) == known
    assert stat.S_IMODE((tmp_path / undo.FILE).stat().st_mode) == 0o600


def test_a_step_that_fails_skips_no_other_and_stays_to_be_done(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    written(folder, "true", "echo broken >&2; false", "true")
    left, done = restore(folder, lambda _: None)
    assert [step.done for step in left.steps] == [True, False, True]
    assert [run.status for run in done] == ["succeeded", "failed", "succeeded"]
    assert "broken" in left.steps[1].failed
    assert undo.read(folder) == left
    assert undo.pending(tmp_path) == [folder]


def test_a_step_that_cannot_be_written_down_skips_no_other_and_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, f"touch {tmp_path}/first", f"touch {tmp_path}/second")

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(undo, "write_durably", full)
    with pytest.raises(undo.UndoFileError, match="No space left"):
        restore(tmp_path, lambda _: None)
    assert (tmp_path / "first").exists()
    assert (tmp_path / "second").exists()


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(undo.UndoFileError, match=r"folder cannot be opened.*No such file"):
        undo.undo_all(tmp_path / "gone", lambda _activity: "")


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    written(folder, f"echo x >> {tmp_path}/count", f"test -e {tmp_path}/repaired")
    restore(folder, lambda _: None)
    (tmp_path / "repaired").touch()
    left, done = restore(folder, lambda _: None)
    assert not left.pending
    assert len(done) == 1
    assert (tmp_path / "count").read_text() == "x\n"
    assert undo.pending(tmp_path) == []


def test_what_steps_leave_for_rollbacks_is_known_to_whoever_carries_them_out(tmp_path: Path) -> None:
    written(tmp_path, f'echo "$DRILL_NODE" > {tmp_path}/node')
    Scene(site(tmp_path), write_down=partial(undo.remember, tmp_path)).name_for_commands(DRILL_NODE="worker-1")
    restore(tmp_path, lambda _: None)
    assert (tmp_path / "node").read_text() == "worker-1\n"


def test_nothing_is_left_for_rollbacks_that_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(undo.UndoFileError, match="no rollback"):
        undo.remember(tmp_path, {"job": "1"})


def test_a_file_that_is_damaged_is_said_and_not_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / undo.FILE).write_text("{")
    with pytest.raises(undo.UndoFileError, match="cannot be read"):
        undo.pending(tmp_path)


def test_whether_the_runner_lives_is_known_of_this_machine_only(tmp_path: Path) -> None:
    assert written(tmp_path, "true", process=str(Process.of(os.getpid()))).runner_lives
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
        process = str(Process.of(running.pid))
        running.communicate(b"\n")
    assert not written(tmp_path, "true", process=process).runner_lives
    assert not written(tmp_path, "true", process="another-boot/pid:[1]/77/1").runner_lives
