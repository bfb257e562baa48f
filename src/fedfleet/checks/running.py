"""Runs checks over a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.checks.catalogue import CHECKS
from fedfleet.checks.look import Unseen, UnseenError
from fedfleet.checks.model import Level, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fedfleet.checks.look import Look
    from fedfleet.checks.model import Check


@dataclass(frozen=True)
class Result:
    """One check's outcomes at one site; none for things that are not there."""

    check: Check
    outcomes: tuple[Outcome, ...]

    @property
    def level(self) -> Level:
        """The worst of them; skipped where there are none or all are."""
        levels = {outcome.level for outcome in self.outcomes}
        return next((level for level in (Level.FAILURE, Level.WARNING, Level.OK) if level in levels), Level.SKIPPED)


@dataclass(frozen=True)
class SiteResult:
    """All checks of one site."""

    site: str
    kind: str
    results: tuple[Result, ...]

    def of(self, category: str) -> tuple[Result, ...]:
        """The results of a category."""
        return tuple(result for result in self.results if result.check.category == category)

    @property
    def failed(self) -> bool:
        """Whether any check failed; warnings are no failures."""
        return any(result.level is Level.FAILURE for result in self.results)


def check_site(look: Look, checks: Sequence[Check] = CHECKS) -> SiteResult:
    """Judge a look by every check that is about such a site."""
    told: list[Unseen] = []
    results = tuple(Result(check, _outcomes(check, look, told)) for check in checks if look.place.kind in check.kinds)
    return SiteResult(look.place.name, look.place.kind, results)


def _outcomes(check: Check, look: Look, told: list[Unseen]) -> tuple[Outcome, ...]:
    try:
        return tuple(check.judge(look))
    except UnseenError as error:
        part = error.part
    if part.level is Level.SKIPPED:
        return (Outcome(Level.SKIPPED, check.title, part.reason),)
    if part in told:
        # Once is enough for one reason.
        return (Outcome(Level.SKIPPED, check.title, "not known, for the reason above"),)
    told.append(part)
    return (Outcome(part.level, check.title, part.reason, "that it can be looked at", part.advice),)


def worst(results: Iterable[SiteResult]) -> Level:
    """The worst level of several sites."""
    levels = {result.level for site in results for result in site.results}
    return next((level for level in (Level.FAILURE, Level.WARNING) if level in levels), Level.OK)
