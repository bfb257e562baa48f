"""Modules that a run left at work when it was killed.

Ansible starts most modules as processes of their own; they outlive an ansible-playbook that had no time to end them, and would go on changing
the site after its lock is given back. They are known by the run and the site in their environment, which no other process has. Modules that run
inside of Ansible's own forks are killed by the kernel (plugins/plugin_utils/in_place.py).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fedfleet.progress import RUN, SITE

_END_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.05


def end_leftovers(run: str, site: str) -> int:
    """End the modules that a run has at work on a site; returns how many there were."""
    marks = {RUN: run, SITE: site}
    found = _marked(marks)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in _marked(marks):
            _signal(pid, number)
        deadline = time.monotonic() + _END_SECONDS
        while _marked(marks) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    return len(found)


def _marked(marks: Mapping[str, str]) -> list[int]:
    wanted = {f"{name}={value}".encode() for name, value in marks.items()}
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and wanted <= _environment(pid)]


def _environment(pid: int) -> set[bytes]:
    try:
        return set(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
    except OSError:
        # It has ended, or belongs to somebody else.
        return set()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
