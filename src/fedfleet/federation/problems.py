"""What is wrong with the documents of a federation, all of it at once and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it is (a file, a card and its field) and a sentence without a full stop."""

    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}" if self.where else self.sentence


class DocumentError(FedFleetError):
    """One or more documents are not acceptable; nothing was touched.

    Attributes:
        problems: everything that was found, in order.
    """

    def __init__(self, summary: str, problems: Sequence[Problem], next_step: str = "") -> None:
        super().__init__(summary, found="; ".join(map(str, problems)), next_step=next_step)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """The summary, then one line a problem, then what to do."""
        lines = [f"{self.summary}:", *(f"- {problem}." for problem in self.problems)]
        return "\n".join([*lines, f"Next: {self.next_step}."] if self.next_step else lines)


def refuse(summary: str, problems: Iterable[Problem], next_step: str = "") -> None:
    """Raise a DocumentError if there is any problem."""
    found = tuple(problems)
    if found:
        raise DocumentError(summary, found, next_step)
