"""What checks found, as lines for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rich.text import Text

from fedfleet.checks.model import CATEGORIES, Level
from fedfleet.checks.running import worst

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fedfleet.checks.model import Outcome
    from fedfleet.checks.running import Result, SiteResult


class Format(StrEnum):
    """How results are shown: a line a category; a line for what is not good; everything; for programs."""

    TEXT = "text"
    SHORT = "short"
    WIDE = "wide"
    JSON = "json"


_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILURE: "red", Level.SKIPPED: "dim"}
_UNICODE = {Level.OK: "√", Level.WARNING: "‼", Level.FAILURE: "×", Level.SKIPPED: "-"}  # noqa: RUF001 - the signs people know from linkerd
_ASCII = {Level.OK: "ok", Level.WARNING: "!!", Level.FAILURE: "XX", Level.SKIPPED: "--"}
_PLAIN = str.maketrans({"→": "->", "×": "x", "√": "ok", "‼": "!!", "·": "-", "…": "..."})  # noqa: RUF001 - as above
_REFERENCE = "docs/reference/checks.md"


@dataclass(frozen=True)
class Signs:
    """How levels are drawn, and whether anything beyond ASCII may be."""

    unicode: bool

    @classmethod
    def of_encoding(cls, encoding: str | None) -> Signs:
        """Those a terminal, file or pipe of that encoding can show."""
        return cls((encoding or "").lower().replace("-", "") == "utf8")

    def line(self, level: Level, text: str, indent: int = 0) -> Text:
        """A line that begins with the level's sign."""
        sign = (_UNICODE if self.unicode else _ASCII)[level]
        shown = text if self.unicode else text.translate(_PLAIN).encode("ascii", "replace").decode("ascii")
        return Text.assemble(" " * indent, (sign, _STYLES[level]), " ", shown)

    def plain(self, text: str, indent: int = 0) -> Text:
        """A line without a sign."""
        shown = text if self.unicode else text.translate(_PLAIN).encode("ascii", "replace").decode("ascii")
        return Text(" " * indent + shown)


def lines(results: Sequence[SiteResult], signs: Signs, style: Format) -> Iterator[Text]:
    """The results as lines.

    ``text`` has one line a category, and below it what is not good with a hint each; ``wide`` has every outcome; ``short`` has one line for each
    outcome that is not good and nothing else.
    """
    for number, site in enumerate(results):
        if style is Format.SHORT:
            yield from _short(site, signs)
            continue
        if number:
            yield Text()
        yield signs.plain(site.site)
        for category in CATEGORIES:
            found = site.of(category)
            if found:
                yield from _category(category, found, signs, wide=style is Format.WIDE)
    if style is not Format.SHORT:
        yield Text()
        yield _status(results, signs)


def _short(site: SiteResult, signs: Signs) -> Iterator[Text]:
    for result in site.results:
        for outcome in _bad(result):
            yield signs.line(outcome.level, f"{site.site} {result.check.code} {outcome}")


def _category(category: str, found: Sequence[Result], signs: Signs, *, wide: bool) -> Iterator[Text]:
    levels = [result.level for result in found]
    level = next((each for each in (Level.FAILURE, Level.WARNING, Level.OK) if each in levels), Level.SKIPPED)
    yield signs.line(level, f"{category:<13} {_summary(found)}", 2)
    for result in found:
        shown = result.outcomes if wide else _bad(result)
        if wide:
            yield signs.line(result.level, f"{result.check.code}: {result.check.title}", 4)
        for outcome in shown:
            yield signs.line(outcome.level, _good(outcome) if outcome.level is Level.OK else str(outcome), 6)
        if result.level in (Level.WARNING, Level.FAILURE):
            for advice in dict.fromkeys([*(outcome.advice for outcome in _bad(result) if outcome.advice), result.check.hint]):
                yield signs.plain(advice, 9)
            yield signs.plain(f"{_REFERENCE}#{result.check.code}", 9)


def _summary(found: Sequence[Result]) -> str:
    """What a category comes to, in a few words."""
    looked_at = [result for result in found if result.level is not Level.SKIPPED]
    if looked_at:
        return f"{sum(result.level is Level.OK for result in looked_at)} of {len(looked_at)} good"
    return next((outcome.found for result in found for outcome in result.outcomes), "nothing to look at")


def _good(outcome: Outcome) -> str:
    """What is good, with its threshold where that is a number: nobody needs to be told that what is ready should be."""
    text = f"{outcome.subject}: {outcome.found}"
    return f"{text} (wants {outcome.wanted})" if any(sign.isdigit() for sign in outcome.wanted) else text


def _bad(result: Result) -> tuple[Outcome, ...]:
    return tuple(outcome for outcome in result.outcomes if outcome.level in (Level.WARNING, Level.FAILURE))


def _status(results: Sequence[SiteResult], signs: Signs) -> Text:
    levels = [result.level for site in results for result in site.results]
    failures, warnings = levels.count(Level.FAILURE), levels.count(Level.WARNING)
    told = [_counted(failures, "check", "failed")] if failures else []
    told += [_counted(warnings, "warning", "")] if warnings else []
    return signs.line(worst(results), ", ".join(told) or f"all {levels.count(Level.OK)} checks are good")


def _counted(count: int, noun: str, verb: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'} {verb}".strip()


def as_json(results: Sequence[SiteResult]) -> dict[str, Any]:
    """The results for programs; the same whatever is shown to people."""
    return {
        "apiVersion": "fedfleet.dev/v1",
        "kind": "CheckReport",
        "ok": not any(site.failed for site in results),
        "level": worst(results).value,
        "sites": [
            {
                "site": site.site,
                "kind": site.kind,
                "ok": not site.failed,
                "checks": [_check_as_json(result) for result in site.results],
            }
            for site in results
        ],
    }


def _check_as_json(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "code": check.code,
        "category": check.category,
        "title": check.title,
        "level": result.level.value,
        "hint": check.hint,
        "outcomes": [
            {
                "level": outcome.level.value,
                "subject": outcome.subject,
                "found": outcome.found,
                "wanted": outcome.wanted,
                "advice": outcome.advice,
            }
            for outcome in result.outcomes
        ],
    }
