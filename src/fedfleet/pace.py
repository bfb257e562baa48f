"""The clock of one wait: a deadline, pauses that grow, and a line of progress when there is something new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE_GROWTH = 1.5


class Pace:
    """One wait. All times are in seconds.

    ``first`` and ``longest`` are pauses, ``say_again`` is when a line is told once more that has not changed.
    """

    def __init__(
        self,
        timeout: float,
        progress: Callable[[str], None] | None,
        *,
        first: float,
        longest: float,
        say_again: float,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._progress = progress
        self._deadline = time.monotonic() + timeout
        self._pause, self._longest, self._say_again = first, longest, say_again
        self._sleep = sleep or time.sleep
        self._said, self._said_at = "", time.monotonic()

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self._deadline

    def pause(self, line: str) -> None:
        """Tell ``line`` if it is new, and sleep; never beyond the deadline."""
        now = time.monotonic()
        if self._progress and (line != self._said or now - self._said_at >= self._say_again):
            self._progress(line)
            self._said, self._said_at = line, now
        self._sleep(max(0.0, min(self._pause, self._deadline - now)))
        self._pause = min(self._pause * _PAUSE_GROWTH, self._longest)
