"""The keeper gives a lock back when its run ends, and ends the run when the lock is lost."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from fedfleet.kube import Client, UnreachableError
from fedfleet.locks.keeper import Keeper, Watched, start_keeper
from fedfleet.locks.lease import NAME, Holder
from fedfleet.locks.leftovers import end_leftovers
from fedfleet.locks.site import SiteLock
from fedfleet.progress import RUN, SITE
from support.cluster import eventually
from support.kube import local_kubeconfig
from support.objects import Objects

PLACE = "fate-30000"
Made = Callable[..., Holder]


def watched(pid: int) -> Watched:
    return Watched("first", pid, "party30000", PLACE, "", "")


def keeping(cluster: Objects, pid: int, connect: Callable[[], Any] | None = None) -> threading.Thread:
    keeper = Keeper(watched(pid), connect or (lambda: cast("Client", cluster)), 0.02)
    thread = threading.Thread(target=keeper.run)
    thread.start()
    return thread


def test_the_lock_is_renewed_while_the_run_lives_and_given_back_when_it_ends(
    cluster: Objects, holder: Made, sleeper: subprocess.Popen[bytes]
) -> None:
    SiteLock(cast("Client", cluster), PLACE).take(holder("first"))
    thread = keeping(cluster, sleeper.pid)
    eventually(lambda: cluster.writes.count(NAME) > 3, "the lease is renewed", seconds=5, pause=0.01)
    assert cluster.get("Lease", NAME, PLACE) is not None
    sleeper.kill()
    sleeper.wait()
    thread.join(timeout=5)
    assert cluster.get("Lease", NAME, PLACE) is None


def test_a_run_whose_lock_was_taken_over_is_told_to_end(cluster: Objects, holder: Made, sleeper: subprocess.Popen[bytes]) -> None:
    SiteLock(cast("Client", cluster), PLACE).take(holder("other"))
    keeping(cluster, sleeper.pid).join(timeout=5)
    assert sleeper.wait(timeout=5) == -signal.SIGINT
    assert cluster.get("Lease", NAME, PLACE) is not None


@pytest.mark.parametrize("failure", [UnreachableError("No answer"), MemoryError(), KeyError("metadata")])
def test_a_cluster_that_is_silent_for_a_while_ends_nothing(
    cluster: Objects, holder: Made, sleeper: subprocess.Popen[bytes], failure: Exception
) -> None:
    SiteLock(cast("Client", cluster), PLACE).take(holder("first"))
    silent = iter([True, True, True])

    def connect() -> Client:
        if next(silent, False):
            raise failure
        return cast("Client", cluster)

    thread = keeping(cluster, sleeper.pid, connect)
    eventually(lambda: cluster.writes.count(NAME) > 1, "the lease is renewed after all", seconds=5, pause=0.01)
    assert sleeper.poll() is None
    sleeper.kill()
    sleeper.wait()
    thread.join(timeout=5)


def test_a_keeper_finds_the_kubeconfig_that_the_run_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleeper: subprocess.Popen[bytes]
) -> None:
    """Paths may be relative to the folder of the run, in the inventory as in KUBECONFIG."""
    with socket.create_server(("127.0.0.1", 0)) as api:
        api.settimeout(20)
        local_kubeconfig(tmp_path / "kubeconfig", api.getsockname()[1], "http")
        monkeypatch.chdir(tmp_path)
        sleeper.kill()
        sleeper.wait()
        with start_keeper(Watched("first", sleeper.pid, "party30000", PLACE, "kubeconfig", "")) as keeper:
            with api.accept()[0] as asked:
                assert asked.recv(1000).startswith(b"GET /api")
            keeper.kill()


def test_modules_that_a_killed_run_left_at_work_are_ended_and_nobody_elses() -> None:
    def module(run: str, site: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "60"], env=os.environ | {RUN: run, SITE: site})

    with module("run-of-this-test", "one") as left, module("run-of-this-test", "two") as others:
        assert end_leftovers("run-of-this-test", "one") == 1
        assert left.wait(timeout=5) == -signal.SIGTERM
        assert others.poll() is None
        others.kill()
