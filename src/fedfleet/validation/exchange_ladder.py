"""An exchange's ladder: its own doors, and every route asked of every replica."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.exchange.admitted import read_credentials
from fedfleet.exchange.findings import judge
from fedfleet.exchange.reload import ask_exchange
from fedfleet.exchange.settings import ROSTER_CONFIG_MAP
from fedfleet.federation.roster import Roster
from fedfleet.probe import Question
from fedfleet.validation.connection import PATIENCE, ConnectionRung, Doorway
from fedfleet.validation.ladder import Proof

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.exchange.findings import ReplicaRoute
    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.kube import Client
    from fedfleet.validation.ladder import Rung

_KINDS = {2: "header", 3: "sni"}


class RouteRung:
    """All routes of one kind, by what every replica answered; one proof a route."""

    def __init__(self, number: int, findings: Sequence[ReplicaRoute]) -> None:
        self.number = number
        self._findings = [finding for finding in findings if finding.kind == _KINDS[number]]

    def prove(self) -> Sequence[Proof]:
        """Fails where a replica is at fault; a party that no replica reaches is the party's affair."""
        failures = judge(self._findings, ()).failures
        proofs = []
        for route in sorted({finding.route for finding in self._findings}):
            of_route = [finding for finding in self._findings if finding.route == route]
            failed = [finding for finding in failures if finding.route == route]
            if not failed and not all(finding.ok for finding in of_route):
                continue
            proofs.append(
                Proof(
                    self.number,
                    f"party {route}" if route.isdigit() else route,
                    ok=not failed,
                    seconds=max(finding.seconds for finding in of_route),
                    detail="; ".join(map(str, failed)) or f"{len(of_route)} replicas, each asked: {of_route[0].detail}",
                    fix=_fix(failed),
                )
            )
        return proofs


def _fix(failed: Sequence[ReplicaRoute]) -> str:
    if not failed:
        return ""
    names = ", ".join(finding.replica for finding in failed)
    if any(not finding.runs for finding in failed):
        return f"look at the pods and events of Deployment {names}"
    return f"delete {names}: it comes back with the stored routes"


class ExchangeLadder:
    """The rungs of an exchange, and what its replicas said.

    Attributes:
        admitted: the parties that routes lead to.
        findings: one for each replica and thing asked.
        silent: parties that no replica reaches, and what came instead.
    """

    def __init__(self, client: Client, settings: ExchangeSettings, *, reaches_endpoints: bool) -> None:
        self._client = client
        self._settings = settings
        self._reaches_endpoints = reaches_endpoints
        table, findings = ask_exchange(client, settings)
        self.admitted = table.parties
        self.findings = tuple(findings)
        self.silent = {finding.route: finding.detail for finding in judge(self.findings, ()).silent}

    def rungs(self) -> Sequence[Rung]:
        """All rungs of an exchange."""
        routes: list[Rung] = [RouteRung(number, self.findings) for number in _KINDS]
        return [ConnectionRung(exchange_doorways(self._client, self._settings)), *routes] if self._reaches_endpoints else routes


def exchange_doorways(client: Client, settings: ExchangeSettings) -> Sequence[Doorway]:
    """Everything rung 1 asks of an exchange: its own doors, once its roster says where they are.

    Raises:
        FedFleetError: it has no certificates yet.
    """
    found = client.get("ConfigMap", ROSTER_CONFIG_MAP, settings.namespace)
    text = ((found or {}).get("data") or {}).get("roster.yaml")
    if not text:
        return ()
    roster = Roster.read(text, f"ConfigMap {ROSTER_CONFIG_MAP} in {settings.namespace}")
    broker, coordination = roster.exchange_endpoint("broker"), roster.exchange_endpoint("coordination")
    own = read_credentials(client, settings)
    tls = Question(
        "tls",
        coordination.address,
        coordination.port,
        coordination.server_name,
        trust=own.authority,
        certificate=own.certificate,
        key=own.key,
        timeout=PATIENCE,
    )
    return [
        # Traffic Server shows no certificate of its own: names that end TLS behind it are rung 3's.
        Doorway(
            "here → the exchange's broker endpoint", Question("tcp", broker.address, broker.port, broker.server_name, timeout=PATIENCE)
        ),
        Doorway("here → the exchange's coordination endpoint", tls),
    ]
