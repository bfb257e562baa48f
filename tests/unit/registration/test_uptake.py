"""A certificate is taken up when that very one is shown."""

from base64 import b64encode
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding

from fedfleet.federation.names import broker_name
from fedfleet.pki.certificates import SERVER_AND_CLIENT, load_certificate, signed
from fedfleet.probe import Answer
from fedfleet.registration.uptake import shows
from support.parties import DOMAIN, NOW, authority, key


def _certificate(days: int) -> str:
    ca = authority()
    name = broker_name("30000", DOMAIN)
    return signed(ca.certificate, ca.key, name, key(30000).public_key(), NOW + timedelta(days=days), SERVER_AND_CLIENT)


def _answer(pem: str, *, ok: bool = True) -> Answer:
    certificate = load_certificate(pem)
    assert certificate is not None
    return Answer(ok, 0.1, "answered", peer=b64encode(certificate.public_bytes(Encoding.DER)).decode())


def test_the_admission_s_certificate_is_what_must_be_shown() -> None:
    new = _certificate(0)
    assert shows(_answer(new), new)


def test_an_older_one_of_the_same_ca_name_and_key_is_not() -> None:
    assert not shows(_answer(_certificate(-300)), _certificate(0))


def test_nobody_s_word_counts_who_was_not_trusted() -> None:
    new = _certificate(0)
    assert not shows(_answer(new, ok=False), new)


def test_no_certificate_is_none() -> None:
    assert not shows(Answer(ok=True, seconds=0.1, detail=""), _certificate(0))
