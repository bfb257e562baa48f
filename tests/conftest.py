"""What all tests share."""

import signal
from types import FrameType

import pytest

from generator.plugins import prepare


def pytest_configure(config: pytest.Config) -> None:
    """Let a run that is told to end tear its lab down, as Ctrl-C does, and let Ansible find the collection.

    The latter comes before any test imports a module of the collection: Python on its own finds the modules, but not their fragments.
    """
    del config
    prepare()
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell without job control lets what it starts in the background ignore it, and so would all that tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    raise KeyboardInterrupt
