"""Whoever packs, sends or builds images uses the storage; whoever takes images away from it has it alone.

Several checkouts share one storage, and what is former to one is what another is packing.
"""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from fedfleet.images.paths import CachePaths

    Progress = Callable[[str], None]

_LOCKS: Final = Path("/proc/locks")
_LOOK_EVERY: Final = 0.5
_TELL_EVERY: Final = 10.0
_WORDS: Final = 3
"""How much of a command line is told: `fedfleet images save`."""


def used(paths: CachePaths, progress: Progress, doing: str) -> AbstractContextManager[None]:
    """Have all images of the storage stay while it is used; waits while somebody takes some away."""
    return _held(paths, fcntl.LOCK_SH, progress, doing)


def alone(paths: CachePaths, progress: Progress, doing: str) -> AbstractContextManager[None]:
    """Have the storage for oneself; waits while somebody uses it."""
    return _held(paths, fcntl.LOCK_EX, progress, doing)


@contextmanager
def alone_if_free(paths: CachePaths) -> Iterator[str]:
    """Have the storage for oneself where nobody uses it; says who does, and is empty where nobody does."""
    with paths.lock("storage.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield _holders(handle)
        else:
            yield ""


@contextmanager
def _held(paths: CachePaths, kind: int, progress: Progress, doing: str) -> Iterator[None]:
    with paths.lock("storage.lock").open("w") as handle:
        _take(handle, kind, progress, doing)
        yield


def _take(handle: IO[str], kind: int, progress: Progress, doing: str) -> None:
    started = time.monotonic()
    told = -_TELL_EVERY
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            gone = time.monotonic() - started
            if gone - told >= _TELL_EVERY:
                told = gone
                progress(f"{doing}: waiting for {_holders(handle)}, which has the storage of images, {gone:.0f} s")
            time.sleep(_LOOK_EVERY)
        else:
            return


def _holders(handle: IO[str]) -> str:
    """Who holds the lock: commands with their process ids, as far as they are seen from here (proc_locks(5))."""
    inode = str(Path(handle.name).stat().st_ino)
    rows = [line.split()[1:] for line in _LOCKS.read_text(encoding="ascii").splitlines()] if _LOCKS.exists() else []
    # Kind, how strict, READ or WRITE, process, device and inode; who waits has an arrow before.
    found = [int(row[3]) for row in rows if row[0] == "FLOCK" and row[4].rpartition(":")[2] == inode]
    return ", ".join(f"{_command(pid)} (process {pid})" for pid in sorted(set(found)) if pid > 0) or "another program"


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").strip("\0").split("\0")
    except OSError:
        return "another program"
    if Path(words[0]).name.startswith("python"):
        words = words[1:] or words
    return " ".join([Path(words[0]).name, *words[1:_WORDS]])
