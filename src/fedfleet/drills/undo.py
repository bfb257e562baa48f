"""What undoes a drill, on disk before anything is done: whoever comes later can restore the site, whatever became of the runner.

`rollback.json` in the drill's folder says what to do, where, and what of it is done. Each step may be done twice.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError

from fedfleet.drills.durable import write_durably
from fedfleet.drills.experiment import Activity
from fedfleet.errors import FedFleetError
from fedfleet.locks.process import Process
from fedfleet.report.format import FileModel, Moment
from fedfleet.sites import InventorySite

FILE: Final = "rollback.json"


class UndoFileError(FedFleetError):
    """A rollback's file cannot be written or read."""


class Step(FileModel):
    """One rollback: `done`, or why it failed when it was last tried."""

    activity: Activity
    done: bool = False
    failed: str = ""


class Undo(FileModel):
    """All rollbacks of one drill on one site.

    Attributes:
        process: the runner, as `fedfleet.locks.process` writes one.
        kept: what steps have left for them, such as the id of a job that is to be stopped.
    """

    drill: str
    site: InventorySite
    others: tuple[InventorySite, ...] = ()
    process: str
    written_at: Moment
    steps: tuple[Step, ...]
    kept: dict[str, Any] = Field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Whether something is still to be undone."""
        return any(not step.done for step in self.steps)

    @property
    def runner_lives(self) -> bool:
        """Whether the drill may still be going on; not known of a process of another machine, so that it counts as gone."""
        process = Process.read(self.process)
        return process is not None and process.is_here and not process.is_gone


def write(folder: Path, undo: Undo) -> None:
    """Write it so that it is on the disk when this returns, whole or not at all.

    Raises:
        UndoFileError: it cannot be; then nothing may be done to the site.
    """
    target = folder / FILE
    try:
        write_durably(target, undo.model_dump_json(indent=2, by_alias=True) + "\n")
    except OSError as error:
        raise UndoFileError("The rollback cannot be written", found=error.strerror or str(error), where=str(target)) from error


def remember(folder: Path, known: Mapping[str, object]) -> None:
    """Add what its steps must know to the rollback in that folder; on the disk when this returns.

    Raises:
        UndoFileError: it cannot be.
    """
    with _alone(folder):
        undo = read(folder)
        if undo is None:
            raise UndoFileError("There is no rollback to write anything down for", where=str(folder / FILE))
        write(folder, undo.model_copy(update={"kept": undo.kept | dict(known)}))


def read(folder: Path) -> Undo | None:
    """The rollback of the drill in that folder; None where it has none.

    Raises:
        UndoFileError: it cannot be read.
    """
    target = folder / FILE
    try:
        return Undo.model_validate_json(target.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise UndoFileError(
            "A rollback cannot be read", found=" ".join(str(error).split())[:300], where=str(target), next_step="Undo by hand what it says"
        ) from error


def pending(drills: Path) -> list[Path]:
    """The folders below an inventory's folder of drills whose rollback is not done, oldest first.

    Raises:
        UndoFileError: one cannot be read.
    """
    found = []
    for folder in sorted(path for path in drills.glob("*") if path.is_dir()):
        undo = read(folder)
        if undo is not None and undo.pending:
            found.append(folder)
    return found


def undo_all(folder: Path, carry_out: Callable[[Activity], str]) -> Undo:
    """Carry out each rollback that is not done, also after one that failed, and write down how each went; what is left of them stays pending.

    Args:
        folder: the drill's.
        carry_out: does one, and says why it failed; empty where it did not.

    Raises:
        UndoFileError: it cannot be read, or, after every rollback was carried out, how they went could not be written down.
    """
    unwritten: UndoFileError | None = None
    with _alone(folder):
        undo = read(folder)
        if undo is None:
            raise UndoFileError("There is no rollback to carry out", where=str(folder / FILE))
        for number, step in enumerate(undo.steps):
            if step.done:
                continue
            failed = carry_out(step.activity)
            steps: Sequence[Step] = [
                Step(activity=each.activity, done=not failed, failed=failed) if place == number else each
                for place, each in enumerate(undo.steps)
            ]
            undo = undo.model_copy(update={"steps": tuple(steps)})
            try:
                write(folder, undo)
                unwritten = None
            except UndoFileError as error:
                unwritten = error
    if unwritten:
        raise unwritten
    return undo


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder, without a file that a full disk has no room for: the runner, its watchdog and a person may come at the same time.

    Raises:
        UndoFileError: it is not there, or is not ours.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise UndoFileError("A drill's folder cannot be opened", found=error.strerror or str(error), where=str(folder)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
