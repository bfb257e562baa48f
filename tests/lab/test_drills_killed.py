"""kill -9 of a drill's runner during any fault leaves a site that restores itself, or is restored by a command."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from fedfleet.drills import catalogue
from fedfleet.drills.history import DRILLS
from fedfleet.drills.undo import pending
from fedfleet.exit_codes import ExitCode
from fedfleet.kube import Client
from fedfleet.validation.party import Party
from support.cluster import eventually
from support.commands import BIN, ROOT
from support.drill_runs import drill, until_well
from support.federation import Federation

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1200)]
# One of each kind of fault that stays until it is undone.
LASTING = [
    "network-cut-within", "network-cut-established", "name-servers-cut", "party-leaves", "volume-full", "volume-read-only", "disk-destroyed",
    "node-crash", "registry-gone", "api-cut", "exchange-bad-config", "exchange-certificate-ended",
]  # fmt: skip
# From when a fault begins; it may be done by then, or be at work.
INTO_THE_FAULT_SECONDS = 5
STOPPED_SECONDS = 240


def watchdog_of(drills: Path) -> list[int]:
    """Processes that watch a drill of these."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"fedfleet.drills.watchdog" in words and any(word.startswith(str(drills).encode()) for word in words):
            found.append(int(line.parent.name))
    return found


def kill_in_the_fault(federation: Federation, name: str, *, watchdog: bool = False) -> None:
    """Run a drill and kill it while it does its fault; its watchdog lives on where that is wanted."""
    strike = catalogue.drills(federation.inventory)[name].strike.name
    words = [str(BIN / "fedfleet"), "drill", "run", name, "-i", str(federation.inventory)]
    with subprocess.Popen(words, cwd=ROOT, env=os.environ | federation.lab.environment, stderr=subprocess.PIPE, text=True) as run:
        try:
            assert run.stderr
            said = []
            for line in run.stderr:
                said.append(line)
                if line.rstrip().endswith(f"{name}: {strike}"):
                    break
            else:
                pytest.fail("the drill ended before it did anything: " + "".join(said))
            time.sleep(INTO_THE_FAULT_SECONDS)
            for pid in [] if watchdog else watchdog_of(federation.inventory / DRILLS):
                os.kill(pid, signal.SIGKILL)
        finally:
            run.kill()


def restored(federation: Federation) -> None:
    """Nothing is left to undo, the site is well again, and no job of the drill runs on."""
    assert pending(federation.inventory / DRILLS) == []

    def idle() -> bool:
        with Client.connect(federation.lab.kubeconfig) as client, Party("30000", client, "fate-30000").flow() as flow:
            return all(job.status.ended for job in flow.recent())

    until_well(federation)
    eventually(idle, "the drill's job is stopped", seconds=STOPPED_SECONDS)


def test_a_command_restores_what_a_killed_drill_left_and_nothing_is_drilled_before(federation: Federation) -> None:
    kill_in_the_fault(federation, "network-cut")
    drill(federation, "run", "network-cut", code=ExitCode.CLEAN_UP_FAILED)
    assert "network-cut on party30000: restored" in drill(federation, "rollback")
    restored(federation)


def test_without_a_command_the_watchdog_restores_it(federation: Federation) -> None:
    kill_in_the_fault(federation, "network-cut", watchdog=True)
    eventually(lambda: not pending(federation.inventory / DRILLS), "the watchdog has restored the site", seconds=90)
    restored(federation)


@pytest.mark.parametrize("name", LASTING)
def test_a_command_restores_a_site_whatever_its_drill_was_killed_at(federation: Federation, name: str) -> None:
    kill_in_the_fault(federation, name)
    assert f"{name} on " in drill(federation, "rollback")
    restored(federation)


def test_a_datanode_that_was_taken_away_is_brought_back(federation: Federation) -> None:
    if federation.profile != "spark":
        drill(federation, "run", "datanode-away", code=ExitCode.NO_REPORT)
        return
    kill_in_the_fault(federation, "datanode-away")
    drill(federation, "rollback")
    restored(federation)
