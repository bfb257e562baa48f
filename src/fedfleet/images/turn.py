"""One at a time: whoever makes something holds a lock meanwhile."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def turn(path: Path, progress: Callable[[str], None], title: str) -> Iterator[bool]:
    """Hold something while it is made, so that two who want it don't make it twice; says whether somebody else had it before."""
    with path.open("w") as handle:
        waited = False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            progress(f"{title}: somebody else is at it, waiting")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield waited
