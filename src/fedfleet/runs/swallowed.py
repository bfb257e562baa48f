"""An interruption that Python swallowed is delivered once more.

Ctrl-C that comes at the very moment of a fork is raised in one of the hooks that Python calls there (logging has some), whose exceptions it
prints and ignores; Ansible forks for every task, so that one in a few is lost, and the run would go on as if nobody had asked.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_SOON_SECONDS: Final = 0.05


def deliver_swallowed_interrupts() -> None:
    """From now on, have this process (not its forks) be interrupted again whenever an interruption was ignored."""
    own, before, handler = os.getpid(), sys.unraisablehook, signal.getsignal(signal.SIGINT)

    def hook(ignored: UnraisableHookArgs) -> None:
        if os.getpid() != own or not issubclass(ignored.exc_type, KeyboardInterrupt):
            before(ignored)
            return
        # Whoever handled it may have left the next one to the system, which would end the process on the spot.
        signal.signal(signal.SIGINT, handler)
        threading.Timer(_SOON_SECONDS, os.kill, (own, signal.SIGINT)).start()

    sys.unraisablehook = hook
