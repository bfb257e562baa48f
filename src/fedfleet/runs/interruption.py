"""Ctrl-C and SIGTERM while a run goes on: the first ends it in order, the second at once, and so does a minute without an end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from types import FrameType, TracebackType
from typing import Any, Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_AT_ONCE: Final = 2
# Seconds that an end in order may take. A worker of Ansible's that dies while it hands on a result holds a lock that ansible-playbook then waits for
# for ever.
_IN_ORDER_SECONDS: Final = 60.0


class Interruption:
    """Hands interruptions on to the run's process while the context is open.

    Args:
        process: the file that says which process it is; it comes some milliseconds after the start.
        clock: the time in seconds, that never goes back.
    """

    def __init__(self, process: Path, *, clock: Callable[[], float] = monotonic) -> None:
        self._process = process
        self._clock = clock
        self._asked = 0
        self._told_at: float | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruption:
        """Take the signals over."""
        self._before = {number: signal.signal(number, self._take) for number in _SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def happened(self) -> bool:
        """Whether anybody wanted the run to end."""
        return self._asked > 0

    def must_end(self) -> bool:
        """Whether the run is to be ended at once; asked again and again while it goes on."""
        self._tell()
        late = self._told_at is not None and self._clock() - self._told_at > _IN_ORDER_SECONDS
        return late or self._asked >= _AT_ONCE

    def _take(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._asked += 1
        self._tell()

    def _tell(self) -> None:
        if not self._asked or self._told_at is not None:
            return
        try:
            os.kill(int(self._process.read_text(encoding="utf-8")), signal.SIGINT)
        except FileNotFoundError:
            # It has not begun; whoever asks next finds it.
            return
        except (ProcessLookupError, ValueError):
            pass
        self._told_at = self._clock()
