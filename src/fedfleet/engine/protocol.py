"""What every engine fulfils: its ways in, how the exchange finds them, the rungs it can be proven on, its jobs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType


class RouteKind(StrEnum):
    """How the exchange tells whom a connection is for."""

    SNI = "sni"
    HEADER = "header"


class JobState(StrEnum):
    """Where a job stands; the names are FATE's."""

    READY = "ready"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCESS = "success"
    PASSED = "pass"
    FAILED = "failed"
    CANCELED = "canceled"
    TIMED_OUT = "timeout"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, name: str) -> JobState:
        """The state of that name; ``UNKNOWN`` for one we have never met."""
        try:
            return cls(name)
        except ValueError:
            return cls.UNKNOWN

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in _ENDED

    @property
    def ok(self) -> bool:
        """Whether it ended as it should."""
        return self in {JobState.SUCCESS, JobState.PASSED}


_ENDED = frozenset({JobState.SUCCESS, JobState.PASSED, JobState.FAILED, JobState.CANCELED, JobState.TIMED_OUT})


@dataclass(frozen=True)
class Way:
    """A way into a party that partners need, and therefore an endpoint of its card.

    Attributes:
        name: the endpoint's name on the card.
        protocol: what is spoken there.
        service: the Service in the party's namespace that leads to it.
        port: its TCP port there.
        route: how the exchange tells whom a connection is for.
    """

    name: str
    protocol: str
    service: str
    port: int
    route: RouteKind


@dataclass(frozen=True)
class Word:
    """What one party says about its part in a job.

    Attributes:
        party_id: whose word it is.
        role: its part in the job.
        state: what it says.
        asked: how it was asked, for people.
    """

    party_id: str
    role: str
    state: JobState
    asked: str


class JobClient(Protocol):
    """One party's engine, as its own people talk to it."""

    @property
    def party_id(self) -> str:
        """Whose engine it is."""

    def __enter__(self) -> JobClient: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def submit(self, description: Mapping[str, object]) -> str:
        """Start a job; returns its id."""

    def words(self, job_id: str) -> Sequence[Word]:
        """What this party says about each of its roles in the job."""

    def stop(self, job_id: str) -> None:
        """End the job at all parties."""


class Engine(Protocol):
    """An engine as registration, validation and drills see it."""

    @property
    def name(self) -> str:
        """Its name on cards and in inventories."""

    @property
    def ways(self) -> Sequence[Way]:
        """Every endpoint a party of this engine has."""

    @property
    def rungs(self) -> frozenset[int]:
        """Rungs of the ladder that it can be proven on."""

    def client(self, base_url: str, party_id: str) -> JobClient:
        """A client for the engine of a party, reached at ``base_url``."""
