"""Proofs, routes, images and versions of all sites, put in the order in which people read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fedfleet.report.facts import Image, Version
from fedfleet.report.format import Moment
from fedfleet.report.model import EXCHANGE, Edge, EdgeKind, ReplicaRoute, Report, Rung
from fedfleet.report.topology import KINDS
from fedfleet.report.workload import WorkloadReport

# The whole ladder, so that a report shows what has not been climbed too.
LADDER = {
    1: "names, TCP and TLS",
    2: "coordination hop",
    3: "broker hop",
    4: "toy on one party",
    5: "toy with a partner",
    6: "job over three or more parties",
    7: "real workload against its baseline",
}
_MANY, _WORK = 6, 7
_MANY_PARTIES = 3
PROGRAMS = {"sni": "Traffic Server, by server name", "header": "nginx, by party header"}


@dataclass(frozen=True)
class Step:
    """One rung of the ladder with every proof of it, those that fail first."""

    number: int
    name: str
    proofs: tuple[tuple[str, Rung], ...]
    """Each with the site that proved it."""

    @property
    def held(self) -> int:
        """How many hold."""
        return sum(rung.ok for _, rung in self.proofs)

    @property
    def state(self) -> str:
        """`proven`, `failed`, or `unproven` where nobody climbed it."""
        if not self.proofs:
            return "unproven"
        return "proven" if self.held == len(self.proofs) else "failed"

    @property
    def oldest(self) -> Moment | None:
        """When the oldest of its proofs was made."""
        return min((rung.proven_at for _, rung in self.proofs if rung.proven_at), default=None)


def ladder_of(report: Report) -> tuple[Step, ...]:
    """All rungs from the bottom up; those of real work are proven by workloads."""
    climbed = [(site.site, rung) for site in report.sites for rung in site.rungs]
    worked = [(f"workload {workload.name}", rung) for workload in report.workloads for rung in _rungs_of(workload)]
    proofs = sorted([*climbed, *worked], key=lambda each: (each[1].ok, each[0]))
    steps = []
    for number in sorted({*LADDER, *(rung.rung for _, rung in proofs)}):
        own = tuple((site, rung) for site, rung in proofs if rung.rung == number)
        steps.append(Step(number, own[0][1].name if own else LADDER[number], own))
    return tuple(steps)


def _rungs_of(workload: WorkloadReport) -> Iterator[Rung]:
    """What one run of a workload proves: that its parties work together, and that the model is as good as its baseline."""
    for number in (_MANY, _WORK) if len(workload.parties) >= _MANY_PARTIES else (_WORK,):
        yield Rung(
            rung=number,
            name=LADDER[number],
            ok=workload.ok,
            subject=f"{workload.name}: {', '.join(workload.parties)}",
            seconds=workload.seconds,
            detail=workload.message,
            proven_at=workload.started_at,
        )


@dataclass(frozen=True)
class RouteTable:
    """What every replica of one program answered: a row a route, a cell a replica; None where it was not asked."""

    program: str
    replicas: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ReplicaRoute | None, ...]], ...]


def routes_of(report: Report) -> tuple[RouteTable, ...]:
    """A table for each way of routing that was asked for."""
    split = [(*route.route.rpartition(" by ")[::2], route) for route in report.routes]
    return tuple(
        _route_table(kind, [(name, route) for name, of, route in split if of == kind]) for kind in dict.fromkeys(of for _, of, _ in split)
    )


def _route_table(kind: str, routes: Sequence[tuple[str, ReplicaRoute]]) -> RouteTable:
    replicas = tuple(sorted({route.replica for _, route in routes}))
    answers = {(name, route.replica): route for name, route in routes}
    names = sorted(
        dict.fromkeys(name for name, _ in routes), key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name)
    )
    rows = tuple((_asked_for(name), tuple(answers.get((name, replica)) for replica in replicas)) for name in names)
    return RouteTable(PROGRAMS.get(kind, kind), replicas, rows)


def _asked_for(name: str) -> str:
    """What stands for it in the exchange's findings (`fedfleet.exchange.findings`), in plain words."""
    if name.isdigit():
        return f"party {name}"
    if name.startswith("removed "):
        return f"party {name.removeprefix('removed ')}, which has left"
    return {"table": "the table it was given", "unknown": "a party nobody admitted"}.get(name, name)


@dataclass(frozen=True)
class Pairs:
    """What was proven from each member to each party: a row a source, a cell a target with an edge a kind; empty cells are no ways."""

    targets: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[Edge, ...], ...]], ...]

    @property
    def is_wide(self) -> bool:
        """Whether there are too many parties for words in each cell."""
        return len(self.targets) > 4


def pairs_of(report: Report) -> Pairs:
    """Everybody who proved something, and whom they reached."""
    targets = tuple(node.id for node in report.nodes if node.id != EXCHANGE)
    found: dict[tuple[str, str, EdgeKind], Edge] = {(edge.source, edge.target, edge.kind): edge for edge in report.edges}
    sources = [source for source in (EXCHANGE, *targets) if any(edge.source == source for edge in report.edges)]
    rows = tuple(
        (source, tuple(tuple(found[source, target, kind] for kind in KINDS if (source, target, kind) in found) for target in targets))
        for source in sources
    )
    return Pairs(targets, rows)


@dataclass(frozen=True)
class RunningImage:
    """An image and where it runs."""

    image: Image
    sites: tuple[str, ...]
    parts: tuple[str, ...]
    pods: int


def images_of(report: Report) -> tuple[RunningImage, ...]:
    """The images of all sites, by name; the same image at several sites is one entry."""
    found: dict[tuple[str, str], list[tuple[str, Image]]] = {}
    for site in report.sites:
        for image in site.facts.images:
            found.setdefault((image.reference, image.digest), []).append((site.site, image))
    return tuple(
        RunningImage(
            image=entries[0][1],
            sites=tuple(site for site, _ in entries),
            parts=tuple(sorted({part for _, image in entries for part in image.parts})),
            pods=sum(image.pods for _, image in entries),
        )
        for _, entries in sorted(found.items())
    )


@dataclass(frozen=True)
class RunningVersion:
    """A version and the sites at which it was found; `is_everywhere` when those are all sites of the report."""

    version: Version
    sites: tuple[str, ...]
    is_everywhere: bool


def versions_of(report: Report) -> tuple[RunningVersion, ...]:
    """What runs in which version; where sites differ, one entry a version, below each other."""
    found: dict[tuple[str, str], dict[Version, list[str]]] = {}
    for site in report.sites:
        for version in site.facts.versions:
            found.setdefault((version.name, version.source), {}).setdefault(version, []).append(site.site)
    return tuple(
        RunningVersion(version, tuple(sites), len(sites) == len(report.sites)) for of in found.values() for version, sites in of.items()
    )
