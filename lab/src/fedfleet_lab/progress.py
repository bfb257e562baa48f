"""Tells what the lab is doing and for how long: live on a terminal, else as plain lines."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.status import Status

# A plain log gets a sign of life at most this often, in seconds.
_PLAIN_INTERVAL = 15.0


class Progress:
    """Steps one after the other; `note` says more about the one that runs."""

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._began = time.monotonic()
        self._step_began = self._began
        self._spoke = self._began
        self._title = ""
        self._live: Status | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Shows a step while it runs, and its seconds once it ended."""
        self._title, self._step_began, self._spoke = title, time.monotonic(), time.monotonic()
        if self._quiet:
            yield
            return
        if self._console.is_terminal:
            with self._console.status(escape(title)) as live:
                self._live = live
                try:
                    yield
                finally:
                    self._live = None
        else:
            yield
        self._print(f"{title}: {time.monotonic() - self._step_began:.1f} s")

    def note(self, text: str) -> None:
        """Says how far the running step has come. A plain log shows it only now and then."""
        if self._quiet:
            return
        now = time.monotonic()
        line = f"{self._title}{': ' if self._title else ''}{text} ({now - self._step_began:.0f} s)"
        if self._live is not None:
            self._live.update(escape(line))
        elif now - self._spoke >= _PLAIN_INTERVAL:
            self._spoke = now
            self._print(line)

    def say(self, text: str) -> None:
        """Prints a line that stays."""
        if not self._quiet:
            self._print(text)

    def _print(self, text: str) -> None:
        self._console.print(f"[{self.elapsed:6.1f} s] {text}", markup=False, soft_wrap=True)
