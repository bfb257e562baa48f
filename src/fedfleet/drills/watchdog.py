"""Restores the site when a drill's runner is gone and has not done so: a process of its own, which the runner starts before it does anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from fedfleet.drills import undo
from fedfleet.drills.restoring import restore
from fedfleet.locks.keeper import is_over
from fedfleet.progress import RUN, SITE
from fedfleet.sites import VcenterLogin

_LOOK_SECONDS: Final = 60.0
_LOG: Final = "watchdog.log"


def start_watchdog(folder: Path, pid: int, vcenter: VcenterLogin | None = None) -> None:
    """Start one that outlives the process which calls this; it stays in its directory, as paths of kubeconfigs may be relative to it.

    A login to vCenter is handed over by a pipe: others can read command lines. It bears no mark of the playbook that runs the drill: what a playbook that was
    killed left at work is ended, and this is there for that very case.
    """
    unmarked = {name: value for name, value in os.environ.items() if name not in (RUN, SITE)}
    started = subprocess.Popen(
        [sys.executable, "-m", "fedfleet.drills.watchdog", str(folder), str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=unmarked,
    )
    if started.stdin is not None:
        with started.stdin as pipe:
            pipe.write(json.dumps(asdict(vcenter) if vcenter else None).encode())


def watch(folder: Path, pid: int, vcenter: VcenterLogin | None = None) -> None:
    """Wait for the process to end, then undo what it has not."""
    while not is_over(pid, _LOOK_SECONDS):
        left = undo.read(folder)
        if left is None or not left.pending:
            return
    left = undo.read(folder)
    if left is None or not left.pending:
        return
    restore(folder, partial(_note, folder / _LOG), vcenter=vcenter)


def _note(path: Path, line: str) -> None:
    """Write a line down where there is room for it; a full disk keeps no site from being restored."""
    with suppress(OSError), path.open("a", encoding="utf-8") as log:
        print(line, file=log)


if __name__ == "__main__":
    handed = json.load(sys.stdin)
    watch(Path(sys.argv[1]), int(sys.argv[2]), VcenterLogin(**handed) if handed else None)
