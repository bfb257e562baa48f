"""Certificates issued, rosters and admissions signed, and all of it verified by the party that receives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.federation.admission import Admission, admission_problems
from fedfleet.federation.canonical import canonical_json
from fedfleet.federation.endpoint import EndpointPair
from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName, server_name
from fedfleet.federation.problems import Problem
from fedfleet.federation.roster import Roster
from fedfleet.pki.certificates import authority_faults, certificate_faults, load_certificate, needs_renewal, pem_of, signed
from fedfleet.pki.keys import key_id
from fedfleet.pki.requests import load_request
from fedfleet.pki.seals import seal_holds, sealer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from fedfleet.federation.card import Card
    from fedfleet.federation.endpoint import Endpoint
    from fedfleet.federation.roster import Member


@dataclass(frozen=True)
class Authority:
    """The federation's CA: its certificate and its private key."""

    certificate: x509.Certificate
    key: RSAPrivateKey

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return pem_of(self.certificate)


def issued(card: Card, authority: Authority, previous: EndpointPair | None, now: datetime) -> EndpointPair:
    """The certificates for a verified card: the previous ones where they still fit and last, else new ones."""
    return EndpointPair(**{name: _issue(card, name, authority, previous, now) for name in ENDPOINT_NAMES})


def _issue(card: Card, name: EndpointName, authority: Authority, previous: EndpointPair | None, now: datetime) -> str:
    request = load_request(card.certificate_requests.of(name))
    assert request is not None, "only verified cards get certificates"  # noqa: S101
    expected = server_name(name, card.party_id, card.domain)
    key = request.public_key()
    if previous is not None:
        pem = previous.of(name)
        certificate = load_certificate(pem)
        good = not certificate_faults(pem, expected, now, authority=authority.certificate, key=key_id(key))
        if certificate is not None and good and not needs_renewal(certificate, now):
            return pem
    return signed(authority.certificate, authority.key, expected, key, now)


def next_roster(
    federation: str,
    domain: str,
    exchange: Iterable[Endpoint],
    members: Iterable[Member],
    authority: Authority,
    previous: Roster | None,
    now: datetime,
) -> Roster:
    """The roster: the previous one if nothing changed, else one with the next serial number."""
    content: dict[str, Any] = {
        "federation": federation,
        "domain": domain,
        "serial": previous.serial + 1 if previous else 1,
        "issued": now.isoformat(),
        "exchange": [endpoint.model_dump() for endpoint in sorted(exchange, key=lambda endpoint: endpoint.name)],
        "parties": [member.model_dump(mode="json") for member in sorted(members, key=lambda member: int(member.party_id))],
    }
    roster = Roster.sealed(content, sealer(authority.key))
    if previous is not None and roster.says_the_same(previous) and _signed_by(previous, authority.certificate):
        return previous
    return roster


def new_admissions(parties: Iterable[tuple[Card, EndpointPair]], roster: Roster, authority: Authority) -> dict[str, Admission]:
    """What parties get back for their cards, by number; each with the certificates signed for it, and all with one roster."""
    sign, rendered = sealer(authority.key), {"roster": canonical_json(roster.content())}
    return {
        card.party_id: Admission.sealed(
            {
                "federation": card.federation,
                "domain": card.domain,
                "party_id": card.party_id,
                "card_fingerprint": card.fingerprint,
                "certificates": certificates.model_dump(),
                "ca": authority.pem,
                "roster": roster,
            },
            sign,
            rendered,
        )
        for card, certificates in parties
    }


def verify_admission(
    admission: Admission,
    federation: str,
    domain: str,
    party_id: str,
    keys: Mapping[EndpointName, str],
    now: datetime,
    known_authority: str = "",
    known_roster: Roster | None = None,
) -> list[Problem]:
    """Everything that is wrong with an admission, seen by the party it is for.

    Args:
        admission: what was received.
        federation: the federation's name, as the party's inventory says.
        domain: its domain, likewise.
        party_id: the party itself.
        keys: the ids of the party's own keys, as far as they are known.
        now: the moment at which the certificates must hold.
        known_authority: the CA (PEM) the party already trusts, if any.
        known_roster: the roster the party already has, if any.
    """
    found = admission_problems(admission, federation, domain, party_id)
    where = f"admission of party {admission.party_id}"
    found += [Problem(f"{where}, CA", fault) for fault in authority_faults(admission.ca, domain, now)]
    authority = load_certificate(admission.ca)
    if authority is None or admission.party_id != party_id:
        return found
    known = load_certificate(known_authority) if known_authority else None
    if known is not None and known != authority:
        found.append(
            Problem(
                where, "it is signed by another CA than the one this party knows: ask the exchange's operator whether the CA was replaced"
            )
        )
    if not _signed_by(admission, authority):
        found.append(Problem(where, "its signature is not of its CA: it was changed after it was made"))
    if not _signed_by(admission.roster, authority):
        found.append(Problem(f"{where}, roster", "its signature is not of the admission's CA"))
    for name in ENDPOINT_NAMES:
        expected = server_name(name, party_id, domain)
        faults = certificate_faults(admission.certificates.of(name), expected, now, authority=authority, key=keys.get(name))
        found += [Problem(f"{where}, {name} certificate", fault) for fault in faults]
    return found + _roster_problems(admission.roster, known_roster, where)


def _roster_problems(roster: Roster, known: Roster | None, where: str) -> list[Problem]:
    if known is None or roster == known or roster.serial > known.serial:
        return []
    if roster.serial == known.serial:
        return [
            Problem(
                f"{where}, roster",
                f"there are two different rosters with the number {roster.serial}: {roster.fingerprint} and {known.fingerprint}",
            )
        ]
    return [
        Problem(
            f"{where}, roster", f"it has the number {roster.serial}, and number {known.serial} is known already: it is an old admission"
        )
    ]


def _signed_by(document: Admission | Roster, authority: x509.Certificate) -> bool:
    return seal_holds(document.canonical(), document.signature, authority.public_key())
