"""A process is the one that was started, not whoever has its number now."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedfleet_lab.daemons import Daemon, Daemons
from fedfleet_lab.paths import LabPaths
from fedfleet_lab.processes import TAG, Process, stop, tagged, wait_gone

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, env={TAG: "unit-test#sleeper;"}) as started:
        yield started
        started.kill()


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    made = Daemons(LabPaths(tmp_path, "unit"))
    yield made
    made.sweep()


def test_a_number_used_again_is_another_process() -> None:
    me = Process.of(os.getpid())
    assert me is not None
    assert me.alive
    assert not Process(me.pid, me.started - 1).alive


def test_a_signal_to_a_number_used_again_reaches_nobody(child: subprocess.Popen[bytes]) -> None:
    Process(child.pid, 1).signal(signal.SIGKILL)
    assert child.poll() is None


def test_a_zombie_is_not_alive(child: subprocess.Popen[bytes]) -> None:
    process = Process.of(child.pid)
    assert process is not None
    process.signal(signal.SIGKILL)
    assert wait_gone([process], 10) == []


def test_processes_are_found_by_their_tag(child: subprocess.Popen[bytes]) -> None:
    assert child.pid in [process.pid for process in tagged("unit-test#")]
    assert tagged("unit-test#sleeper2;") == []


def test_whoever_ignores_the_request_to_end_is_killed() -> None:
    with subprocess.Popen(STUBBORN, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        process = Process.of(child.pid)
        assert process is not None
        stop([process], grace=0.1)
        assert child.wait(10) == -signal.SIGKILL


def test_a_daemon_that_runs_as_described_is_left_alone(daemons: Daemons) -> None:
    assert daemons.ensure(Daemon("one", SLEEP))
    first = daemons.running("one")
    assert not daemons.ensure(Daemon("one", SLEEP))
    assert daemons.running("one") == first


def test_a_daemon_whose_settings_changed_is_started_anew(daemons: Daemons, tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.write_text("one")
    daemons.ensure(Daemon("one", SLEEP, inputs=(settings,)))
    first = daemons.running("one")
    settings.write_text("two")
    assert daemons.ensure(Daemon("one", SLEEP, inputs=(settings,)))
    assert daemons.running("one") not in (None, first)
    assert first is not None
    assert not first.alive


def test_a_killed_daemon_is_started_anew(daemons: Daemons) -> None:
    daemons.ensure(Daemon("one", SLEEP))
    first = daemons.running("one")
    assert first is not None
    first.signal(signal.SIGKILL)
    wait_gone([first], 10)
    assert daemons.ensure(Daemon("one", SLEEP))


def test_a_daemon_without_a_record_is_found_and_ended(daemons: Daemons, tmp_path: Path) -> None:
    daemons.ensure(Daemon("one", SLEEP))
    lost = daemons.running("one")
    assert lost is not None
    # The kernel shows a program's environment a moment after the program is started, and a lost one is told by it.
    while not Path(f"/proc/{lost.pid}/environ").read_bytes():
        time.sleep(0.01)
    (LabPaths(tmp_path, "unit").daemons / "one.json").unlink()
    daemons.ensure(Daemon("one", SLEEP))
    assert not lost.alive


def test_ending_one_daemon_spares_another_whose_name_begins_the_same(daemons: Daemons) -> None:
    daemons.ensure(Daemon("node1", SLEEP))
    daemons.ensure(Daemon("node10", SLEEP))
    daemons.stop("node1")
    assert daemons.running("node1") is None
    assert daemons.running("node10") is not None


def test_no_proxy_setting_reaches_a_daemon(daemons: Daemons, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    daemons.ensure(Daemon("one", (sys.executable, "-c", "import os; print(dict(os.environ)); open('/dev/null')")))
    process = daemons.running("one")
    wait_gone([process] if process else [], 10)
    assert "HTTPS_PROXY" not in daemons.last_words("one")
    assert TAG in daemons.last_words("one")
