"""Parties that are simulated: real keys, requests, certificates and cards, and behind all of their doors one nginx.

Keys come from a small pool that parties share, for a thousand parties would take half an hour to make theirs; the exchange cannot tell, and
signs and verifies as much for each of them as for any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedfleet.federation.card import Card
from fedfleet.federation.endpoint import endpoint
from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName, server_name
from fedfleet.federation.site import Site
from fedfleet.pki.cards import new_card
from fedfleet.pki.certificates import self_signed
from fedfleet.pki.keys import new_key

# Ports an exchange's network policy lets it reach (exchange_party_ports): two a party.
FIRST_PORT = 30000
_FIRST_PARTY = 100_000
_POOL = 4


@dataclass(frozen=True)
class SimulatedParty:
    """A party without a cluster. All of them live at one address, each at two ports of its own."""

    number: int
    federation: str
    domain: str
    address: str
    now: datetime

    @property
    def party_id(self) -> str:
        """Its id."""
        return str(_FIRST_PARTY + self.number)

    @property
    def ports(self) -> dict[EndpointName, int]:
        """Where it listens."""
        return {name: FIRST_PORT + 2 * self.number + index for index, name in enumerate(ENDPOINT_NAMES)}

    @property
    def keys(self) -> dict[EndpointName, RSAPrivateKey]:
        """Its keys, out of the pool."""
        return {name: pooled_key((self.number + index) % _POOL) for index, name in enumerate(ENDPOINT_NAMES)}

    def name(self, of: EndpointName) -> str:
        """What a door's certificate says."""
        return server_name(of, self.party_id, self.domain)


@cache
def card_of(party: SimulatedParty) -> Card:
    """A party's card, as module `card` makes it of what a cluster holds; made once, for no two certificates are the same."""
    site = Site(
        kind="party", federation=party.federation, domain=party.domain, organisation=f"Simulated {party.number}", party_id=party.party_id
    )
    doors = [endpoint(name, party.address, party.ports[name], party.name(name)) for name in ENDPOINT_NAMES]
    certificates = {name: self_signed(party.keys[name], party.name(name), party.now) for name in ENDPOINT_NAMES}
    return new_card(site, doors, party.keys, certificates, None)


@cache
def pooled_key(number: int) -> RSAPrivateKey:
    """A key of the pool."""
    del number
    return new_key()


def parties(count: int, federation: str, domain: str, address: str, now: datetime) -> Sequence[SimulatedParty]:
    """So many of them, always the same."""
    return [SimulatedParty(number, federation, domain, address, now) for number in range(count)]
