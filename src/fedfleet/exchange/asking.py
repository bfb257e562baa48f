"""Every replica asked, through a tunnel to that very pod, until it serves the table."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fedfleet.exchange.findings import ReplicaRoute, judge
from fedfleet.exchange.questions import Check, Credentials, flow_check, has_applied, header_checks, sni_checks
from fedfleet.probe import ask_all

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fedfleet.exchange.replicas import Replica
    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.federation.route import Route, RouteTable
    from fedfleet.kube import Client, Tunnel

_PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Expectation:
    """What every replica must serve.

    Attributes:
        table: the table.
        gone_names, gone_parties: what was in the table before and must be refused now.
        old_id: the table before; empty when there is none.
        changed: the parties whose routes are new or other than before.
        followed: the parties whose routes are followed to their ends; None for all of them.
    """

    table: RouteTable
    gone_names: tuple[str, ...] = ()
    gone_parties: tuple[str, ...] = ()
    old_id: str = ""
    changed: frozenset[str] = frozenset()
    followed: frozenset[str] | None = None

    def follows(self, route: Route) -> bool:
        """Whether a route is followed to its end."""
        return self.followed is None or route.party_id in self.followed


class Asker:
    """Asks the replicas; what was fine once is not asked again."""

    def __init__(self, client: Client, settings: ExchangeSettings, credentials: Credentials, expectation: Expectation) -> None:
        self._client = client
        self._settings = settings
        self._credentials = credentials
        self._expectation = expectation

    def until_served(self, replicas: Sequence[Replica], timeout: float, started: float) -> list[ReplicaRoute]:
        """Ask until nothing fails that a replica or a changed party could put right, at most ``timeout`` seconds.

        ``started`` is the monotonic moment from which seconds count.

        Raises:
            KubeError: a pod could not be reached at all.
        """
        findings: dict[tuple[str, str], ReplicaRoute] = {}
        tunnels: dict[str, Tunnel] = {}
        try:
            for replica in replicas:
                tunnels[replica.pod] = self._client.tunnel(self._settings.namespace, f"pod/{replica.pod}", replica.port)
            pending: dict[str, Collection[str]] = {replica.pod: () for replica in replicas}
            while True:
                for finding in self._round([replica for replica in replicas if replica.pod in pending], tunnels, pending, started):
                    findings[finding.replica, finding.route] = finding
                failures = judge(list(findings.values()), self._expectation.changed).failures
                if not failures or time.monotonic() - started > timeout:
                    return sorted(findings.values())
                pending = {replica.pod: [failure.route for failure in failures if failure.replica == replica.pod] for replica in replicas}
                pending = {pod: routes for pod, routes in pending.items() if routes}
                time.sleep(_PAUSE_SECONDS)
        finally:
            for tunnel in tunnels.values():
                tunnel.close()

    def _round(
        self,
        replicas: Sequence[Replica],
        tunnels: dict[str, Tunnel],
        only: dict[str, Collection[str]],
        started: float,
    ) -> list[ReplicaRoute]:
        with ThreadPoolExecutor(max_workers=max(1, len(replicas))) as pool:
            asked = [pool.submit(self._ask, replica, tunnels[replica.pod], only[replica.pod], started) for replica in replicas]
            return [finding for future in asked for finding in future.result()]

    def _ask(self, replica: Replica, tunnel: Tunnel, only: Collection[str], started: float) -> list[ReplicaRoute]:
        checks = [check for check in self._checks(replica) if not only or check.about in only]
        findings = self._put(replica, tunnel, checks, started)
        engines = [flow_check(finding.route, self._settings.domain, self._credentials) for finding in findings if _has_engine(finding)]
        later = {finding.route: finding for finding in self._put(replica, tunnel, engines, started)}
        return [_and_engine(finding, later.get(finding.route)) for finding in findings]

    def _checks(self, replica: Replica) -> list[Check]:
        wanted, domain = self._expectation, self._settings.domain
        routes = [route for route in wanted.table.of_kind(replica.kind) if wanted.follows(route)]
        if replica.kind == "sni":
            return sni_checks(wanted.table.table_id, routes, wanted.gone_names, wanted.old_id, domain, self._credentials)
        return header_checks(wanted.table.table_id, routes, wanted.gone_parties, domain, self._credentials)

    def _put(self, replica: Replica, tunnel: Tunnel, checks: Sequence[Check], started: float) -> list[ReplicaRoute]:
        answers = ask_all([replace(check.question, host=tunnel.host, port=tunnel.port) for check in checks])
        findings = []
        for check, answer in zip(checks, answers, strict=True):
            good, detail = check.judged(answer)
            seconds = round(time.monotonic() - started, 2)
            findings.append(ReplicaRoute(replica.pod, replica.kind, check.about, good, seconds, detail, has_applied(check, answer)))
        return findings


def _has_engine(finding: ReplicaRoute) -> bool:
    return finding.ok and finding.kind == "header" and finding.leads_to_party and finding.admitted


def _and_engine(finding: ReplicaRoute, engine: ReplicaRoute | None) -> ReplicaRoute:
    """A party that has applied its admission must answer with its engine, too."""
    if engine is None:
        return finding
    detail = f"{finding.detail}, its engine as well" if engine.ok else f"{finding.detail}, its engine did not: {engine.detail}"
    return replace(finding, ok=engine.ok, seconds=engine.seconds, detail=detail)
