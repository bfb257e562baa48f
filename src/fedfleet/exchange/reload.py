"""A new table in every replica, proven: stored, synced, reloaded, asked."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.exchange.admitted import read_authority, read_credentials
from fedfleet.exchange.asking import Asker, Expectation
from fedfleet.exchange.findings import Verdict, judge
from fedfleet.exchange.replicas import Replica, absent_replicas, reload_replica, replicas
from fedfleet.exchange.stored import nginx_text, store_routes
from fedfleet.progress import report

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fedfleet.exchange.findings import ReplicaRoute
    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.exchange.stored import Configuration, Served
    from fedfleet.federation.route import RouteTable
    from fedfleet.kube import Client


_PAUSE_SECONDS: Final = 0.5
# Parties that nothing has changed for and that are reached all the same, through every replica. A replica that serves the table serves all of
# its routes; whether all parties are well, the ladder finds out, which asks for each. So one party more costs the same among ten and a thousand.
_MOST_UNCHANGED: Final = 32


class RouteError(FedFleetError):
    """A replica does not serve the table, or a new route leads nowhere.

    Attributes:
        findings: everything that was asked, with what was found.
    """

    def __init__(self, failures: Sequence[ReplicaRoute], findings: Sequence[ReplicaRoute], timeout: float) -> None:
        super().__init__(
            "Not every replica of the exchange serves the new routes",
            expected=f"every route served by every replica, and every other name refused, within {timeout:g} s",
            found="; ".join(map(str, failures)),
            where=", ".join(sorted({failure.replica for failure in failures})),
            next_step=_next_step(failures),
        )
        self.findings = tuple(findings)


def _next_step(failures: Sequence[ReplicaRoute]) -> str:
    if any(not failure.runs for failure in failures):
        return "Look at the Deployment's pods and events: nothing is proven before all of its replicas run"
    return (
        "A route that no replica can follow is for its party to put right; a replica that differs from the others is to be looked at, "
        "or deleted: it comes back with the stored routes"
    )


@dataclass(frozen=True)
class Reloaded:
    """What a reload came to.

    Attributes:
        changed: whether anything was other than it must be before.
        table: what is served now.
        findings: one for each replica and thing asked.
        verdict: what they mean; without failures.
        seconds: from the first look to the last answer.
        configuration: what is stored, with what was before.
    """

    changed: bool
    table: RouteTable
    findings: tuple[ReplicaRoute, ...]
    verdict: Verdict
    seconds: float
    configuration: Configuration


def reload_exchange(
    client: Client,
    settings: ExchangeSettings,
    *,
    changed_parties: Collection[str] = (),
    doubtful_parties: Collection[str] = (),
    timeout: float = 30.0,
    dry_run: bool = False,
    table: RouteTable | None = None,
    ask: bool = True,
) -> Reloaded:
    """Have every replica serve what the admitted cards say, and prove it by asking each of them.

    Replicas that already serve the stored table are asked and otherwise left alone.

    Args:
        client: the exchange's cluster.
        settings: the exchange.
        changed_parties: parties whose routes must work in the end, beside those that this reload changes.
        doubtful_parties: parties that are asked for in any case.
        timeout: seconds for everything together.
        dry_run: change nothing, ask nothing.
        table: with ``dry_run``, what would be served.
        ask: whether replicas are reloaded and asked; without, a later reload finds those that serve something else.

    Raises:
        RouteError: a replica does not serve the table or does not run, by name; or a changed party cannot be reached.
        ReplicaError: a replica refused its new configuration.
        FedFleetError, KubeError: the table could not be stored.
    """
    started = time.monotonic()
    authority = read_authority(client, settings)
    configuration = store_routes(client, settings, authority.pem, table=table, dry_run=dry_run)
    expectation = expected(configuration.table, configuration.before, changed_parties, doubtful_parties)
    if dry_run or not ask:
        verdict = Verdict((), ())
        return Reloaded(configuration.changed, configuration.table, (), verdict, _since(started), configuration)
    found = _all_replicas(client, settings, configuration, timeout, started)
    asker = Asker(client, settings, read_credentials(client, settings), expectation)
    stale = found if configuration.changed else _stale(asker, found, expectation, started)
    if stale:
        _reload(client, settings, stale, timeout)
    report(f"asking {len(found)} replicas for the table and the routes to {len(expectation.followed or ())} parties")
    findings = asker.until_served(found, timeout, started)
    verdict = judge(findings, expectation.changed)
    if verdict.failures:
        raise RouteError(verdict.failures, findings, timeout)
    return Reloaded(configuration.changed or bool(stale), configuration.table, tuple(findings), verdict, _since(started), configuration)


def ask_exchange(client: Client, settings: ExchangeSettings) -> tuple[RouteTable, list[ReplicaRoute]]:
    """The admitted cards' routes, and what every replica says of them now; nothing is changed and nothing is waited for.

    Replicas that ought to run and don't are among the findings.

    Raises:
        FedFleetError, KubeError: there is no exchange, or a replica could not be reached at all.
    """
    authority = read_authority(client, settings)
    configuration = store_routes(client, settings, authority.pem, dry_run=True)
    found = replicas(client, settings, configuration.sni, nginx_text(configuration))
    asker = Asker(client, settings, read_credentials(client, settings), Expectation(configuration.table))
    return configuration.table, asker.until_served(found, 0, time.monotonic()) + absent_replicas(client, settings, found)


def expected(table: RouteTable, before: Served, changed_parties: Collection[str], doubtful_parties: Collection[str] = ()) -> Expectation:
    """What replicas must serve after ``before``: the table, nothing that is no longer in it, and the changed routes above all.

    Followed are the routes to all parties that are changed or doubtful, and to some of the others, each time to others.
    """
    names = {route.match: route.target for route in table.of_kind("sni")}
    parties = {route.match: route.target for route in table.of_kind("header")}
    changed = set(changed_parties) & set(table.parties)
    if before.sni is not None and before.header is not None:
        changed |= {route.party_id for route in table.of_kind("sni") if before.sni.get(route.match) != route.target}
        changed |= {route.party_id for route in table.of_kind("header") if before.header.get(route.match) != route.target}
    unchanged = sorted(set(table.parties) - changed)
    some = SystemRandom().sample(unchanged, min(len(unchanged), _MOST_UNCHANGED))
    return Expectation(
        table,
        gone_names=tuple(sorted(set(before.sni or {}) - set(names))),
        gone_parties=tuple(sorted(set(before.header or {}) - set(parties))),
        old_id=before.table_id,
        changed=frozenset(changed),
        followed=frozenset(changed).union(doubtful_parties, some),
    )


def _all_replicas(
    client: Client, settings: ExchangeSettings, configuration: Configuration, timeout: float, started: float
) -> list[Replica]:
    """All replicas that ought to run, once they do.

    Raises:
        RouteError: they don't within ``timeout`` seconds.
    """
    while True:
        found = replicas(client, settings, configuration.sni, nginx_text(configuration))
        absent = absent_replicas(client, settings, found)
        if not absent:
            return found
        if time.monotonic() - started > timeout:
            raise RouteError(absent, absent, timeout)
        report("waiting for replicas: " + "; ".join(finding.detail for finding in absent))
        time.sleep(_PAUSE_SECONDS)


def _stale(asker: Asker, found: Sequence[Replica], expectation: Expectation, started: float) -> list[Replica]:
    """The replicas that don't serve the stored table, though nothing stored has changed."""
    findings = asker.until_served(found, 0, started)
    failing = {finding.replica for finding in judge(findings, expectation.changed).failures}
    return [replica for replica in found if replica.pod in failing]


def _reload(client: Client, settings: ExchangeSettings, stale: Sequence[Replica], timeout: float) -> None:
    for container in sorted({replica.container for replica in stale}):
        client.touch_pods(settings.namespace, settings.labels(container))
    report(f"reloading {', '.join(replica.pod for replica in stale)}")
    with ThreadPoolExecutor(max_workers=len(stale)) as pool:
        for done in [pool.submit(reload_replica, client, settings.namespace, replica, timeout) for replica in stale]:
            done.result()


def _since(started: float) -> float:
    return round(time.monotonic() - started, 2)
