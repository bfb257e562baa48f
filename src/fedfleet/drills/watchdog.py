"""Restores the site when a drill's runner is gone and has not done so: a process of its own, which the runner starts before it does anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from fedfleet.drills import undo
from fedfleet.drills.restoring import restore
from fedfleet.locks.keeper import is_over

_LOOK_SECONDS: Final = 60.0
_LOG: Final = "watchdog.log"


def start_watchdog(folder: Path, pid: int) -> None:
    """Start one that outlives the process which calls this; it stays in its directory, as paths of kubeconfigs may be relative to it."""
    subprocess.Popen(
        [sys.executable, "-m", "fedfleet.drills.watchdog", str(folder), str(pid)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def watch(folder: Path, pid: int) -> None:
    """Wait for the process to end, then undo what it has not."""
    while not is_over(pid, _LOOK_SECONDS):
        left = undo.read(folder)
        if left is None or not left.pending:
            return
    left = undo.read(folder)
    if left is None or not left.pending:
        return
    with (folder / _LOG).open("a", encoding="utf-8", buffering=1) as log:
        restore(folder, lambda line: print(line, file=log))


if __name__ == "__main__":
    watch(Path(sys.argv[1]), int(sys.argv[2]))
