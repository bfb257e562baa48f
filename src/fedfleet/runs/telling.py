"""Says what a run of ansible-playbook is waiting for; `fedfleet run` has views of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.runs.waits import Waits

_POLL_SECONDS: Final = 0.5


class Telling:
    """Prints what is worth telling of waits from a thread of its own, until it is stopped."""

    def __init__(self, waits: Waits, show: Callable[[str], None]) -> None:
        self._waits = waits
        self._show = show
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="fedfleet-progress", daemon=True)

    def start(self) -> None:
        """Start to tell."""
        self._thread.start()

    def begin(self, site: str, stage: str, task: str) -> None:
        """A site begins with a task."""
        with self._lock:
            self._waits.begin(site, stage, task)

    def end(self, site: str) -> None:
        """A site is done with its task."""
        with self._lock:
            self._waits.end(site)

    def stop(self) -> None:
        """Stop to tell; nothing is printed after this returns."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * _POLL_SECONDS)

    def _follow(self) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            with self._lock:
                due = self._waits.due()
            for wait, seconds in due:
                # Each names its task: Ansible's own output may show the task's heading only once it has a result.
                self._show(f"  {seconds:4.0f} s  {wait.task} | {wait.site}: {wait.message or 'still at it'}")
