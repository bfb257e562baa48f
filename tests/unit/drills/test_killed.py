"""kill -9 of a drill's runner in the middle of a fault leaves a site that restores itself, or is restored by a command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fedfleet.drills.history import DRILLS, journals
from fedfleet.drills.journal import Outcome
from fedfleet.drills.restoring import restore
from fedfleet.drills.scene import Scene
from fedfleet.drills.undo import pending
from fedfleet.drills.watchdog import watch
from fedfleet.exit_codes import ExitCode
from fedfleet.locks.leftovers import end_leftovers
from fedfleet.progress import RUN, SITE
from support.commands import ROOT, run
from support.drilled import LONG_JOB, SLOW, FolderParty

pytestmark = pytest.mark.timeout(480)
Starts = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "up").touch()
    return tmp_path


@pytest.fixture
def runner(place: Path) -> Iterator[Starts]:
    """Starts a drill in a process of its own, and returns when its fault is done."""
    started: list[subprocess.Popen[bytes]] = []

    def start(watched: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
        process = subprocess.Popen([sys.executable, "-m", "support.drilled", str(place), watched], env=environment)
        started.append(process)
        until(lambda: (place / "cut").exists())
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(reached: Callable[[], object], seconds: float = 200) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"not so after {seconds:.0f} s"
        time.sleep(0.05)


def test_the_command_restores_what_a_killed_runner_left(place: Path, runner: Starts) -> None:
    process = runner("alone")
    process.kill()
    process.wait()
    assert not (place / "up").exists()
    done = run("fedfleet", "drill", "rollback", "-i", str(place)).expect()
    assert "stop-it on north: restored" in done.output
    assert (place / "up").exists()
    assert pending(place / DRILLS) == []
    assert "nothing is left to undo" in run("fedfleet", "drill", "rollback", "-i", str(place)).expect().output


def test_a_command_that_outlives_its_runner_does_nothing_to_a_site_that_is_restored(place: Path, runner: Starts) -> None:
    process = runner("slow")
    process.kill()
    process.wait()
    done = run("fedfleet", "drill", "rollback", "-i", str(place)).expect()
    assert "a command of the drill was still at work, and is ended" in done.output
    time.sleep(SLOW)
    assert (place / "up").exists()


def test_a_killed_runners_journal_says_that_it_did_not_end(place: Path, runner: Starts) -> None:
    runner("alone").kill()
    ((_, journal),) = journals(place)
    assert journal.fedfleet.outcome is Outcome.INTERRUPTED
    assert "its runner ended before the drill did" in journal.fedfleet.sentence


def test_the_report_says_that_the_site_is_not_restored(place: Path, runner: Starts) -> None:
    process = runner("alone")
    process.kill()
    process.wait()
    for output in ("text", "json", "junit"):
        run("fedfleet", "drill", "report", "-i", str(place), "-o", output).expect(ExitCode.CLEAN_UP_FAILED)
    run("fedfleet", "drill", "rollback", "-i", str(place)).expect()
    run("fedfleet", "drill", "report", "-i", str(place)).expect(ExitCode.DRILL_FAILED)


def test_without_anybody_the_watchdog_restores_it(place: Path, runner: Starts) -> None:
    process = runner("watched")
    process.kill()
    process.wait()
    until(lambda: (place / "up").exists())
    until(lambda: pending(place / DRILLS) == [])


def test_the_watchdog_outlives_the_playbook_that_ran_the_drill(place: Path, runner: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed playbook left at work is ended before its lock is given back; that must not be who restores the site."""
    monkeypatch.setenv(RUN, "killed")
    monkeypatch.setenv(SITE, "north")
    process = runner("watched")
    assert end_leftovers("killed", "north")
    process.wait()
    until(lambda: (place / "up").exists())
    until(lambda: pending(place / DRILLS) == [])


def test_a_full_disk_keeps_no_watchdog_from_restoring(place: Path, runner: Starts) -> None:
    process = runner("alone")
    process.kill()
    process.wait()
    (folder,) = pending(place / DRILLS)
    (folder / "watchdog.log").symlink_to("/dev/full")
    watch(folder, process.pid)
    assert (place / "up").exists()
    assert pending(place / DRILLS) == []


def test_a_drill_at_work_is_not_undone_by_the_command(place: Path, runner: Starts) -> None:
    runner("alone")
    run("fedfleet", "drill", "rollback", "-i", str(place)).expect(ExitCode.LOCKED)
    assert not (place / "up").exists()


def test_a_killed_runners_job_is_stopped_by_whoever_restores_the_site(place: Path, runner: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    process = runner("with a job")
    process.kill()
    process.wait()
    assert (place / f"job-{LONG_JOB}").exists()
    monkeypatch.setattr(Scene, "party_of", lambda _scene, _site: FolderParty(place))
    (folder,) = pending(place / DRILLS)
    left, _ = restore(folder, lambda _line: None)
    assert not left.pending
    assert not (place / f"job-{LONG_JOB}").exists()


def test_ctrl_c_restores_before_it_ends(place: Path, runner: Starts) -> None:
    process = runner("alone")
    process.send_signal(signal.SIGINT)
    process.wait(timeout=200)
    assert (place / "up").exists()
