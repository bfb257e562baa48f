"""The card: what a party tells the exchange about itself. There is no secret in it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fedfleet.federation.documents import Document
from fedfleet.federation.endpoint import Endpoint, EndpointPair
from fedfleet.federation.names import (
    ENDPOINT_NAMES,
    Domain,
    EndpointName,
    FederationName,
    Organisation,
    PartyId,
    server_name,
)
from fedfleet.federation.problems import Problem

Engine = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Serial = Annotated[int, Field(strict=True, ge=1)]


class Card(Document):
    """A party's card, signed by the key of its coordination endpoint.

    ``certificates`` are self-signed by the very keys of ``certificate_requests``: until the party has its
    certificates, the exchange knows it by these keys.
    """

    title: ClassVar[str] = "card"

    kind: Literal["Card"]
    federation: FederationName
    domain: Domain
    party_id: PartyId
    organisation: Organisation
    engine: Engine
    serial: Serial
    endpoints: tuple[Endpoint, ...]
    certificate_requests: EndpointPair
    certificates: EndpointPair

    def endpoint(self, name: EndpointName) -> Endpoint:
        """One of the two endpoints; ``card_problems`` makes sure that both are there."""
        return next(found for found in self.endpoints if found.name == name)


def card_problems(card: Card, federation: str, domain: str) -> list[Problem]:
    """What is wrong with a card's own content, keys and certificates aside."""
    where = f"card of party {card.party_id}"
    found = []
    if not card.intact():
        sentence = "its content does not have its fingerprint: it was changed after it was made"
        found.append(Problem(where, sentence))
    if card.federation != federation:
        found.append(Problem(where, f"it is for the federation {card.federation}, expected {federation}"))
    if card.domain != domain:
        found.append(Problem(where, f"it is for the domain {card.domain}, expected {domain}"))
    names = sorted(endpoint.name for endpoint in card.endpoints)
    if names != sorted(ENDPOINT_NAMES):
        found.append(Problem(where, f"expected the endpoints broker and coordination, once each, found {', '.join(names) or 'none'}"))
    for endpoint in card.endpoints:
        expected = server_name(endpoint.name, card.party_id, domain)
        if endpoint.server_name != expected:
            sentence = f"the {endpoint.name} endpoint's server name must be {expected}, found {endpoint.server_name}"
            found.append(Problem(where, sentence))
    return found
