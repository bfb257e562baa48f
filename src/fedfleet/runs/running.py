"""One run from beginning to end: played, shown, kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Final

from fedfleet.runs.ending import Ending
from fedfleet.runs.events import EventReader, RunEvent
from fedfleet.runs.history import RunDirectory, RunSummary
from fedfleet.runs.playing import Ended, Request, Workplace, play

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.runs.views import View
    from fedfleet.runs.waits import Waits

_POLL_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Described:
    """A run as it is kept: which verb, and the arguments as they may be written down."""

    verb: str
    arguments: tuple[str, ...]


class Watch:
    """Takes events to the view and to the file of events, one at a time, and tells of what takes long."""

    def __init__(self, view: View, waits: Waits, reader: EventReader, events: IO[str]) -> None:
        self._view = view
        self._waits = waits
        self._reader = reader
        self._events = events
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="fedfleet-watch", daemon=True)
        self.ending = Ending()

    def __enter__(self) -> Watch:
        """Begin to follow."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and let the terminal be as it was."""
        self._stopped.set()
        self._thread.join(timeout=2 * _POLL_SECONDS)
        self._view.close()

    def tell(self, event: RunEvent) -> None:
        """Something happened."""
        with self._lock:
            self._tell(event)

    def _tell(self, event: RunEvent) -> None:
        self._waits.note(event)
        self.ending.note(event)
        self._events.write(event.line() + "\n")
        self._view.show(event)

    def _follow(self) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            with self._lock:
                for wait, _ in self._waits.due():
                    self._tell(self._reader.new("waiting", stage=wait.stage, task=wait.task, site=wait.site, message=wait.message))
                self._view.waiting(self._waits.now())


def carry_out(
    request: Request, described: Described, directory: RunDirectory, workplace: Workplace, watching: Callable[[EventReader, IO[str]], Watch]
) -> int:
    """Play a run to its end and return the exit code.

    Args:
        request: what to run.
        described: how it is written down.
        directory: where it is kept.
        workplace: where ansible-runner works.
        watching: makes the watch, once the reader and the file of events are there.
    """
    began, started_at = monotonic(), datetime.now(UTC)
    reader = EventReader()
    with directory.open_events() as events, directory.open_output() as output, watching(reader, events) as watch:

        def on_event(told: Mapping[str, Any]) -> None:
            if told.get("stdout"):
                output.write(f"{told['stdout']}\n")
            for event in reader.read(told):
                watch.tell(event)

        watch.tell(
            reader.new("run-started", message=f"{described.verb} on {request.inventory}, run {request.run}, kept in {directory.path}")
        )
        ended: Ended = play(request, workplace, on_event)
        code, message = watch.ending.of(ended, reader.stopped)
        for event in reader.ended(code, message):
            watch.tell(event)
    directory.summarise(
        RunSummary(
            run=request.run,
            verb=described.verb,
            arguments=described.arguments,
            started_at=started_at,
            seconds=round(monotonic() - began, 3),
            exit_code=code,
            message=message,
        )
    )
    return code
