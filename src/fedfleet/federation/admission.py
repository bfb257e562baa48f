"""The admission: what the exchange returns to one party."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fedfleet.federation.documents import Document
from fedfleet.federation.endpoint import EndpointPair
from fedfleet.federation.names import Domain, FederationName, PartyId
from fedfleet.federation.problems import Problem
from fedfleet.federation.roster import Membership, Roster

FINGERPRINT = r"^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$"


class Admission(Document):
    """A party's certificates, the CA that signed them and the roster; signed by that CA."""

    title: ClassVar[str] = "admission"

    kind: Literal["Admission"]
    federation: FederationName
    domain: Domain
    party_id: PartyId
    card_fingerprint: Annotated[str, Field(pattern=FINGERPRINT)]
    certificates: EndpointPair
    ca: str
    roster: Roster


def admission_problems(admission: Admission, federation: str, domain: str, party_id: str) -> list[Problem]:
    """What is wrong with an admission's own content for this party; signatures and certificates aside."""
    where = f"admission of party {admission.party_id}"
    found = []
    if not admission.intact() or not admission.roster.intact():
        found.append(Problem(where, "its content does not have its fingerprint: it was changed after it was made"))
    if admission.federation != federation or admission.roster.federation != federation:
        found.append(Problem(where, f"it is of the federation {admission.federation}, expected {federation}"))
    if admission.domain != domain or admission.roster.domain != domain:
        found.append(Problem(where, f"it is for the domain {admission.domain}, expected {domain}"))
    if admission.party_id != party_id:
        found.append(Problem(where, f"it is for party {admission.party_id}, expected party {party_id}"))
        return found
    member = admission.roster.member(party_id)
    if member is None or member.state is not Membership.ADMITTED:
        found.append(Problem(where, "its roster does not list this party as admitted"))
    return found
