"""One look at a site: everything the checks judge, typed. A part that could not be seen says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from fedfleet.checks.model import Level

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from fedfleet.checks.certificate_look import CertificateSeen
    from fedfleet.engine.fate.views import JobView
    from fedfleet.exchange.findings import ReplicaRoute
    from fedfleet.federation.roster import Roster
    from fedfleet.kube import KubeObject
    from fedfleet.probe.services import ServiceAnswer
    from fedfleet.registration.broker_records import Reconciled
    from fedfleet.validation.ladder import Proof

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Unseen:
    """A part that could not be looked at.

    Attributes:
        reason: why.
        advice: what to do about it.
        level: how bad that is; skipped where this site has no such thing, or it is the platform team's to look at.
    """

    reason: str
    advice: str = ""
    level: Level = Level.FAILURE


class UnseenError(Exception):
    """A check needs a part that could not be seen."""

    def __init__(self, part: Unseen) -> None:
        super().__init__(part.reason)
        self.part = part


@dataclass(frozen=True)
class Place:
    """Whose look it is."""

    name: str
    kind: str
    namespace: str
    domain: str = ""
    party_id: str = ""


@dataclass(frozen=True)
class Api:
    """The API server: its version, seconds an answer took, and by how many seconds its clock is ahead (None: not told)."""

    server: str
    version: str
    seconds: float
    skew: float | None


@dataclass(frozen=True)
class Disk:
    """A mounted claim and how full it is, in bytes."""

    claim: str
    pod: str
    used: int
    size: int

    @property
    def percent(self) -> float:
        """How full it is."""
        return 100.0 * self.used / self.size if self.size else 0.0


@dataclass(frozen=True)
class Flow:
    """FATE Flow: whose it says it is, and the last jobs it had a part in, newest first."""

    party_id: str
    recent: Sequence[JobView] = ()


@dataclass(frozen=True)
class Kept:
    """The site's proofs, and what a proof of rung 4 would be about now."""

    proofs: Sequence[Proof]
    inputs: str


@dataclass(frozen=True)
class Hops:
    """What a party reaches.

    Attributes:
        own: its own doors, from here. exchange: the exchange's, from here.
        partners: the way to each partner, through the exchange, from the party's own nginx.
        silent: partners that did not answer, and what came instead.
        brokers: the way to each partner's broker, from here.
    """

    own: Sequence[Proof] = ()
    exchange: Sequence[Proof] = ()
    partners: Sequence[Proof] = ()
    silent: dict[str, str] = field(default_factory=dict)
    brokers: Sequence[Proof] = ()


@dataclass(frozen=True)
class Routes:
    """What the exchange's replicas answered, and the parties that are admitted; its own doors, from here."""

    findings: Sequence[ReplicaRoute]
    parties: tuple[str, ...]
    doors: Sequence[Proof] = ()


NOT_HERE = Unseen("this site has no such thing", level=Level.SKIPPED)


@dataclass(frozen=True)
class Look:
    """Everything that was seen."""

    place: Place
    now: datetime
    api: Api | Unseen = NOT_HERE
    namespace: KubeObject | Unseen | None = NOT_HERE
    nodes: Sequence[KubeObject] | Unseen = NOT_HERE
    quotas: Sequence[KubeObject] | Unseen = NOT_HERE
    classes: Sequence[KubeObject] | Unseen = NOT_HERE
    claims: Sequence[KubeObject] | Unseen = NOT_HERE
    disks: Sequence[Disk] | Unseen = NOT_HERE
    workloads: Sequence[KubeObject] | Unseen = NOT_HERE
    pods: Sequence[KubeObject] | Unseen = NOT_HERE
    services: Sequence[KubeObject] | Unseen = NOT_HERE
    certificates: Sequence[CertificateSeen] | Unseen = NOT_HERE
    roster: Roster | Unseen | None = NOT_HERE
    broker: Reconciled | Unseen = NOT_HERE
    own_services: Sequence[ServiceAnswer] | Unseen = NOT_HERE
    flow: Flow | Unseen = NOT_HERE
    hops: Hops | Unseen = NOT_HERE
    routes: Routes | Unseen = NOT_HERE
    kept: Kept | Unseen = NOT_HERE


def seen(part: Seen | Unseen) -> Seen:
    """The part.

    Raises:
        UnseenError: it could not be seen; the runner turns that into an outcome.
    """
    if isinstance(part, Unseen):
        raise UnseenError(part)
    return part
