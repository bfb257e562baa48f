"""A drill's time line as a picture's numbers: a strip a probe, cut into spans that held, did not, or had no answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fedfleet.drills.journal import ProbeSample
    from fedfleet.drills.summary import DrillEntry

WIDTH: Final = 860.0
ROW: Final = 26.0


@dataclass(frozen=True)
class Span:
    """From `x`, `width` wide: `holds`, `fails` or `silent`; `told` says what was seen."""

    x: float
    width: float
    kind: str
    told: str


@dataclass(frozen=True)
class Strip:
    """One probe's spans, at the height `y`."""

    probe: str
    y: float
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Picture:
    """All strips; `fault` is where the fault is, `ticks` are places and seconds since the fault; None where there is nothing to draw."""

    strips: tuple[Strip, ...]
    height: float
    fault: float | None
    ticks: tuple[tuple[float, str], ...]


def picture_of(entry: DrillEntry) -> Picture | None:
    """The picture of a drill's time line; None where it has none."""
    samples = sorted(entry.timeline, key=lambda sample: sample.at)
    if not samples:
        return None
    begin, end = samples[0].at, max(sample.at + sample.seconds for sample in samples)
    scale = WIDTH / max(end - begin, 0.001)
    # What is looked at beside the steady state comes last: recovery says nothing of it.
    judged = [probe.probe for probe in entry.probes]
    probes = dict.fromkeys([*judged, *(sample.probe for sample in samples)])
    strips = tuple(
        Strip(
            probe,
            ROW * number,
            _spans([sample for sample in samples if sample.probe == probe], begin, end, scale, in_words=probe not in judged),
        )
        for number, probe in enumerate(probes)
    )
    zero = begin if entry.fault_at is None else entry.fault_at
    ticks = tuple((round((zero - begin + second) * scale, 1), f"{second} s") for second in _seconds(end - zero))
    return Picture(strips, ROW * len(strips), None if entry.fault_at is None else round((zero - begin) * scale, 1), ticks)


def _spans(samples: Sequence[ProbeSample], begin: float, end: float, scale: float, *, in_words: bool) -> tuple[Span, ...]:
    """Neighbours of one kind in one span, where words count of one kind that say the same; a look counts until the next one."""
    spans: list[Span] = []
    for number, sample in enumerate(samples):
        until = samples[number + 1].at if number + 1 < len(samples) else end
        kind = "holds" if sample.holds else "fails" if sample.answered else "silent"
        x, width = round((sample.at - begin) * scale, 1), round((until - sample.at) * scale, 1)
        if spans and spans[-1].kind == kind and not (in_words and spans[-1].told != sample.detail):
            spans[-1] = Span(spans[-1].x, round(x + width - spans[-1].x, 1), kind, sample.detail)
        else:
            spans.append(Span(x, width, kind, sample.detail))
    return tuple(spans)


def _seconds(length: float) -> range:
    """About eight round numbers of seconds."""
    step = next((each for each in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600) if length / each <= 8), 1200)
    return range(0, int(length) + 1, step)
