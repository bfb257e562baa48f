"""A party's side: an admission verified against its own keys, taken up by what runs, and remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fedfleet.errors import FedFleetError
from fedfleet.federation.admission import Admission
from fedfleet.federation.canonical import same_fingerprint
from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName
from fedfleet.federation.problems import DocumentError, Problem, refuse
from fedfleet.federation.roster import Membership, Roster
from fedfleet.federation.states import SiteState
from fedfleet.kube import whole
from fedfleet.pki.admissions import verify_admission
from fedfleet.pki.certificates import CertificateFacts, facts_of, load_certificate
from fedfleet.pki.seals import seal_holds
from fedfleet.registration.secrets import PARTY_LABELS, PartyKey, read_keys, with_certificate
from fedfleet.registration.uptake import Uptake, take_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fedfleet.kube import Client
    from fedfleet.kube.whole import Written

ROSTER_CONFIG_MAP: Final = "roster"
ROSTER_FILE: Final = "roster.yaml"
ADMISSION_FILE: Final = "admission.yaml"


@dataclass(frozen=True)
class Party:
    """Who takes up an admission."""

    namespace: str
    federation: str
    domain: str
    party_id: str


@dataclass(frozen=True)
class Standing:
    """Where a party stands.

    Attributes:
        state: awaiting its admission, admitted, or removed.
        changed: whether anything had to be written or taken up.
        admission, roster: what it has; None before its first.
        certificates: what its certificates say, by endpoint.
        written: what had to be written.
    """

    state: SiteState
    changed: bool
    admission: Admission | None = None
    roster: Roster | None = None
    certificates: Mapping[EndpointName, CertificateFacts] = field(default_factory=dict)
    written: tuple[Written, ...] = ()


def apply_admission(
    client: Client,
    party: Party,
    received: Admission | None,
    now: datetime,
    *,
    fingerprint: str = "",
    roster: Roster | None = None,
    uptake: Uptake | None = None,
    dry_run: bool = False,
) -> Standing:
    """Verify what was received, store it, and have brokers and listeners take it up.

    Without a received admission, the stored one stands. A newer roster may come alone.

    Args:
        client: the party's cluster.
        party: the party.
        received: the admission, if one came.
        now: the moment at which certificates must hold.
        fingerprint: what the exchange's operator read out; the admission must have it.
        roster: a roster of its own, signed by the same CA.
        uptake: where the programs that use the certificates are.
        dry_run: change nothing.

    Raises:
        DocumentError: with everything that is wrong.
        FedFleetError, KubeError: the party is not ready, or a program did not take the certificates up.
    """
    stored = whole.read(client, "ConfigMap", party.namespace, ROSTER_CONFIG_MAP)
    known = _read(Admission, stored.texts.get(ADMISSION_FILE, ""), party)
    known_roster = _read(Roster, stored.texts.get(ROSTER_FILE, ""), party)
    keys = read_keys(client, party.namespace)
    admission = received or known
    if admission is None:
        return Standing(SiteState.AWAITING_ADMISSION, changed=False, certificates=_facts(keys))
    if received is not None:
        _refuse_bad(received, party, keys, now, fingerprint, known, known_roster)
    latest = _latest(admission, known_roster, roster, party)
    written = []
    for name in ENDPOINT_NAMES:
        texts = with_certificate(keys[name], admission.certificates.of(name), admission.ca)
        written.append(whole.write(client, keys[name].stored, texts, PARTY_LABELS, dry_run=dry_run))
    renewed = any(done.changed for done in written)
    if renewed and not dry_run:
        take_up(client, party.namespace, admission, uptake or Uptake())
    texts = {ADMISSION_FILE: admission.text(), ROSTER_FILE: latest.text()}
    # Last of all: a run that was stopped before comes by here again.
    written.append(whole.write(client, stored, texts, PARTY_LABELS, dry_run=dry_run))
    member = latest.member(party.party_id)
    state = SiteState.ADMITTED if member and member.state is Membership.ADMITTED else SiteState.REMOVED
    after = {name: _certificate_facts(admission.certificates.of(name)) for name in ENDPOINT_NAMES}
    return Standing(state, any(done.changed for done in written), admission, latest, after, tuple(written))


def read_roster(client: Client, namespace: str) -> Roster | None:
    """The roster a party has; None before its first admission."""
    text = whole.read(client, "ConfigMap", namespace, ROSTER_CONFIG_MAP).texts.get(ROSTER_FILE, "")
    return Roster.read(text, f"ConfigMap {namespace}/{ROSTER_CONFIG_MAP}") if text else None


def _refuse_bad(
    received: Admission,
    party: Party,
    keys: Mapping[EndpointName, PartyKey],
    now: datetime,
    fingerprint: str,
    known: Admission | None,
    known_roster: Roster | None,
) -> None:
    found = verify_admission(
        received, party.federation, party.domain, party.party_id,
        {name: key.key_id for name, key in keys.items()}, now,
        known_authority=known.ca if known else "", known_roster=known_roster,
    )  # fmt: skip
    if fingerprint and not same_fingerprint(fingerprint, received.fingerprint):
        sentence = f"its fingerprint is {received.fingerprint}, and the exchange's operator read out {fingerprint}"
        found.append(Problem(f"admission of party {received.party_id}", sentence))
    refuse(
        "The admission cannot be taken up",
        found,
        "Nothing was changed. Ask the exchange's operator for the admission to this party's present card",
    )


def _latest(admission: Admission, known: Roster | None, alone: Roster | None, party: Party) -> Roster:
    """The roster with the highest number of those that the admission's CA signed."""
    authority = load_certificate(admission.ca)
    if alone is not None and (
        authority is None
        or alone.federation != party.federation
        or not alone.intact()
        or not seal_holds(alone.canonical(), alone.signature, authority.public_key())
    ):
        problem = Problem("roster", "it is not signed by the CA this party knows, or is of another federation")
        raise DocumentError("The roster cannot be taken up", [problem], "Ask the exchange's operator for the roster again")
    return max((roster for roster in (admission.roster, known, alone) if roster is not None), key=lambda roster: roster.serial)


def _read(kind: type[Any], text: str, party: Party) -> Any:
    return kind.read(text, f"ConfigMap {party.namespace}/{ROSTER_CONFIG_MAP}") if text else None


def _facts(keys: Mapping[EndpointName, PartyKey]) -> dict[EndpointName, CertificateFacts]:
    return {name: _certificate_facts(key.certificate) for name, key in keys.items()}


def _certificate_facts(pem: str) -> CertificateFacts:
    certificate = load_certificate(pem)
    if certificate is None:
        raise FedFleetError(
            "A stored certificate cannot be read", expected="a certificate in PEM", next_step="Run the module party_keys again"
        )
    return facts_of(certificate)
