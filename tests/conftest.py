"""What all tests share."""

import signal
from types import FrameType

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Let a run that is told to end tear its lab down, as Ctrl-C does."""
    del config
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    raise KeyboardInterrupt
