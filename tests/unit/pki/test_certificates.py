"""Certificates, made and held against what they must be."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from fedfleet.pki.certificates import (
    CLIENT_ONLY,
    LEAF_LIFETIME,
    RENEWAL,
    authority_faults,
    certificate_faults,
    facts_of,
    load_certificate,
    needs_renewal,
    self_signed,
    signed,
)
from fedfleet.pki.keys import key_id
from support.parties import DOMAIN, NOW, authority, key

NAME = "30000.fate.test.internal"
DAY = timedelta(days=1)


def _loaded(pem: str) -> x509.Certificate:
    certificate = load_certificate(pem)
    assert certificate is not None
    return certificate


def _signed(name: str = NAME, ca: int = 0) -> str:
    return signed(authority(ca).certificate, authority(ca).key, name, key(30000).public_key(), NOW)


def test_a_signed_certificate_is_good_for_its_name_and_key() -> None:
    own = key_id(key(30000).public_key())
    assert certificate_faults(_signed(), NAME, NOW, authority=authority().certificate, key=own) == []


def test_a_self_signed_certificate_is_good_as_long_as_no_ca_is_asked_for() -> None:
    assert certificate_faults(self_signed(key(30000), NAME, NOW), NAME, NOW) == []


def test_a_self_signed_certificate_does_not_stand_in_for_a_signed_one() -> None:
    faults = certificate_faults(self_signed(key(30000), NAME, NOW), NAME, NOW, authority=authority().certificate)
    assert faults == ["it was not signed by cancer-study FedFleet CA"]


def test_another_ca_s_certificate_is_refused() -> None:
    assert certificate_faults(_signed(ca=1), NAME, NOW, authority=authority(0).certificate)


def test_a_certificate_for_another_name_is_refused() -> None:
    assert (
        "expected the one name 40000"
        in certificate_faults(_signed(), "40000.fate.test.internal", NOW, authority=authority().certificate)[0]
    )


def test_a_certificate_for_another_key_is_refused() -> None:
    other = key_id(key(40000).public_key())
    assert certificate_faults(_signed(), NAME, NOW, key=other, authority=authority().certificate) == [
        "it is for another key than the one it must be for"
    ]


def test_an_ended_certificate_is_refused_with_its_date() -> None:
    later = NOW + LEAF_LIFETIME + DAY
    assert certificate_faults(_signed(), NAME, later, authority=authority().certificate) == [f"it ended on {NOW + LEAF_LIFETIME:%Y-%m-%d}"]


def test_a_certificate_of_the_future_points_at_the_clock() -> None:
    assert "is this machine's clock right?" in certificate_faults(_signed(), NAME, NOW - DAY, authority=authority().certificate)[0]


def test_a_ca_is_no_leaf() -> None:
    assert "it is the certificate of a CA" in certificate_faults(authority().pem, NAME, NOW)


def test_a_leaf_lives_397_days() -> None:
    assert facts_of(_loaded(_signed())).not_after == NOW + timedelta(days=397)


def test_a_leaf_does_not_outlive_its_ca() -> None:
    late = authority().certificate.not_valid_after_utc - 10 * DAY
    leaf = _loaded(signed(authority().certificate, authority().key, NAME, key(30000).public_key(), late))
    assert leaf.not_valid_after_utc == authority().certificate.not_valid_after_utc


def test_a_certificate_is_renewed_when_sixty_days_are_left() -> None:
    leaf = _loaded(_signed())
    assert not needs_renewal(leaf, leaf.not_valid_after_utc - RENEWAL)
    assert needs_renewal(leaf, leaf.not_valid_after_utc - RENEWAL + DAY)


def test_days_left_are_counted_whole() -> None:
    assert facts_of(_loaded(_signed())).days_left(NOW + timedelta(hours=1)) == 396


def test_the_subject_is_the_name_and_nothing_else() -> None:
    assert _loaded(_signed()).subject.rfc4514_string() == f"CN={NAME}"


def test_an_independent_verifier_accepts_the_chain_for_server_and_client() -> None:
    leaf, store = _loaded(_signed()), Store([authority().certificate])
    PolicyBuilder().store(store).time(NOW).build_server_verifier(x509.DNSName(NAME)).verify(leaf, [])
    PolicyBuilder().store(store).time(NOW).build_client_verifier().verify(leaf, [])


def test_the_probe_s_certificate_is_none_for_a_server() -> None:
    leaf = _loaded(signed(authority().certificate, authority().key, NAME, key(30000).public_key(), NOW, CLIENT_ONLY))
    with pytest.raises(x509.verification.VerificationError):
        PolicyBuilder().store(Store([authority().certificate])).time(NOW).build_server_verifier(x509.DNSName(NAME)).verify(leaf, [])


def test_the_ca_cannot_sign_for_names_outside_the_domain() -> None:
    leaf = _loaded(_signed("www.hospital.example"))
    with pytest.raises(x509.verification.VerificationError):
        PolicyBuilder().store(Store([authority().certificate])).time(NOW).build_server_verifier(
            x509.DNSName("www.hospital.example")
        ).verify(leaf, [])


def test_the_ca_is_good_for_its_own_domain() -> None:
    assert authority_faults(authority().pem, DOMAIN, NOW) == []


def test_a_ca_that_is_not_limited_to_the_domain_is_refused() -> None:
    assert authority_faults(authority().pem, "fate.other.org", NOW) == ["it is not limited to names below fate.other.org"]


@pytest.mark.parametrize("text", ["", "nothing"])
def test_what_is_no_ca_is_refused(text: str) -> None:
    assert authority_faults(text, DOMAIN, NOW) == ["expected a CA certificate in PEM, found something else"]


def test_a_leaf_is_no_ca() -> None:
    assert "it is not the certificate of a CA" in authority_faults(_signed(), DOMAIN, NOW)
