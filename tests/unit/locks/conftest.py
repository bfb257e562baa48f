import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from fedfleet.locks.lease import Holder
from fedfleet.locks.process import Process
from support.objects import Objects

# A process of another machine: of that, nobody here can tell whether it lives.
ELSEWHERE = "0b0e7a6a-0000-4000-8000-000000000000/pid:[1]/77/1"


@pytest.fixture
def cluster() -> Objects:
    return Objects()


@pytest.fixture
def holder() -> Callable[..., Holder]:
    def made(run: str, process: str = ELSEWHERE) -> Holder:
        return Holder(run, "site", "jane", "controller", process, datetime.now(UTC))

    return made


@pytest.fixture
def gone() -> str:
    """A process of this machine that has ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
        process = Process.of(running.pid)
        running.communicate(b"\n")
    return str(process)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until somebody ends it."""
    with subprocess.Popen(["sleep", "60"]) as running:
        yield running
        running.kill()
