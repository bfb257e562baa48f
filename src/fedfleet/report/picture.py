"""The federation as a picture: the exchange in the middle, parties beside it, and a lane for each kind of traffic between them.

All traffic goes through the exchange, so that a lane says what was proven of everything that leaves or reaches its party; the table of
pairs beside the picture says between whom. Sizes are in the picture's own units, of which a wide screen shows about one a pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fedfleet.report.model import EXCHANGE, Edge, EdgeKind, Node, ReplicaRoute, Report
from fedfleet.report.topology import KINDS

LaneState = Literal["proven", "partly", "failed", "unproven"]

MARKS: dict[str, str] = {"proven": "✓", "partly": "!", "failed": "✗", "unproven": "○"}
_BOX, _GAP, _FIRST_LANE, _LANE = 122, 24, 34, 34
# Units that a letter of a party's lines takes at most on average, and what stays free beside them.
_LETTER, _MARGIN = 8.4, 26


@dataclass(frozen=True)
class Lane:
    """One kind of traffic between a party and the exchange: how many of the ways that end at the party are proven."""

    kind: EdgeKind
    state: LaneState
    told: str
    edges: tuple[Edge, ...]

    @property
    def mark(self) -> str:
        """A sign that stands for the state."""
        return MARKS[self.state]


@dataclass(frozen=True)
class Box:
    """A place in the picture with lines of text, from `x` to `x + width`."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[tuple[str, str], ...]
    """Each line's class and text."""

    def baseline(self, index: int) -> int:
        """Where the line of that index stands; the title is line 0."""
        return self.y + (30, 51, 79, 103)[index]


@dataclass(frozen=True)
class DrawnLane:
    """A lane as a line from the party's box to the exchange's."""

    lane: Lane
    x1: int
    x2: int
    y: int

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return (self.x1 + self.x2) / 2


@dataclass(frozen=True)
class Picture:
    """Everything to draw. `rail` joins the parties below each other in the narrow picture."""

    name: str
    width: int
    height: int
    exchange: Box
    parties: tuple[Box, ...]
    lanes: tuple[DrawnLane, ...]
    rail: tuple[int, int, int] | None
    description: str

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes, the exchange's first."""
        return (self.exchange, *self.parties)


def lanes_of(node: Node, edges: Sequence[Edge]) -> tuple[Lane, ...]:
    """A party's lanes, one for each kind of traffic."""
    return tuple(_lane(kind, [edge for edge in edges if edge.kind == kind and node.id in (edge.source, edge.target)]) for kind in KINDS)


def _lane(kind: EdgeKind, edges: Sequence[Edge]) -> Lane:
    proven = sum(edge.state == "proven" for edge in edges)
    failed = sum(edge.state == "failed" for edge in edges)
    state: LaneState = "unproven"
    if failed:
        state, told = "failed", "all fail" if failed == len(edges) > 1 else f"{failed} of {len(edges)} fail{'s' if failed == 1 else ''}"
    elif not edges:
        told = "nobody to ask" if kind == "toy" else "not asked here"
    elif not proven:
        told = "not proven"
    else:
        state, told = "proven" if proven == len(edges) else "partly", f"{proven} of {len(edges)}"
    return Lane(kind, state, told, tuple(edges))


def wide(report: Report) -> Picture:
    """For screens and paper: parties in two columns, the exchange between them."""
    parties = [node for node in report.nodes if node.id != EXCHANGE]
    box, lane, middle = 236, 206, 244
    width = 2 * (box + lane) + middle
    rows = max(1, (len(parties) + 1) // 2)
    height = rows * (_BOX + _GAP) - _GAP
    boxes: list[Box] = []
    lanes: list[DrawnLane] = []
    for index, node in enumerate(parties):
        on_the_left = index % 2 == 0
        y = index // 2 * (_BOX + _GAP)
        x = 0 if on_the_left else width - box
        boxes.append(_party(node, x, y, box))
        ends = (box, box + lane) if on_the_left else (width - box, width - box - lane)
        lanes += _drawn(lanes_of(node, report.edges), *ends, y)
    return Picture(
        "wide", width, height, _exchange(report, box + lane, 0, middle, height), tuple(boxes), tuple(lanes), None, describe(report)
    )


def narrow(report: Report) -> Picture:
    """For telephones: the exchange on top, and its parties below each other along a rail."""
    parties = [node for node in report.nodes if node.id != EXCHANGE]
    width, rail, box = 400, 14, 196
    boxes: list[Box] = []
    lanes: list[DrawnLane] = []
    y = _BOX + _GAP
    for node in parties:
        boxes.append(_party(node, width - box, y, box))
        lanes += _drawn(lanes_of(node, report.edges), width - box, rail, y)
        y += _BOX + _GAP
    height = max(_BOX, y - _GAP)
    last = lanes[-1].y if lanes else _BOX
    exchange = _exchange(report, 0, 0, width, _BOX)
    return Picture("narrow", width, height, exchange, tuple(boxes), tuple(lanes), (rail, _BOX, last), describe(report))


def _drawn(lanes: Sequence[Lane], x1: int, x2: int, y: int) -> list[DrawnLane]:
    return [DrawnLane(lane, x1, x2, y + _FIRST_LANE + index * _LANE) for index, lane in enumerate(lanes)]


def _party(node: Node, x: int, y: int, width: int) -> Box:
    own = f"doors {MARKS[node.doors]}   alone {MARKS[node.alone]}" if node.site else "another inventory's site"
    state = (f"state {_shade(node.state)}", _cut(node.state, width)) if node.site else ("quiet", "on the roster")
    lines = (("quiet", _cut(node.organisation, width)), state, ("quiet", own))
    return Box(x, y, width, _BOX, f"Party {node.id}", lines)


def _exchange(report: Report, x: int, y: int, width: int, height: int) -> Box:
    node = next(node for node in report.nodes if node.id == EXCHANGE)
    if not node.site:
        return Box(x, y, width, height, "Exchange", (("quiet", "another inventory's site"),))
    lines = (
        _replicas(report.routes, "sni", "Traffic Server"),
        (f"state {_shade(node.state)}", node.state),
        _replicas(report.routes, "header", "nginx"),
    )
    return Box(x, y, width, height, "Exchange", lines)


def _replicas(routes: Sequence[ReplicaRoute], kind: str, name: str) -> tuple[str, str]:
    """How many replicas of a kind serve everything they were asked for, as a line's class and text."""
    asked = {route.replica for route in routes if route.route.endswith(f" by {kind}")}
    failing = {route.replica for route in routes if route.replica in asked and not route.ok}
    if not asked:
        return "quiet", f"{name}: no replica asked"
    if failing:
        return "failed", f"{name} {MARKS['failed']} {len(asked) - len(failing)} of {len(asked)} replicas"
    return "quiet", f"{name} {MARKS['proven']} {len(asked)} of {len(asked)} replicas"


def _shade(state: str) -> str:
    if state == "validated":
        return "proven"
    return "failed" if state == "failed" else "partly"


def _cut(text: str, width: int) -> str:
    letters = int((width - _MARGIN) / _LETTER)
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def describe(report: Report) -> str:
    """The picture in words, for those who do not see it."""
    parties = [node for node in report.nodes if node.id != EXCHANGE]
    told = []
    for node in parties:
        lanes = "; ".join(f"{lane.kind} {lane.state}, {lane.told}" for lane in lanes_of(node, report.edges))
        name = f"Party {node.id}{f', {node.organisation}' if node.organisation else ''}"
        told.append(f"{name}, {node.state or 'on the roster'}: {lanes}.")
    return " ".join([f"{len(parties)} part{'y' if len(parties) == 1 else 'ies'} around one exchange.", *told])
