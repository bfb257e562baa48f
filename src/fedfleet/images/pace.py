"""Says now and then how far something long is, how long it has taken and how long it may still take."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TELL_EVERY = 5.0
"""Seconds between two lines."""


class Pace:
    """Progress through a known number of bytes; may be told of it by several threads at once."""

    def __init__(self, title: str, total: int, tell: Callable[[str], None]) -> None:
        self._title = title
        self._total = total
        self._tell = tell
        self._started = time.monotonic()
        self._told = self._started
        self._done = 0
        self._lock = threading.Lock()

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._started

    def advance(self, size: int) -> None:
        """``size`` more bytes are done."""
        with self._lock:
            self._done += size
            now = time.monotonic()
            if now - self._told < _TELL_EVERY:
                return
            self._told = now
            line = self.line()
        self._tell(line)

    def line(self, under_way: int = 0) -> str:
        """How far it is, as one line; ``under_way`` are bytes of what is not yet done as a whole."""
        gone = self.seconds
        done = self._done + under_way
        left = f", about {gone * (self._total - done) / done:.0f} s left" if 0 < done <= self._total else ""
        return f"{self._title}: {done / 1e6:.0f} of {self._total / 1e6:.0f} MB, {gone:.0f} s gone{left}"
