"""Says what a long task is waiting for.

Modules add lines to the file named by FEDFLEET_PROGRESS (`fedfleet.progress`); the process that started the run follows that file and
prints, for whatever takes longer than five seconds, the newest lines with the time elapsed. Quick tasks print nothing.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from fedfleet.progress import SEPARATOR

QUIET_SECONDS = 5.0
HEARTBEAT_SECONDS = 30.0
POLL_SECONDS = 0.5
# Sites work side by side and share one file; more lines than this at a time would hide rather than tell.
LINES_AT_ONCE = 4


@dataclass(frozen=True)
class Told:
    """What a module said, and of which site; the site is empty where it did not know."""

    site: str
    message: str

    def __str__(self) -> str:
        """As a line for people."""
        return f"{self.site}: {self.message}" if self.site else self.message


class ProgressLines:
    """Reads a file of progress lines that others are writing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def fresh(self) -> list[Told]:
        """Return the whole lines that have come since the last call; none where there is no file."""
        try:
            with self._path.open("rb") as lines:
                lines.seek(self._offset)
                fresh = lines.read()
        except OSError:
            return []
        complete = fresh[: fresh.rfind(b"\n") + 1]
        self._offset += len(complete)
        return [_told(line) for line in complete.decode(errors="replace").splitlines() if line.strip()]


def _told(line: str) -> Told:
    site, separator, message = line.partition(SEPARATOR)
    return Told(site.strip(), message.strip()) if separator else Told("", line.strip())


class ProgressTail:
    """Decides, whenever it is asked, which lines are due.

    Each names its task: Ansible's own output may show the task's heading only once it has a result.
    Not safe for threads: `ProgressThread` gives it a thread and a lock.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = monotonic) -> None:
        self._lines = ProgressLines(path)
        self._clock = clock
        self._task = ""
        self._started = 0.0
        self._printed_at: float | None = None
        self._printed: tuple[str, ...] = ()
        self._pending: list[str] = []

    def begin(self, task: str) -> None:
        """A task starts: forget what was said of the one before."""
        self._read()
        self._task = task
        self._started = self._clock()
        self._printed_at = None
        self._printed = ()
        self._pending = []

    def due(self) -> list[str]:
        """Return the lines to print now, each with the seconds since the task began."""
        if not self._task:
            return []
        self._pending.extend(self._read())
        now = self._clock()
        if now - self._started < QUIET_SECONDS:
            return []
        since_printed = now - self._printed_at if self._printed_at is not None else HEARTBEAT_SECONDS
        latest = tuple(dict.fromkeys(reversed(self._pending)))[:LINES_AT_ONCE][::-1]
        is_news = bool(latest) and latest != self._printed and since_printed >= QUIET_SECONDS
        if not is_news and since_printed < HEARTBEAT_SECONDS:
            return []
        told = latest or self._printed
        self._printed_at, self._printed, self._pending = now, told, []
        return [f"  {now - self._started:4.0f} s  {' | '.join(part)}" for part in ([self._task, line] for line in told or ("still at it",))]

    def _read(self) -> list[str]:
        return [str(told) for told in self._lines.fresh()]


class ProgressThread:
    """Prints a `ProgressTail`'s lines from a thread of its own until it is stopped."""

    def __init__(self, tail: ProgressTail, show: Callable[[str], None]) -> None:
        self._tail = tail
        self._show = show
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="fedfleet-progress", daemon=True)

    def start(self) -> None:
        """Start to follow."""
        self._thread.start()

    def begin(self, task: str) -> None:
        """Tell it that a task starts."""
        with self._lock:
            self._tail.begin(task)

    def stop(self) -> None:
        """Stop to follow; nothing is printed after this returns."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * POLL_SECONDS)

    def _follow(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            with self._lock:
                lines = self._tail.due()
            for line in lines:
                self._show(line)
