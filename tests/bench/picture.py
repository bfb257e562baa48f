"""What was measured as bars, longer for more: one group a case, drawn by hand like the report's pictures, in SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.results import Measured, Results, Topic
from fedfleet.report.charts import share

_TITLE, _CASE, _BAR, _GAP = 34, 24, 22, 14


@dataclass(frozen=True)
class Row:
    """A line of the picture, at its height: a topic's title, a case's name, or a bar with its length in per cent."""

    kind: str
    y: int
    words: str
    value: str = ""
    length: float = 0.0


def draw(results: Results) -> str:
    """The picture of all topics."""
    rows: list[Row] = []
    y = 0
    for topic in results.topics:
        drawn, y = _rows(topic, y)
        rows += drawn
    return _TEMPLATES.get_template("performance.svg.j2").render(rows=rows, height=y, described=describe(results))


def shown(measured: Measured) -> str:
    """A value as people read it."""
    if measured.unit in ("calls", "sessions"):
        return f"{measured.value:.0f} {measured.unit}"
    return f"{measured.value:.{0 if measured.value >= 100 else 1 if measured.value >= 10 else 2}f} {measured.unit}"


def describe(results: Results) -> str:
    """The picture in words, for those who do not see it."""
    told = [f"{measured.case}, {measured.of}: {shown(measured)}" for topic in results.topics for measured in topic.measured]
    return "; ".join(told)


def _rows(topic: Topic, y: int) -> tuple[list[Row], int]:
    y += _TITLE
    rows = [Row("title", y, topic.title)]
    for case, group in groupby(topic.measured, lambda measured: measured.case):
        y += _CASE
        rows.append(Row("case", y, case))
        for measured in group:
            y += _BAR
            rows.append(Row("bar", y, measured.of, shown(measured), _length(measured, topic.measured)))
    return rows, y + _GAP


def _length(measured: Measured, all_of_them: Sequence[Measured]) -> float:
    """Against the largest of the same unit in the same topic."""
    return share(measured.value, max(other.value for other in all_of_them if other.unit == measured.unit)).length


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
