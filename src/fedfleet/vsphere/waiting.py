"""Waiting for something at vCenter or a Supervisor: a deadline, growing pauses, and a line of progress when there is something new."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.pace import Pace
from fedfleet.vsphere import errors

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0
_SAY_AGAIN_SECONDS = 15.0


@dataclass(frozen=True)
class State:
    """How far something is.

    Attributes:
        done: it is what it was waited for to be.
        text: how far it is, in a few words.
        hopeless: it never will be, however long one waits.
        next_step: what to do about that.
    """

    done: bool
    text: str
    hopeless: bool = False
    next_step: str = ""


def until(
    look: Callable[[], State],
    what: str,
    timeout: float,
    progress: Callable[[str], None] | None = None,
    *,
    where: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Return once ``look`` says done; ``timeout`` in seconds, ``what`` as in "namespace fl-a is running".

    A server that is not there for a while is no reason to give up.

    Raises:
        WaitError: time is up, or it is hopeless; with what was seen last.
        UnreachableError, UnavailableError: the server was silent until the very end.
    """
    pace = Pace(timeout, progress, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE, say_again=_SAY_AGAIN_SECONDS, sleep=pause)
    while True:
        silent: errors.VsphereError | None = None
        try:
            state = look()
        except (errors.UnreachableError, errors.UnavailableError) as error:
            silent, state = error, State(done=False, text=error.short)
        if state.done:
            return
        if state.hopeless:
            raise errors.WaitError(
                f"It cannot come about that {what}", expected=what, found=state.text, where=where, next_step=state.next_step, hopeless=True
            )
        if pace.over:
            if silent is not None:
                raise silent
            advice = state.next_step or "Look at what is said to hold it up; run again with a longer timeout if it only takes long"
            raise errors.WaitError(
                f"After {timeout:.0f} s it is still not so that {what}", expected=what, found=state.text, where=where, next_step=advice
            )
        pace.pause(f"waiting until {what}: {state.text}")
