"""Parties with real keys, for tests of cards, admissions and routes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedfleet.federation.card import Card
from fedfleet.federation.endpoint import Endpoint, endpoint
from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName, exchange_server_name, server_name
from fedfleet.federation.site import Site
from fedfleet.pki.admissions import Authority
from fedfleet.pki.cards import new_card
from fedfleet.pki.certificates import load_certificate, new_authority, self_signed
from fedfleet.pki.keys import key_id, new_key
from fedfleet.pki.seals import sealer

FEDERATION = "cancer-study"
DOMAIN = "fate.test.internal"
# Today, for TLS libraries take no other moment; whole seconds, as in certificates.
NOW = datetime.now(UTC).replace(microsecond=0)
EXCHANGE = (
    endpoint("broker", "192.0.2.1", 443, exchange_server_name("broker", DOMAIN)),
    endpoint("coordination", "192.0.2.2", 9443, exchange_server_name("coordination", DOMAIN)),
)


@cache
def key(number: int) -> RSAPrivateKey:
    """A key, always the same for the same number: making one takes half a second."""
    del number
    return new_key()


@cache
def authority(number: int = 0) -> Authority:
    """A CA of the federation, always the same for the same number."""
    own = key(1000 + number)
    certificate = load_certificate(new_authority(own, FEDERATION, DOMAIN, NOW))
    assert certificate is not None
    return Authority(certificate, own)


@dataclass(frozen=True)
class Party:
    """A party with keys of its own."""

    party_id: str = "30000"
    broker: str = "198.51.100.30"
    coordination: str = "198.51.100.31"
    organisation: str = "City Hospital"

    @property
    def keys(self) -> dict[EndpointName, RSAPrivateKey]:
        number = int(self.party_id)
        return {"broker": key(number), "coordination": key(number + 1)}

    @property
    def key_ids(self) -> dict[EndpointName, str]:
        return {name: key_id(found.public_key()) for name, found in self.keys.items()}

    @property
    def site(self) -> Site:
        return Site(kind="party", federation=FEDERATION, domain=DOMAIN, organisation=self.organisation, party_id=self.party_id)

    @property
    def endpoints(self) -> list[Endpoint]:
        names = {name: server_name(name, self.party_id, DOMAIN) for name in ENDPOINT_NAMES}
        return [
            endpoint("broker", self.broker, 6651, names["broker"]),
            endpoint("coordination", self.coordination, 9443, names["coordination"]),
        ]

    def certificates(self, now: datetime = NOW) -> dict[EndpointName, str]:
        return {name: _self_signed(self.party_id, name, now) for name in ENDPOINT_NAMES}

    def card(self, previous: Card | None = None) -> Card:
        return new_card(self.site, self.endpoints, self.keys, self.certificates(), previous)

    def forged(self, changes: Mapping[str, Any]) -> Card:
        """A card whose content says something else, with a fingerprint and signature of the party's own that fit it."""
        seals = ("apiVersion", "kind", "fingerprint", "signature")
        content = {name: value for name, value in self.card().content().items() if name not in seals}
        return Card.sealed({**content, **changes}, sealer(self.keys["coordination"]))


HOSPITAL = Party()
BANK = Party("40000", "198.51.100.40", "198.51.100.41", "River Bank")
TELCO = replace(BANK, party_id="50000", broker="198.51.100.50", coordination="198.51.100.51", organisation="Hill Telco")


@cache
def _self_signed(party_id: str, name: EndpointName, now: datetime) -> str:
    keys = Party(party_id).keys
    return self_signed(keys[name], server_name(name, party_id, DOMAIN), now)
