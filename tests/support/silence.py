"""How long something does not answer while something else is done to it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Heard:
    """`longest` is the longest time without an answer, in seconds."""

    longest: float = 0.0


@contextmanager
def silences(answers: Callable[[], bool], pause: float) -> Iterator[Heard]:
    """Ask over and over, with a pause in seconds, until the block ends."""
    heard, over = Heard(), threading.Event()

    def ask() -> None:
        last = time.monotonic()
        while not over.wait(pause):
            if answers():
                now = time.monotonic()
                heard.longest, last = max(heard.longest, now - last), now
        heard.longest = max(heard.longest, time.monotonic() - last)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        over.set()
        thread.join()
