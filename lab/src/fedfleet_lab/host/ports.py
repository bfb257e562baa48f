"""Waits for daemons on the host to listen."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet_lab.daemons import Daemons

_POLL = 0.1


def wait_for(daemons: Daemons, name: str, ready: Callable[[], bool], what: str, timeout: float = 60.0) -> None:
    """Waits until a daemon is ready.

    Raises:
        LabError: it ended, or is not ready within `timeout` seconds; the end of its log is in the error.
    """
    deadline = time.monotonic() + timeout
    while not ready():
        ended = daemons.running(name) is None
        if ended or time.monotonic() >= deadline:
            raise LabError(
                f"{name} {'ended before it was ready' if ended else f'is not ready after {timeout:.0f} s'}",
                expected=what,
                found=daemons.last_words(name) or "an empty log",
                where=str(daemons.log(name)),
                next_step="Put right what its log says, then run `fedfleet lab up` again",
            )
        time.sleep(_POLL)


def wait_for_port(daemons: Daemons, name: str, host: str, port: int, timeout: float = 60.0) -> None:
    """Waits until a daemon accepts connections.

    Raises:
        LabError: as `wait_for`.
    """
    wait_for(daemons, name, lambda: listens(host, port), f"that it listens on {host}:{port}", timeout)


def listens(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1.0):
            return True
    except OSError:
        return False
