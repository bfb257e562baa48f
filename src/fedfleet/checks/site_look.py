"""What a party's or an exchange's programs say when they are asked. Nothing is changed, published or submitted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fedfleet.checks.certificate_look import exchange_certificates, party_certificates
from fedfleet.checks.look import NOT_HERE, Flow, Hops, Kept, Routes, Unseen
from fedfleet.checks.model import Level
from fedfleet.engine.fate.inside import services_from_inside
from fedfleet.exchange.reload import ask_exchange
from fedfleet.exchange.settings import ExchangeSettings
from fedfleet.registration.broker_records import reconcile_records
from fedfleet.validation.connection import ConnectionRung
from fedfleet.validation.credentials import credentials_of
from fedfleet.validation.exchange_ladder import exchange_doorways
from fedfleet.validation.hops import BrokerRung, CoordinationRung, Partners
from fedfleet.validation.inputs import digest, site_digest
from fedfleet.validation.party import Party, partners_of
from fedfleet.validation.party_ladder import broker_question, card_of, doorways
from fedfleet.validation.proofs import ProofStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fedfleet.checks.look import Place
    from fedfleet.federation.external import External
    from fedfleet.kube import Client
    from fedfleet.registration.broker_records import BrokerPlace

_RECENT_JOBS = 20


def party_parts(client: Client, place: Place, broker: BrokerPlace, external: External, now: datetime) -> dict[str, Callable[[], Any]]:
    """The parts of a look that only parties have, by name."""
    party = Party(place.party_id, client, place.namespace)
    return {
        "certificates": lambda: party_certificates(
            client, place.namespace, place.party_id, place.domain, now, _own_broker_door(party) if external.pulsar else None
        ),
        "roster": party.roster,
        "broker": lambda: _broker(party, broker),
        "own_services": lambda: services_from_inside(client, place.namespace, external) if external.parts else NOT_HERE,
        "flow": lambda: _flow(party),
        "hops": lambda: _hops(party),
        "kept": lambda: Kept(ProofStore(client, place.namespace).kept(), digest([site_digest(client, place.namespace)])),
    }


def exchange_parts(client: Client, place: Place, federation: str, now: datetime) -> dict[str, Callable[[], Any]]:
    """The parts of a look that only exchanges have, by name."""
    settings = ExchangeSettings(place.namespace, federation, place.domain)
    return {
        "certificates": lambda: exchange_certificates(client, place.namespace, place.domain, now),
        "routes": lambda: _routes(client, settings),
    }


def _broker(party: Party, place: BrokerPlace) -> Any:
    roster = party.roster()
    if roster is None:
        return Unseen("this party has no admission yet, and its broker knows nobody", level=Level.SKIPPED)
    return reconcile_records(party.client, place, roster, dry_run=True)


def _own_broker_door(party: Party) -> tuple[str, int] | None:
    """Where partners reach a broker that the site has already; None before there is a card, which says so."""
    card = card_of(party)
    if card is None:
        return None
    door = card.endpoint("broker")
    return door.address, door.port


def _flow(party: Party) -> Flow:
    with party.flow() as flow:
        return Flow(flow.site(), flow.recent(_RECENT_JOBS))


def _hops(party: Party) -> Hops | Unseen:
    roster, card = party.roster(), card_of(party)
    credentials = credentials_of(party.client, party.namespace)
    own = ConnectionRung(doorways(party.party_id, card, None, credentials)).prove()
    if roster is None:
        return Hops(own=own)
    partners = Partners(partners_of(party.party_id, roster))
    exchange = ConnectionRung(doorways(party.party_id, None, roster, credentials)).prove()
    hops = CoordinationRung(party, partners).prove()
    brokers = BrokerRung(party.party_id, partners, partial(broker_question, roster, credentials)).prove()
    return Hops(own, exchange, hops, partners.silent, brokers)


def _routes(client: Client, settings: ExchangeSettings) -> Routes:
    table, findings = ask_exchange(client, settings)
    return Routes(findings, table.parties, ConnectionRung(exchange_doorways(client, settings)).prove())
