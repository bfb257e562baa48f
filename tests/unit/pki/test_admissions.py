"""Certificates issued, rosters and admissions signed; and verified by the party."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fedfleet.federation.admission import Admission
from fedfleet.federation.endpoint import EndpointPair
from fedfleet.federation.names import server_name
from fedfleet.federation.roster import Member, Membership, Roster
from fedfleet.pki.admissions import issued, new_admissions, next_roster, verify_admission
from fedfleet.pki.certificates import RENEWAL, load_certificate
from support.parties import BANK, DOMAIN, EXCHANGE, FEDERATION, HOSPITAL, NOW, Party, authority


def _member(party: Party, state: Membership = Membership.ADMITTED) -> Member:
    names = EndpointPair(
        broker=server_name("broker", party.party_id, DOMAIN), coordination=server_name("coordination", party.party_id, DOMAIN)
    )
    return Member(party_id=party.party_id, organisation=party.organisation, engine="fate", state=state, server_names=names)


def _roster(*members: Member, previous: Roster | None = None, ca: int = 0) -> Roster:
    return next_roster(FEDERATION, DOMAIN, EXCHANGE, members, authority(ca), previous, NOW)


def _admission(party: Party = HOSPITAL, roster: Roster | None = None, ca: int = 0) -> Admission:
    certificates = issued(party.card(), authority(ca), None, NOW)
    roster = roster or _roster(_member(HOSPITAL), _member(BANK), ca=ca)
    return new_admissions([(party.card(), certificates)], roster, authority(ca))[party.party_id]


def _problems(admission: Admission, party: Party = HOSPITAL, known_authority: str = "", known_roster: Roster | None = None) -> str:
    found = verify_admission(
        admission, FEDERATION, DOMAIN, party.party_id, party.key_ids, NOW, known_authority=known_authority, known_roster=known_roster
    )
    return "; ".join(map(str, found))


def test_a_party_s_own_admission_is_good() -> None:
    assert _problems(_admission()) == ""


def test_an_admission_reads_back_as_it_was_written() -> None:
    assert Admission.read(_admission().text(), "30000.yaml").roster.issued == NOW


def test_there_is_no_secret_in_an_admission() -> None:
    assert "PRIVATE" not in _admission().text()


def test_certificates_stay_while_they_fit_and_last() -> None:
    first = issued(HOSPITAL.card(), authority(), None, NOW)
    assert issued(HOSPITAL.card(), authority(), first, NOW + timedelta(days=300)) == first


def test_certificates_are_renewed_when_little_of_their_life_is_left() -> None:
    first = issued(HOSPITAL.card(), authority(), None, NOW)
    certificate = load_certificate(first.broker)
    assert certificate is not None
    late = certificate.not_valid_after_utc - RENEWAL + timedelta(days=1)
    assert issued(HOSPITAL.card(), authority(), first, late) != first


def test_certificates_of_another_party_s_keys_are_replaced() -> None:
    assert issued(HOSPITAL.card(), authority(), issued(BANK.card(), authority(), None, NOW), NOW) != issued(
        BANK.card(), authority(), None, NOW
    )


def test_certificates_of_another_ca_are_replaced() -> None:
    foreign = issued(HOSPITAL.card(), authority(1), None, NOW)
    assert issued(HOSPITAL.card(), authority(0), foreign, NOW) != foreign


def test_an_admission_for_another_party_is_refused() -> None:
    assert "it is for party 40000, expected party 30000" in _problems(_admission(BANK))


def test_an_admission_for_keys_the_party_does_not_have_is_refused() -> None:
    other = replace(HOSPITAL, party_id="60000")
    found = verify_admission(_admission(), FEDERATION, DOMAIN, "30000", other.key_ids, NOW)
    assert "broker certificate: it is for another key" in str(found[0])


def test_a_changed_admission_is_refused() -> None:
    admission = _admission()
    swapped = EndpointPair(broker=admission.certificates.coordination, coordination=admission.certificates.broker)
    assert "it was changed after it was made" in _problems(admission.model_copy(update={"certificates": swapped}))


def test_an_admission_with_somebody_else_s_ca_inside_is_refused() -> None:
    assert "its signature is not of its CA" in _problems(_admission().model_copy(update={"ca": authority(1).pem}))


def test_a_whole_admission_of_another_ca_is_refused_by_a_party_that_knows_its_own() -> None:
    assert "it is signed by another CA than the one this party knows" in _problems(_admission(ca=1), known_authority=authority(0).pem)


def test_a_roster_of_another_ca_is_refused() -> None:
    admission = _admission(roster=_roster(_member(HOSPITAL), ca=1))
    assert "roster: its signature is not of the admission's CA" in _problems(admission)


def test_an_older_roster_is_refused() -> None:
    old = _roster(_member(HOSPITAL))
    new = _roster(_member(HOSPITAL), _member(BANK), previous=old)
    assert "it is an old admission" in _problems(_admission(roster=old), known_roster=new)


def test_another_roster_with_the_same_number_is_refused() -> None:
    assert "two different rosters with the number 1" in _problems(
        _admission(roster=_roster(_member(HOSPITAL))), known_roster=_roster(_member(BANK))
    )


def test_the_same_admission_again_is_fine() -> None:
    admission = _admission()
    assert _problems(admission, known_authority=admission.ca, known_roster=admission.roster) == ""


def test_an_admission_whose_roster_has_the_party_removed_is_refused() -> None:
    assert "does not list this party as admitted" in _problems(_admission(roster=_roster(_member(HOSPITAL, Membership.REMOVED))))


@pytest.mark.parametrize("ca", ["", "nothing"])
def test_an_admission_without_a_ca_is_refused(ca: str) -> None:
    assert "expected a CA certificate" in _problems(_admission().model_copy(update={"ca": ca}))


def test_a_roster_that_says_the_same_is_the_same() -> None:
    first = _roster(_member(HOSPITAL))
    later = next_roster(FEDERATION, DOMAIN, EXCHANGE, [_member(HOSPITAL)], authority(), first, NOW + timedelta(days=3))
    assert later is first


def test_a_roster_that_says_something_else_has_the_next_number() -> None:
    assert _roster(_member(HOSPITAL), _member(BANK), previous=_roster(_member(HOSPITAL))).serial == 2


def test_a_moved_exchange_gives_a_new_roster() -> None:
    first = _roster(_member(HOSPITAL))
    moved = [EXCHANGE[0].model_copy(update={"address": "192.0.2.99"}), EXCHANGE[1]]
    assert next_roster(FEDERATION, DOMAIN, moved, [_member(HOSPITAL)], authority(), first, NOW).serial == 2
