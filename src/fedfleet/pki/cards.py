"""Cards made with a party's keys, and held against everything that can be checked without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fedfleet.federation.card import Card, card_problems
from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName, server_name
from fedfleet.federation.problems import Problem
from fedfleet.pki.certificates import certificate_faults
from fedfleet.pki.keys import key_id
from fedfleet.pki.requests import load_request, new_request, request_faults
from fedfleet.pki.seals import seal_holds, sealer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from fedfleet.federation.endpoint import Endpoint
    from fedfleet.federation.site import Site


def new_card(
    site: Site,
    endpoints: Sequence[Endpoint],
    keys: Mapping[EndpointName, RSAPrivateKey],
    certificates: Mapping[EndpointName, str],
    previous: Card | None,
) -> Card:
    """The card of a party: the previous one if it still says what is so, else one with the next serial number.

    ``certificates`` are the self-signed ones (PEM) of the same keys.

    Raises:
        DocumentError: the endpoints are not acceptable.
    """
    assert site.party_id is not None, "only a party has a card"  # noqa: S101
    content: dict[str, Any] = {
        "federation": site.federation,
        "domain": site.domain,
        "party_id": site.party_id,
        "organisation": site.organisation,
        "engine": site.engine,
        "endpoints": [endpoint.model_dump() for endpoint in endpoints],
        "certificate_requests": {name: new_request(keys[name], site.server_name(name)) for name in ENDPOINT_NAMES},
        "certificates": dict(certificates),
    }
    seal = sealer(keys["coordination"])
    if previous is not None:
        same = Card.sealed({**content, "serial": previous.serial}, seal)
        if same == previous:
            return previous
    return Card.sealed({**content, "serial": previous.serial + 1 if previous else 1}, seal)


def verify_card(card: Card, federation: str, domain: str, now: datetime) -> list[Problem]:
    """Everything that is wrong with a card: content, names, keys, requests, certificates and signature."""
    found = card_problems(card, federation, domain)
    for name in ENDPOINT_NAMES:
        where = f"card of party {card.party_id}, {name}"
        expected = server_name(name, card.party_id, domain)
        pem = card.certificate_requests.of(name)
        found += [Problem(f"{where} request", fault) for fault in request_faults(pem, expected)]
        request = load_request(pem)
        if request is None:
            continue
        key = key_id(request.public_key())
        faults = certificate_faults(card.certificates.of(name), expected, now, key=key)
        found += [Problem(f"{where} certificate", fault) for fault in faults]
        if name == "coordination" and not seal_holds(card.canonical(), card.signature, request.public_key()):
            sentence = "its signature is not of its coordination key: it was changed, or is not from this party"
            found.append(Problem(f"card of party {card.party_id}", sentence))
    return found


def succession_problems(card: Card, stored: Card | None, *, confirmed: bool) -> list[Problem]:
    """Why a card cannot take the place of the stored one: it is older, says something else under the same number, or has other keys.

    A card's signature is of the keys in it, so that anybody can sign a card with new keys; ``confirmed`` says that the party read out this
    card's fingerprint.
    """
    if stored is None or card == stored:
        return []
    where = f"card of party {card.party_id}"
    if card.serial < stored.serial:
        return [Problem(where, f"it has the number {card.serial}, and number {stored.serial} is known already: it is an old card")]
    if card.serial == stored.serial:
        sentence = f"there are two different cards with the number {card.serial}: fingerprints {card.fingerprint} and {stored.fingerprint}"
        return [Problem(where, sentence)]
    changed = [name for name in ENDPOINT_NAMES if _key_of(card, name) != _key_of(stored, name)]
    if changed and not confirmed:
        sentence = (
            f"its {' and '.join(changed)} keys are not those of the admitted card: another might have made it in the party's name. "
            f"Have the party read out the fingerprint of its card, and list it in registration_card_fingerprints; this card's is {card.fingerprint}"
        )
        return [Problem(where, sentence)]
    return []


def _key_of(card: Card, endpoint: EndpointName) -> str:
    """The id of an endpoint's key; empty where the card has none that can be read."""
    request = load_request(card.certificate_requests.of(endpoint))
    return key_id(request.public_key()) if request else ""
