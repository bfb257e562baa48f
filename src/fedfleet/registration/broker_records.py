"""What a party's broker has written down about the others, kept in step with the roster.

FATE makes a record at first use and never looks at it again: a party that was removed stays known, and a broker
goes on calling an exchange that has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fedfleet.engine.fate import BrokerAdmin, PartnerRecord, PodTransport
from fedfleet.federation.addresses import joined
from fedfleet.federation.roster import Membership

if TYPE_CHECKING:
    from fedfleet.federation.roster import Roster
    from fedfleet.kube import Client


@dataclass(frozen=True)
class BrokerPlace:
    """Where the broker's admin API is, and how it reaches the exchange.

    Attributes:
        namespace, party_id: the party.
        service: the broker's Service in the namespace.
        host: of a broker that is the site's own, where its admin API is; it is asked from inside FATE Flow's pod. Empty for the Service.
        port: of the admin API.
        cluster: what the broker calls its own cluster.
        exchange_service: the Service in the namespace that leads to the exchange. A broker outside knows no such names, and goes to the
            exchange's address.
        cluster_domain: the DNS suffix of Services.
        partner_port: the port in a partner's name, which nothing connects to.
    """

    namespace: str
    party_id: str
    service: str = "pulsar"
    port: int = 8080
    exchange_service: str = "exchange-broker"
    cluster_domain: str = "cluster.local"
    partner_port: int = 6651
    host: str = ""
    cluster: str = "standalone"


@dataclass(frozen=True)
class Reconciled:
    """Parties whose records were dropped, parties whose records were corrected, and records of nobody on the roster."""

    dropped: tuple[str, ...]
    corrected: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the broker had anything wrong."""
        return bool(self.dropped or self.corrected)


def reconcile_records(client: Client, place: BrokerPlace, roster: Roster, *, dry_run: bool = False) -> Reconciled:
    """Drop the records of removed parties, and correct those that lead anywhere but to the exchange.

    Raises:
        BrokerError: Pulsar's admin API did not answer or refused.
        KubeError: the broker's pod, or FATE Flow's, cannot be reached.
    """
    named = partial(BrokerAdmin, cluster=place.cluster)
    if place.host:
        with named(f"http://{joined(place.host, place.port)}", transport=PodTransport(client, place.namespace)) as admin:
            return reconcile(admin, place, roster, dry_run=dry_run)
    with (
        client.tunnel(place.namespace, f"service/{place.service}", place.port) as tunnel,
        named(f"http://{tunnel.host}:{tunnel.port}") as admin,
    ):
        return reconcile(admin, place, roster, dry_run=dry_run)


def reconcile(admin: BrokerAdmin, place: BrokerPlace, roster: Roster, *, dry_run: bool = False) -> Reconciled:
    """The same with a broker that is reached already."""
    dropped, corrected, unknown = [], [], []
    for party_id in admin.partners():
        if party_id == place.party_id:
            continue
        member = roster.member(party_id)
        if member is None:
            unknown.append(party_id)
        elif member.state is Membership.REMOVED:
            if dry_run or admin.drop(party_id):
                dropped.append(party_id)
        elif _correct(admin, party_id, wanted_record(place, roster, member.server_names.broker), dry_run=dry_run):
            corrected.append(party_id)
    return Reconciled(tuple(dropped), tuple(corrected), tuple(unknown))


def wanted_record(place: BrokerPlace, roster: Roster, broker_name: str) -> PartnerRecord:
    """How a broker must reach a partner: by the partner's name, through the exchange."""
    endpoint = roster.exchange_endpoint("broker")
    inner = joined(f"{place.exchange_service}.{place.namespace}.svc.{place.cluster_domain}", endpoint.port)
    proxy = endpoint.target if place.host else inner
    return PartnerRecord(broker_url=f"pulsar+ssl://{broker_name}:{place.partner_port}", proxy_url=f"pulsar+ssl://{proxy}")


def _correct(admin: BrokerAdmin, party_id: str, wanted: PartnerRecord, *, dry_run: bool) -> bool:
    if dry_run:
        current = admin.record(party_id)
        return current is not None and current != wanted
    return admin.correct(party_id, wanted)
