"""What the sites of a run are waiting for: which task, since when, and the last that was heard of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Final

from fedfleet.runs.events import RunEvent
from fedfleet.runs.progress_lines import ProgressLines

QUIET_SECONDS: Final = 5.0
HEARTBEAT_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Wait:
    """What one site is at. `since` and `told_at` are moments of the clock; `told_at` is 0 while nothing was told of it."""

    site: str
    stage: str
    task: str
    since: float
    message: str = ""
    told_message: str = ""
    told_at: float = 0.0


_SOMEBODY: Final = ""


class Waits:
    """Keeps what every site is at, from the run's events and its modules' progress lines. Not safe for threads."""

    def __init__(self, progress: Path, *, clock: Callable[[], float] = monotonic) -> None:
        self._lines = ProgressLines(progress)
        self._clock = clock
        self._waits: dict[str, Wait] = {}

    def note(self, event: RunEvent) -> None:
        """Take in what happened."""
        if event.event == "task-started":
            self.begin(event.site, event.stage, event.task)
        elif event.event == "task-ended":
            self.end(event.site)
        elif event.event in ("stage-ended", "run-ended"):
            self._waits.clear()

    def begin(self, site: str, stage: str, task: str) -> None:
        """A site begins with a task; what was said of the one before is forgotten."""
        self._hear()
        self._waits[site] = Wait(site, stage, task, self._clock())

    def end(self, site: str) -> None:
        """A site is done with its task."""
        self._hear()
        self._waits.pop(site, None)

    def now(self) -> list[tuple[Wait, float]]:
        """Return what every site is at, with the seconds since it began."""
        self._hear()
        moment = self._clock()
        return [(wait, moment - wait.since) for wait in self._waits.values()]

    def due(self) -> list[tuple[Wait, float]]:
        """Return what is worth telling now: what takes longer than five seconds, when there is news of it or every ten seconds."""
        due = [(wait, seconds) for wait, seconds in self.now() if seconds >= QUIET_SECONDS and self._is_due(wait)]
        for wait, _ in due:
            self._waits[wait.site] = replace(wait, told_message=wait.message, told_at=self._clock())
        return due

    def _is_due(self, wait: Wait) -> bool:
        silent = self._clock() - (wait.told_at or wait.since)
        is_news = wait.message != wait.told_message and (not wait.told_at or silent >= QUIET_SECONDS)
        return is_news or silent >= HEARTBEAT_SECONDS

    def _hear(self) -> None:
        for told in self._lines.fresh():
            for site in self._meant(told.site):
                self._waits[site] = replace(self._waits[site], message=told.message)

    def _meant(self, site: str) -> Iterable[str]:
        """The sites that a line is about: the one it names, or the only one that is at work."""
        if site == _SOMEBODY and len(self._waits) == 1:
            return tuple(self._waits)
        return (site,) if site in self._waits else ()
