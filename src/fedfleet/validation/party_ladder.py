"""A party's ladder: from its own doors to a job with every partner that answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fedfleet.federation.card import Card
from fedfleet.federation.names import broker_name
from fedfleet.probe import Question
from fedfleet.validation.connection import PATIENCE, ConnectionRung, Doorway
from fedfleet.validation.credentials import Credentials, PartyCredentials, credentials_of
from fedfleet.validation.hops import BrokerRung, CoordinationRung, Partners
from fedfleet.validation.inputs import digest, site_digest
from fedfleet.validation.jobs import Pairing, ToyRung, ToyTerms
from fedfleet.validation.party import Party, partners_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.federation.endpoint import Endpoint
    from fedfleet.federation.roster import Roster
    from fedfleet.validation.jobs import Turn
    from fedfleet.validation.ladder import Rung
    from fedfleet.validation.proofs import ProofStore

_CARD = "card"


@dataclass(frozen=True)
class PartyTerms:
    """How a party's ladder is climbed.

    Attributes:
        highest: the last rung.
        toys: how jobs are run.
        turn: entered for each job.
        reaches_endpoints: whether this machine reaches public endpoints; without, rungs 1 and 3 are left out.
        own_doors: whether it reaches this party's own; behind address translation it may not, and the exchange asks them anyway.
    """

    highest: int
    toys: ToyTerms
    turn: Turn
    reaches_endpoints: bool = True
    own_doors: bool = True


class PartyLadder:
    """The rungs of one party, and what became clear while its ladder was put up.

    Attributes:
        roster: the roster the party has taken up; None before its admission.
        card: the party's card; None before it is written.
        partners: its partners, with those that turned out not to answer.
    """

    def __init__(self, party: Party, held: Mapping[str, Party], store: ProofStore, terms: PartyTerms) -> None:
        """``held`` are the partners whose clusters may be asked directly."""
        self._party = party
        self._held = held
        self._store = store
        self._terms = terms
        self.roster = party.roster()
        self.card = card_of(party)
        self.partners = Partners(partners_of(party.party_id, self.roster), frozenset(held))

    def rungs(self) -> Sequence[Rung]:
        """The rungs this party can be asked to climb now, up to the highest wanted."""
        rungs: list[Rung] = []
        if self._terms.reaches_endpoints:
            credentials = credentials_of(self._party.client, self._party.namespace)
            rungs.append(
                ConnectionRung(doorways(self._party.party_id, self.card if self._terms.own_doors else None, self.roster, credentials))
            )
            if self.roster is not None:
                question = partial(broker_question, self.roster, credentials)
                rungs.append(BrokerRung(self._party.party_id, self.partners, question))
        if self.roster is not None:
            rungs.append(CoordinationRung(self._party, self.partners))
        rungs += self._toys()
        return [rung for rung in rungs if rung.number <= self._terms.highest]

    def _toys(self) -> Sequence[Rung]:
        own = site_digest(self._party.client, self._party.namespace)
        toys = partial(ToyRung, party=self._party, store=self._store, terms=self._terms.toys, turn=self._terms.turn)
        rungs: list[Rung] = [toys(4, pairings=lambda: [Pairing(self._party.party_id, digest([own]))])]
        if self.roster is not None:
            rungs.append(toys(5, pairings=partial(self._with_partners, own, self.roster)))
        return rungs

    def _with_partners(self, own: str, roster: Roster) -> Sequence[Pairing]:
        """A toy with each partner that answers. Of a partner, its whole cluster counts where it is known; else its entry in the roster."""
        exchange = [endpoint.model_dump(mode="json") for endpoint in roster.exchange]
        found = []
        for partner in self.partners.answering():
            held = self._held.get(partner)
            member = roster.member(partner)
            theirs = site_digest(held.client, held.namespace) if held else member and member.model_dump(mode="json")
            found.append(Pairing(partner, digest([own, theirs, exchange]), held))
        return found


def doorways(party_id: str, card: Card | None, roster: Roster | None, credentials: PartyCredentials) -> Sequence[Doorway]:
    """Everything rung 1 asks: the party's own doors, and once it is admitted the exchange's.

    At the exchange's broker door the party asks for its own broker: the name its own certificate carries must come back.
    """
    found = []
    for endpoint in card.endpoints if card else ():
        own = credentials.broker if endpoint.name == "broker" else credentials.coordination
        found.append(Doorway(f"here → this party's {endpoint.name} endpoint", _tls(endpoint, own)))
    if roster is not None:
        coordination = _tls(roster.exchange_endpoint("coordination"), credentials.coordination)
        found.append(Doorway("here → the exchange's coordination endpoint", coordination))
        broker = broker_question(roster, credentials, party_id)
        found.append(Doorway("here → the exchange's broker endpoint → this party's broker", broker))
    return found


def broker_question(roster: Roster, credentials: PartyCredentials, partner: str) -> Question:
    """TLS with a party's broker through the exchange."""
    return _tls(roster.exchange_endpoint("broker"), credentials.broker, broker_name(partner, roster.domain))


def _tls(endpoint: Endpoint, own: Credentials, server_name: str = "") -> Question:
    return Question(
        "tls",
        endpoint.address,
        endpoint.port,
        server_name or endpoint.server_name,
        trust=own.trusted,
        certificate=own.certificate,
        key=own.key,
        timeout=PATIENCE,
    )


def card_of(party: Party) -> Card | None:
    """The party's card; None before it is written."""
    found = party.client.get("ConfigMap", _CARD, party.namespace)
    text = ((found or {}).get("data") or {}).get("card.yaml")
    return Card.read(text, f"ConfigMap {_CARD} in {party.namespace}") if text else None
