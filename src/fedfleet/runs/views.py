"""How a run is shown: as lines of text, or as events for programs. `fedfleet.runs.live` shows it on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Final, Protocol

from rich.console import Console

from fedfleet.runs.events import RunEvent
from fedfleet.runs.waits import Wait

_BAD: Final = ("failed", "unreachable")


class View(Protocol):
    """Somebody who watches a run. Calls come one at a time."""

    def show(self, event: RunEvent) -> None:
        """Take in what happened."""

    def waiting(self, waits: Iterable[tuple[Wait, float]]) -> None:
        """Take in what is still being waited for, with seconds."""

    def close(self) -> None:
        """Stop to watch."""


class JsonView:
    """Prints every event as JSON on a line of its own."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def show(self, event: RunEvent) -> None:
        """Print it."""
        self._out.write(event.line() + "\n")
        self._out.flush()

    def waiting(self, waits: Iterable[tuple[Wait, float]]) -> None:
        """Nothing: waits that are worth telling come as events."""

    def close(self) -> None:
        """Nothing to do."""


class PlainView:
    """Prints what matters as lines, each with the seconds since the start: stages, changes, waits, failures, and what is there to be read."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, event: RunEvent) -> None:
        """Print it, if it is worth a line."""
        for line in lines_of(event):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def waiting(self, waits: Iterable[tuple[Wait, float]]) -> None:
        """Nothing: waits that are worth telling come as events."""

    def close(self) -> None:
        """Nothing to do."""


def lines_of(event: RunEvent) -> list[str]:
    """Return an event as lines for people; none for what goes as it should."""
    moment = f"{event.seconds:7.1f} s  "
    if event.event == "run-started":
        return [f"{moment}{event.message}"]
    if event.event == "stage-started":
        return [f"{moment}== {event.stage}"]
    if event.event == "waiting":
        return [f"{moment}   {event.site}: {event.task}" + (f" | {event.message}" if event.message else "")]
    if event.event == "task-ended" and (event.outcome in ("changed", *_BAD) or event.message):
        word = event.outcome.upper() if event.outcome in _BAD else event.outcome
        first, *rest = [f"{event.site}: {word}: {event.task}", *event.message.splitlines()]
        return [f"{moment}   {first}", *(f"{'':{len(moment)}}     {line}" for line in rest)]
    if event.event == "run-ended":
        first, *rest = event.message.splitlines() or [""]
        return [f"{moment}{first}", *(f"{'':{len(moment)}}{line}" for line in rest)]
    return []
