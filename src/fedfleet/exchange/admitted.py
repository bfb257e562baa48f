"""What the exchange has stored: admitted cards, one object each, and the CA."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.exchange.questions import Credentials
from fedfleet.exchange.settings import AUTHORITY_SECRET, CARD_LABEL, PROBE_SECRET, ExchangeSettings
from fedfleet.federation.card import Card
from fedfleet.federation.endpoint import EndpointPair
from fedfleet.kube import whole
from fedfleet.pki.admissions import Authority
from fedfleet.pki.certificates import load_certificate
from fedfleet.pki.keys import load_key

if TYPE_CHECKING:
    from fedfleet.kube import Client
    from fedfleet.kube.whole import Whole

CARD_FILE: Final = "card.yaml"
_BROKER_FILE: Final = "broker.crt"
_COORDINATION_FILE: Final = "coordination.crt"
# The fingerprint of the card whose routes were last followed through every replica to the party.
_PROVEN_FILE: Final = "proven"


@dataclass(frozen=True)
class Admitted:
    """A stored party.

    Attributes:
        card: its card.
        certificates: those signed for it.
        stored: the object they are in.
        proven: the fingerprint of the card with which it was last reached through every replica; empty when it never was.
    """

    card: Card
    certificates: EndpointPair
    stored: Whole
    proven: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether it was reached where its present card says."""
        return self.proven == self.card.fingerprint


def card_object(party_id: str) -> str:
    """The name of the ConfigMap that holds a party's card."""
    return f"card-{party_id}"


def admitted_texts(card: Card, certificates: EndpointPair, proven: str = "") -> dict[str, str]:
    """What is in that ConfigMap; ``proven`` is the fingerprint of the card with which the party was reached."""
    texts = {CARD_FILE: card.text(), _BROKER_FILE: certificates.broker, _COORDINATION_FILE: certificates.coordination}
    return texts | ({_PROVEN_FILE: proven} if proven else {})


def admitted_parties(client: Client, settings: ExchangeSettings) -> dict[str, Admitted]:
    """All admitted parties, by id.

    Raises:
        DocumentError: a stored card was changed by hand so that it is no longer one.
    """
    listed = client.list("ConfigMap", settings.namespace, CARD_LABEL, api_version="v1")
    found = [_admitted(whole.whole_of(entry)) for entry in listed]
    return {party.card.party_id: party for party in sorted(found, key=lambda party: int(party.card.party_id))}


def admitted_party(client: Client, settings: ExchangeSettings, party_id: str) -> Admitted | None:
    """One admitted party; None where it is not in.

    Raises:
        DocumentError: its stored card was changed by hand so that it is no longer one.
    """
    stored = whole.read(client, "ConfigMap", settings.namespace, card_object(party_id))
    return _admitted(stored) if stored.is_there else None


def _admitted(stored: Whole) -> Admitted:
    card = _card(stored.texts.get(CARD_FILE, ""), f"ConfigMap {stored.namespace}/{stored.name}")
    pair = EndpointPair(broker=stored.texts.get(_BROKER_FILE, ""), coordination=stored.texts.get(_COORDINATION_FILE, ""))
    return Admitted(card, pair, stored, stored.texts.get(_PROVEN_FILE, ""))


# While one party is admitted, all cards are looked at again and again, lest a change by others be missed; few of them are other texts than before.
@lru_cache(maxsize=4096)
def _card(text: str, where: str) -> Card:
    return Card.read(text, where)


def read_authority(client: Client, settings: ExchangeSettings) -> Authority:
    """The federation's CA.

    Raises:
        FedFleetError: there is none.
    """
    texts = _secret(client, settings, AUTHORITY_SECRET, ("ca.crt", "ca.key"))
    where = f"Secret {settings.namespace}/{AUTHORITY_SECRET}"
    certificate = load_certificate(texts["ca.crt"])
    if certificate is None:
        raise FedFleetError(
            "The federation's CA cannot be read",
            expected="a certificate in PEM",
            where=f"{where}, ca.crt",
            next_step="Put the Secret back from the exchange's backup",
        )
    return Authority(certificate, load_key(texts["ca.key"], f"{where}, ca.key"))


def read_credentials(client: Client, settings: ExchangeSettings) -> Credentials:
    """The probe's certificate and key.

    Raises:
        FedFleetError: there are none.
    """
    texts = _secret(client, settings, PROBE_SECRET, ("tls.crt", "tls.key", "ca.crt"))
    return Credentials(texts["tls.crt"], texts["tls.key"], texts["ca.crt"])


def _secret(client: Client, settings: ExchangeSettings, name: str, keys: tuple[str, ...]) -> dict[str, str]:
    found = whole.read(client, "Secret", settings.namespace, name)
    missing = [key for key in keys if not found.texts.get(key)]
    if missing:
        raise FedFleetError(
            "The exchange has no certificates yet",
            expected=f"a Secret with {', '.join(keys)}",
            found=f"nothing under {', '.join(missing)}" if found.is_there else "no such Secret",
            where=f"Secret {settings.namespace}/{name}",
            next_step="Run the module exchange_ca for this exchange first",
        )
    return dict(found.texts)
