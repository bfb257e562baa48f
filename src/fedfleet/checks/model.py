"""What a check is, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fedfleet.checks.look import Look

# The order in which categories are shown: what others stand on comes first.
CATEGORIES = ("kubernetes", "storage", "pods", "services", "certificates", "broker", "coordination", "exchange", "jobs", "proofs")


class Level(StrEnum):
    """How good a thing is. What could not be looked at, or does not exist at this site, is skipped: it is neither good nor bad."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """What one check says about one thing.

    Attributes:
        level: how good it is.
        subject: the thing.
        found: its value.
        wanted: the threshold.
        advice: what to do about this very thing, where that is more than the check's hint.
    """

    level: Level
    subject: str
    found: str = ""
    wanted: str = ""
    advice: str = ""

    def __str__(self) -> str:
        text = f"{self.subject}: {self.found}" if self.found else self.subject
        return f"{text}, wants {self.wanted}" if self.wanted else text


@dataclass(frozen=True)
class Check:
    """A check, as data.

    Attributes:
        code: its name for ever: documentation and scripts refer to it.
        category: one of ``CATEGORIES``.
        title: what holds when it is good, as a statement.
        hint: what to do when it is not, in one line.
        explained: what it means and why it matters, for its entry in the reference.
        kinds: the kinds of sites it is about.
        judge: what it says of a look, one outcome a thing. Things that are not there yield nothing.
    """

    code: str
    category: str
    title: str
    hint: str
    explained: str
    judge: Callable[[Look], Iterable[Outcome]]
    kinds: frozenset[str] = frozenset({"exchange", "party"})


PARTY = frozenset({"party"})
EXCHANGE = frozenset({"exchange"})


def judged(value: float, warned: float, refused: float, *, least: bool = False) -> Level:
    """The level of a value that should stay below two thresholds, or with ``least`` above them."""
    if least:
        return Level.FAILURE if value < refused else Level.WARNING if value < warned else Level.OK
    return Level.FAILURE if value > refused else Level.WARNING if value > warned else Level.OK
