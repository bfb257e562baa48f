"""Processes told apart by number *and* start time: numbers are used again, the pair is not (proc(5), `stat` field 22)."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TAG = "FEDFLEET_LAB_PROCESS"
"""Every process that a lab starts carries this in its environment, and so do those it starts in turn."""

_PROC = Path("/proc")
_POLL = 0.02


@dataclass(frozen=True)
class Process:
    """One process of this boot of the machine; `started` is in clock ticks since boot."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """Returns the process that has this number now; None where there is none, or only its zombie."""
        state = _stat(pid)
        return None if state is None or state[0] in "ZX" else cls(pid, state[1])

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Process.of(self.pid) == self

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal, unless the process is gone."""
        # A pidfd names the process itself, so that the number cannot change hands between the look and the signal.
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if self.alive:
                signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return
        finally:
            os.close(descriptor)

    def children(self) -> list[Process]:
        """Returns the processes it started itself."""
        found = [Process.of(pid) for pid in _children(self.pid)]
        return [process for process in found if process is not None]


def _children(pid: int) -> list[int]:
    try:
        tasks = [(task / "children").read_text() for task in (_PROC / str(pid) / "task").iterdir()]
    except OSError:
        # A kernel without these files (CONFIG_PROC_CHILDREN), or the process is gone. To look at every process takes a hundred times as long.
        return [each for each in _pids() if (state := _stat(each)) is not None and state[2] == pid]
    return [int(child) for task in tasks for child in task.split()]


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> tuple[str, int, int] | None:
    """Returns state, start time and parent."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the program's name in brackets, which may hold blanks and brackets itself.
    fields = text[text.rindex(")") + 2 :].split()
    return fields[0], int(fields[19]), int(fields[1])


def tagged(prefix: str) -> list[Process]:
    """Returns all processes whose tag begins with `prefix`, other than this one."""
    wanted = f"{TAG}={prefix}".encode()
    found = []
    for pid in _pids():
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes()
        except OSError:
            continue
        if pid != os.getpid() and any(entry.startswith(wanted) for entry in environment.split(b"\0")):
            process = Process.of(pid)
            if process is not None:
                found.append(process)
    return found


def wait_gone(processes: Iterable[Process], timeout: float) -> list[Process]:
    """Waits until the processes are gone or `timeout` seconds have passed; returns those that are left."""
    left = list(processes)
    deadline = time.monotonic() + timeout
    while left := [process for process in left if process.alive]:
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL)
    return left


def stop(processes: Iterable[Process], grace: float) -> None:
    """Asks the processes to end and kills those that have not after `grace` seconds."""
    asked = list(processes)
    for process in asked:
        process.signal(signal.SIGTERM)
    for process in wait_gone(asked, grace):
        process.signal(signal.SIGKILL)
    wait_gone(asked, 10.0)
