"""What was found at each replica, and what that means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fedfleet.federation.route import RouteKind

# What is asked of a replica beside the routes themselves.
TABLE = "table"
REMOVED = "removed"
REPLICAS = "replicas"
UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class ReplicaRoute:
    """One thing asked of one replica.

    Attributes:
        replica: the pod's name; of replicas that do not run, the Deployment's.
        kind: what the replica routes by.
        route: the party id the route leads to; or ``table``, ``removed 40000``, ``unknown``; ``replicas`` for those that do not run.
        ok: whether it is as it must be.
        seconds: from the start of the reload until it was.
        detail: what was found.
        admitted: whether the party has applied its admission, as far as the answer tells.
    """

    replica: str
    kind: RouteKind
    route: str
    ok: bool
    seconds: float
    detail: str
    admitted: bool = False

    @property
    def runs(self) -> bool:
        """Whether it is about a replica that runs, rather than about one that should."""
        return self.route != REPLICAS

    @property
    def leads_to_party(self) -> bool:
        """Whether it is a route, rather than something the replica answers by itself."""
        return self.route.isdigit()

    def __str__(self) -> str:
        return f"replica {self.replica}, {self.route} by {self.kind}: {self.detail}"


@dataclass(frozen=True)
class Verdict:
    """What all findings mean.

    Attributes:
        failures: replicas that don't serve the table, and new routes that lead nowhere.
        silent: parties that no replica reaches and that nobody changed: theirs to put right, and no failure here.
    """

    failures: tuple[ReplicaRoute, ...]
    silent: tuple[ReplicaRoute, ...]


def judge(findings: Sequence[ReplicaRoute], changed: Collection[str]) -> Verdict:
    """Tell a replica's fault from a party's.

    What a replica answers by itself is its fault. A route that works through one replica of its kind and not
    through another is the other replica's fault. A route that works through none is the party's fault; that
    is a failure only for the parties in ``changed``, whose routes are what the reload is about.
    """
    works = {(finding.kind, finding.route) for finding in findings if finding.ok}
    failures, silent = [], []
    for finding in findings:
        if finding.ok:
            continue
        is_replicas_fault = not finding.leads_to_party or (finding.kind, finding.route) in works
        if is_replicas_fault or finding.route in changed:
            failures.append(finding)
        else:
            silent.append(finding)
    return Verdict(tuple(failures), tuple(silent))
