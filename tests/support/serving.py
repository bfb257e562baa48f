"""Exchanges whose replicas serve: one that is only said to, and one that is waited for."""

from collections.abc import Collection

from fedfleet.exchange.admitted import read_authority
from fedfleet.exchange.findings import ReplicaRoute, judge
from fedfleet.exchange.reload import Reloaded, RouteError, ask_exchange
from fedfleet.exchange.settings import ExchangeSettings
from fedfleet.exchange.stored import store_routes
from fedfleet.federation.route import RouteTable
from fedfleet.kube import Client
from support.cluster import eventually


class Replicas:
    """Replicas that serve whatever is stored, as ``reload_exchange`` finds them; for tests of what is made of that.

    Attributes:
        unreachable: parties that they cannot follow a route to.
    """

    def __init__(self, *unreachable: str) -> None:
        self.unreachable = set(unreachable)

    def __call__(
        self,
        client: Client,
        settings: ExchangeSettings,
        *,
        changed_parties: Collection[str],
        doubtful_parties: Collection[str],
        timeout: float,
        dry_run: bool,
        table: RouteTable | None,
    ) -> Reloaded:
        """Store the routes, and find what the parties let them find."""
        del doubtful_parties
        stored = store_routes(client, settings, read_authority(client, settings).pem, table=table, dry_run=dry_run)
        found = tuple(
            ReplicaRoute("pod", route.kind, route.party_id, route.party_id not in self.unreachable, 0.1, "asked")
            for route in stored.table.routes
            if not dry_run
        )
        verdict = judge(found, changed_parties)
        if verdict.failures:
            raise RouteError(verdict.failures, found, timeout)
        return Reloaded(stored.changed, stored.table, found, verdict, 0.1, stored)


def until_all_serve(client: Client, settings: ExchangeSettings) -> list[ReplicaRoute]:
    """Ask every replica until all that should run do, and serve the current routes; what they said then.

    A pod that came back is Ready before its routes lead anywhere, so that it may have to be asked more than once.
    """
    said: list[ReplicaRoute] = []

    def serves() -> bool:
        said[:] = ask_exchange(client, settings)[1]
        return all(finding.ok for finding in said)

    try:
        eventually(serves, "every replica serves the current routes")
    except AssertionError as error:
        raise AssertionError(f"{error}; {'; '.join(str(finding) for finding in said if not finding.ok)}") from None
    return said
