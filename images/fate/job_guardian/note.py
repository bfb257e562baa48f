"""What the guardian writes on a job. It is kept in the job's description in FATE Flow's database, and outlives everything but that."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"^guardian \[(\d+)/(\d+)(, left)?\]: (.*)$", re.MULTILINE)
_LONGEST = 400


@dataclass(frozen=True)
class Note:
    """The guardian's one line on a job.

    Attributes:
        attempts: reruns so far.
        limit: reruns it may have.
        text: what was done last, and why.
        left: whether the guardian is done with it.
    """

    attempts: int
    limit: int
    text: str
    left: bool = False

    def __str__(self) -> str:
        return f"guardian [{self.attempts}/{self.limit}{', left' if self.left else ''}]: {' '.join(self.text.split())[:_LONGEST]}"


def read_note(description: str) -> Note | None:
    """The note in a job's description, or None."""
    found = _LINE.search(description)
    return Note(int(found[1]), int(found[2]), found[4], bool(found[3])) if found else None


def with_note(description: str, note: Note) -> str:
    """The description with this note in place of the one before; the rest stays."""
    rest = "\n".join(line for line in description.splitlines() if not _LINE.match(line)).strip()
    return f"{rest}\n{note}" if rest else str(note)
