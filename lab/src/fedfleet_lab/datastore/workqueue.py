"""A queue in which everything stands at most once, some of it only after a pause."""

from __future__ import annotations

import threading
import time
from typing import Generic, TypeVar

Item = TypeVar("Item")


class WorkQueue(Generic[Item]):
    """Things to work on, the one that has been due longest first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[Item, float] = {}

    def add(self, item: Item, delay: float = 0.0) -> None:
        """Has the item taken `delay` seconds from now, or earlier where it stood in the queue already."""
        due = time.monotonic() + delay
        with self._changed:
            self._due[item] = min(due, self._due.get(item, due))
            self._changed.notify()

    def take(self) -> Item:
        """Waits for an item to be due and takes it out."""
        with self._changed:
            while True:
                item = min(self._due, key=self._due.__getitem__, default=None)
                pause = None if item is None else self._due[item] - time.monotonic()
                if item is not None and pause is not None and pause <= 0:
                    del self._due[item]
                    return item
                self._changed.wait(pause)
