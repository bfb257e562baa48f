"""Taking turns between processes on one machine."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from fedfleet import progress

if TYPE_CHECKING:
    from pathlib import Path


def in_turn(path: Path | None) -> Callable[[str], AbstractContextManager[object]]:
    """A lock on the file ``path`` that processes enter one at a time, made when it is not there; None lets everybody in at once.

    The kernel gives the lock back when a process ends, however it ends.
    """

    @contextmanager
    def turn(subject: str) -> Iterator[None]:
        if path is None:
            yield
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lock:
            progress.report(f"toy {subject} waits for its turn")
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    return turn
