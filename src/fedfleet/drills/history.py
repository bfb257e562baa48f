"""What is kept of drills: `artifacts/drills/<UTC stamp>-<process>-<drill>/` beside the inventory, the newest of each drill on each site."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from fedfleet.drills import undo
from fedfleet.drills.durable import write_durably
from fedfleet.drills.journal import Journal
from fedfleet.errors import FedFleetError

DRILLS: Final = Path("artifacts") / "drills"
JOURNAL: Final = "journal.json"
KEPT: Final = 20
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_ONLY_OURS: Final = 0o700


class HistoryError(FedFleetError):
    """What a drill leaves cannot be written or read."""


def new_folder(inventory: Path, drill: str, now: datetime | None = None) -> Path:
    """Make the folder of a drill that begins now; ``inventory`` is the inventory's directory.

    Raises:
        HistoryError: it cannot be made.
    """
    stamp = (now or datetime.now(UTC)).strftime(_STAMP)
    folder = inventory / DRILLS / f"{stamp}-{os.getpid()}-{drill}"
    try:
        folder.mkdir(parents=True, mode=_ONLY_OURS)
    except OSError as error:
        raise HistoryError("The drill cannot be kept", found=error.strerror or str(error), where=str(folder)) from error
    return folder


def keep_journal(folder: Path, journal: Journal) -> None:
    """Write a journal, whole or not at all; it is on the disk when this returns.

    Raises:
        HistoryError: it cannot be written.
    """
    target = folder / JOURNAL
    try:
        write_durably(target, journal.model_dump_json(indent=2, by_alias=True) + "\n")
    except OSError as error:
        raise HistoryError("A drill's journal cannot be written", found=error.strerror or str(error), where=str(target)) from error


def journals(inventory: Path) -> list[tuple[Path, Journal]]:
    """Every journal that is kept, oldest first, each with its folder.

    Raises:
        HistoryError: one cannot be read.
    """
    found = []
    for path in sorted((inventory / DRILLS).glob(f"*/{JOURNAL}")):
        try:
            found.append((path.parent, Journal.model_validate_json(path.read_bytes())))
        except (OSError, ValidationError) as error:
            raise HistoryError(
                "A drill's journal cannot be read", found=" ".join(str(error).split())[:300], where=str(path), next_step="Move it away"
            ) from error
    return found


def forget_old(inventory: Path, kept: int = KEPT) -> None:
    """Remove all but the newest journals of each drill on each site; one whose rollback is not done stays."""
    seen: dict[tuple[str, str], int] = {}
    for folder, journal in reversed(journals(inventory)):
        which = journal.fedfleet.drill, journal.fedfleet.site
        seen[which] = seen.get(which, 0) + 1
        left = undo.read(folder)
        if seen[which] > kept and not (left and left.pending):
            shutil.rmtree(folder, ignore_errors=True)
