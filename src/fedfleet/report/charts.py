"""Curves and bars as shapes. Sizes are in the charts' own units, of which a screen shows about one a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedfleet.report.model import Stage
from fedfleet.report.workload import Curve, Score

WIDTH, HEIGHT = 340, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 328, 12, 138
# Lines that can be told apart without colour: dashes are SVG's stroke-dasharray.
_DASHES = ("none", "7 4", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Line:
    """One party's curve: the points of an SVG polyline, how it is dashed, and which colour of the palette it has."""

    party_id: str
    points: str
    dashes: str
    shade: int
    first: float
    last: float


@dataclass(frozen=True)
class Chart:
    """All parties' curves of one name, with the values at the ends of both axes."""

    name: str
    lines: tuple[Line, ...]
    lowest: float
    highest: float
    steps: int

    @property
    def description(self) -> str:
        """The chart in words."""
        told = "; ".join(f"party {line.party_id} from {line.first:.4g} to {line.last:.4g}" for line in self.lines)
        return f"{self.name} over {self.steps} step{'' if self.steps == 1 else 's'}: {told}."


def charts_of(curves: Sequence[Curve]) -> tuple[Chart, ...]:
    """A chart for each name; curves without a value are left out."""
    found: dict[str, list[Curve]] = {}
    for curve in curves:
        if curve.values:
            found.setdefault(curve.name, []).append(curve)
    return tuple(_chart(name, of_name) for name, of_name in found.items())


def _chart(name: str, curves: Sequence[Curve]) -> Chart:
    lowest = min(min(curve.values) for curve in curves)
    highest = max(max(curve.values) for curve in curves)
    steps = max(len(curve.values) for curve in curves)
    lines = tuple(
        Line(
            party_id=curve.party_id,
            points=_points(curve.values, lowest, highest, steps),
            dashes=_DASHES[index % len(_DASHES)],
            shade=index % len(_DASHES),
            first=curve.values[0],
            last=curve.values[-1],
        )
        for index, curve in enumerate(curves)
    )
    return Chart(name, lines, lowest, highest, steps)


def _points(values: Sequence[float], lowest: float, highest: float, steps: int) -> str:
    """A curve that never changes is drawn in the middle; one of a single value as a short line."""
    spread = highest - lowest
    across = (_RIGHT - _LEFT) / max(1, steps - 1)
    heights = [_BOTTOM - (value - lowest) / spread * (_BOTTOM - _TOP) if spread else (_TOP + _BOTTOM) / 2 for value in values]
    points = [(_LEFT + index * across, height) for index, height in enumerate(heights)]
    if len(points) == 1:
        points.append((_LEFT + 6, points[0][1]))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


@dataclass(frozen=True)
class Bar:
    """A part of a whole, in per cent of its width."""

    start: float
    length: float


def score_bars(scores: Sequence[Score]) -> tuple[tuple[Score, Bar], ...]:
    """Each score with its bar: against 1 for metrics up to 1, else against the highest of the same metric."""
    highest = {score.metric: max(1.0, *(abs(other.value) for other in scores if other.metric == score.metric)) for score in scores}
    return tuple((score, Bar(0.0, round(100 * abs(score.value) / highest[score.metric], 2))) for score in scores)


def stage_bars(stages: Sequence[Stage], seconds: float) -> tuple[tuple[Stage, Bar], ...]:
    """Each stage with when it ran in the run's whole time."""
    whole = max(seconds, sum(stage.seconds for stage in stages)) or 1.0
    bars, begun = [], 0.0
    for stage in stages:
        bars.append((stage, Bar(round(100 * begun / whole, 2), round(100 * stage.seconds / whole, 2))))
        begun += stage.seconds
    return tuple(bars)


def share(part: float, whole: float) -> Bar:
    """A part of a whole; what is more than the whole fills it."""
    return Bar(0.0, round(min(100.0, 100 * part / whole), 2) if whole > 0 else 0.0)
