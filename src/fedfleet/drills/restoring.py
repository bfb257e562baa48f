"""Restoring a site from what a drill wrote down before it did anything: by the runner, by its watchdog, or by a person later."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills import undo
from fedfleet.drills.activities import function_of
from fedfleet.drills.carrying import carry_out
from fedfleet.drills.commands import end_command
from fedfleet.drills.scene import Scene

if TYPE_CHECKING:
    from fedfleet.drills.experiment import Activity
    from fedfleet.drills.journal import ActivityRun
    from fedfleet.sites import VcenterLogin

_STEP_SECONDS: Final = 180.0


def restore(
    folder: Path,
    tell: Callable[[str], None],
    kept: dict[str, Any] | None = None,
    find: Callable[[Activity], Callable[[Scene], Any]] = function_of,
    vcenter: VcenterLogin | None = None,
) -> tuple[undo.Undo, tuple[ActivityRun, ...]]:
    """Carry out what of a drill's rollback is not done; returns how it stands now, and what was done.

    Raises:
        UndoFileError: it cannot be read, or how it stands cannot be written down.
    """
    done: list[ActivityRun] = []
    known = undo.read(folder)
    if known is None or not known.pending:
        return undo.undo_all(folder, lambda _activity: ""), ()
    if end_command(known.kept):
        tell("a command of the drill was still at work, and is ended")
    with Scene(known.site, known.others, tell, known.kept | (kept or {}), vcenter=vcenter) as scene:

        def one(activity: Activity) -> str:
            tell(f"rollback: {activity.name}")
            run = carry_out(activity, scene, _STEP_SECONDS, find)
            done.append(run)
            failed = (run.exception or ("",))[-1] if run.status == "failed" else ""
            if failed:
                tell(f"rollback: {activity.name} FAILED: {failed}")
            return failed

        return undo.undo_all(folder, one), tuple(done)


@contextmanager
def uninterrupted(tell: Callable[[str], None]) -> Iterator[None]:
    """Let no Ctrl-C and no SIGTERM break off what is done here; each step of it has its time, so that it ends by itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def say(number: int, frame: FrameType | None) -> None:
        del number, frame
        tell("the site is being restored; that is not broken off")

    before = {number: signal.signal(number, say) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
