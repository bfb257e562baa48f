"""What benches measure, and the file that keeps it. Figures of one topic come from one run, so that they may be compared."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from support.commands import ROOT

RESULTS = ROOT / "build" / "bench" / "results.json"
_GIB = 1024**3


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measured(_Part):
    """One value: in which case, of whom, how much."""

    case: str
    of: str
    value: float
    unit: Literal["s", "ms", "MiB", "calls", "sessions"] = "s"


class Ratio(_Part):
    """How two measured values stand to each other, and what is wanted of that; nothing where it is only told."""

    what: str
    value: float
    unit: Literal["times", "%"] = "times"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def told(self) -> str:
        """The ratio as people read it."""
        return f"{self.value:.0f} %" if self.unit == "%" else f"{self.value:.1f}"

    @property
    def wanted(self) -> str:
        """What is wanted, in short."""
        bounds = [f"{sign} {bound:g}" for sign, bound in (("≥", self.at_least), ("≤", self.at_most)) if bound is not None]
        return ", ".join(bounds)

    @property
    def holds(self) -> bool:
        """Whether it is as wanted."""
        return (self.at_least is None or self.value >= self.at_least) and (self.at_most is None or self.value <= self.at_most)


class Topic(_Part):
    """All that one bench found out."""

    title: str
    note: str
    measured: tuple[Measured, ...]
    ratios: tuple[Ratio, ...]
    date: str
    versions: dict[str, str]


class Results(_Part):
    """The last run of every bench, and the machine they ran on."""

    machine: str
    topics: tuple[Topic, ...] = ()

    def with_topic(self, topic: Topic) -> "Results":
        """The same with a topic's newest run."""
        others = [other for other in self.topics if other.title != topic.title]
        return Results(machine=machine(), topics=tuple(sorted([*others, topic], key=lambda found: found.title)))


def topic(title: str, note: str, measured: Iterable[Measured], ratios: Iterable[Ratio], **versions: str) -> Topic:
    """A topic measured just now."""
    known = {"Python": platform.python_version(), "ansible-core": version("ansible-core")}
    return Topic(
        title=title,
        note=note,
        measured=tuple(measured),
        ratios=tuple(ratios),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        versions=known | versions,
    )


def machine() -> str:
    """This machine as far as it matters to whoever compares."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def load(path: Path = RESULTS) -> Results:
    """What was kept; nothing before the first run."""
    return Results.model_validate_json(path.read_bytes()) if path.is_file() else Results(machine=machine())


def keep(found: Topic, path: Path = RESULTS) -> None:
    """Put a topic's newest run into the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(load(path).with_topic(found).model_dump_json(indent=2) + "\n", encoding="utf-8")
