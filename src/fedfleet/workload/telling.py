"""How a job goes, line by line: each component as it starts and ends, and a sign of life in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fedfleet.engine.protocol import JobState

if TYPE_CHECKING:
    from fedfleet.engine.fate import Moment

Tell = Callable[[str], None]

_SIGN_OF_LIFE: Final = 10.0


class JobTeller:
    """Says what changed in a job since it last looked, and every ten seconds what is at work for how long."""

    def __init__(self, what: str, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        """``what`` is the job's name for people, such as ``fit``."""
        self._what = what
        self._tell = tell
        self._clock = clock
        self._since: dict[str, float] = {}
        self._told: dict[str, str] = {}
        self._trouble = ""
        self._last = clock()

    def __call__(self, moment: Moment) -> None:
        """Look at a moment of the job."""
        now = self._clock()
        several = len({task.role for task in moment.tasks}) > 1
        for task in moment.tasks:
            # A party may be arbiter, too, and then has two parts in the same component.
            key = f"{task.task_name} as {task.role}" if several else task.task_name
            state = str(task.party_status)
            if self._told.get(key) == state:
                continue
            began = self._since.setdefault(key, now)
            self._told[key] = state
            if task.party_status.ended:
                seconds = task.elapsed / 1000 if task.elapsed else now - began
                self._say(f"{key} {state} after {seconds:.0f} s")
            elif task.party_status is JobState.RUNNING:
                self._since[key] = now
                self._say(f"{key} runs")
        if moment.trouble != self._trouble:
            self._trouble = moment.trouble
            self._say(moment.trouble or "FATE Flow answers again")
        if now - self._last >= _SIGN_OF_LIFE:
            self._say(self._at_work(moment, now))

    def _at_work(self, moment: Moment, now: float) -> str:
        running = [f"{key} runs for {now - self._since[key]:.0f} s" for key, state in self._told.items() if state == JobState.RUNNING]
        return ", ".join(running) or f"{moment.state} for {moment.seconds:.0f} s, waiting for its next component"

    def _say(self, text: str) -> None:
        self._last = self._clock()
        self._tell(f"{self._what}: {text}")
