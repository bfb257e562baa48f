"""A run on a terminal: stages with their times, and what every site is at."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from fedfleet.runs.ending import last_failures
from fedfleet.runs.events import RunEvent
from fedfleet.runs.views import lines_of
from fedfleet.runs.waits import Wait

# What a task says or changes stays on the screen above; what is going on is drawn anew below it.
_LASTING: Final = ("run-started", "task-ended", "run-ended")
_STYLES: Final = {"failed": "bold red", "unreachable": "bold red", "changed": "yellow"}
_PER_SECOND: Final = 4


class LiveView:
    """Draws the run in place while it goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._waits: list[Wait] = []
        self._stages: list[tuple[str, float, float | None]] = []
        self._failures: list[RunEvent] = []
        self._stopped: tuple[str, ...] | None = None
        self._began = monotonic()
        self._spinner = Spinner("dots")
        self._live = Live(get_renderable=self._drawn, console=console, refresh_per_second=_PER_SECOND, transient=True)
        self._live.start()

    def show(self, event: RunEvent) -> None:
        """Take it in; print what lasts."""
        if event.event == "stage-started":
            self._stages.append((event.stage, event.seconds, None))
        elif event.event == "stage-ended" and self._stages:
            name, began, _ = self._stages[-1]
            self._stages[-1] = (name, began, event.seconds)
        elif event.outcome in ("failed", "unreachable"):
            self._failures.append(event)
        if event.event == "run-ended":
            self._stopped = event.stopped
            self.close()
            self._console.print(self._stage_table())
        if event.event in _LASTING:
            style = _STYLES.get(event.outcome or "", "")
            for line in lines_of(event):
                self._console.print(line, markup=False, highlight=False, soft_wrap=True, style=style)

    def waiting(self, waits: Iterable[tuple[Wait, float]]) -> None:
        """Have them drawn."""
        self._waits = [wait for wait, _ in waits]

    def close(self) -> None:
        """Take the drawing away."""
        self._live.stop()

    def _drawn(self) -> RenderableType:
        elapsed = Text(f"{monotonic() - self._began:.0f} s; Ctrl-C ends the run in order", style="dim")
        return Group(self._stage_table(), self._site_table(), elapsed)

    def _stage_table(self) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        failed = {failure.stage for failure in last_failures(self._failures, self._stopped)}
        for name, began, ended in self._stages:
            mark: RenderableType = self._spinner if ended is None else Text("ok", "green")
            if name in failed:
                mark = Text("FAILED", "bold red")
            table.add_row(mark, name, f"{(monotonic() - self._began if ended is None else ended) - began:.1f} s")
        return table

    def _site_table(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2))
        for title in ("site", "waits for", "since", "last heard of it"):
            table.add_column(title, style="" if title == "site" else "dim", no_wrap=title in ("site", "since"), overflow="ellipsis")
        for wait in self._waits:
            table.add_row(wait.site, wait.task, f"{monotonic() - wait.since:.0f} s", wait.message)
        return table
