"""The questions to a replica, and what their answers mean."""

import base64
from dataclasses import replace

from fedfleet.exchange.questions import Check, Credentials, has_applied, header_checks, sni_checks
from fedfleet.federation.route import routes_of
from fedfleet.pki.certificates import load_certificate
from fedfleet.pki.keys import key_id
from fedfleet.probe import Answer
from support.parties import BANK, DOMAIN, HOSPITAL, authority

CREDENTIALS = Credentials("certificate", "key", authority().pem)
TABLE = routes_of([HOSPITAL.card(), BANK.card()])
SNI = {
    check.about: check
    for check in sni_checks(TABLE.table_id, TABLE.of_kind("sni"), ["50000.fate.test.internal"], "0123456789ab", DOMAIN, CREDENTIALS)
}
HEADER = {check.about: check for check in header_checks(TABLE.table_id, TABLE.of_kind("header"), ["50000"], DOMAIN, CREDENTIALS)}


def _good(check: Check, **answer: object) -> bool:
    given = {"ok": False, "seconds": 0.0, "detail": ""} | answer
    return check.judged(Answer(**given))[0]  # type: ignore[arg-type]


def _peer(pem: str) -> str:
    certificate = load_certificate(pem)
    assert certificate is not None
    from cryptography.hazmat.primitives.serialization import Encoding

    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def test_traffic_server_is_asked_for_every_party_and_for_what_must_be_refused() -> None:
    assert list(SNI) == ["table", "removed table", "removed 50000.fate.test.internal", "unknown", "30000", "40000"]


def test_nginx_is_asked_for_every_party_and_for_what_must_be_refused() -> None:
    assert list(HEADER) == ["table", "removed 50000", "unknown", "30000", "40000"]


def test_the_table_s_marker_is_known_by_clear_text() -> None:
    assert _good(SNI["table"], fault="not-tls")
    assert not _good(SNI["table"], fault="alert")


def test_a_removed_name_ends_with_an_alert_and_nothing_else() -> None:
    check = SNI["removed 50000.fate.test.internal"]
    assert _good(check, fault="alert")
    for fault in ("timeout", "closed", "not-tls", "refused"):
        assert not _good(check, fault=fault)
    assert not _good(check, ok=True)


def test_a_broker_is_held_to_the_key_of_its_card() -> None:
    question = SNI["30000"].question
    assert question.pin == HOSPITAL.key_ids["broker"]
    assert question.trust == authority().pem + HOSPITAL.card().certificates.broker


def test_a_listener_must_say_that_it_is_the_party() -> None:
    assert _good(HEADER["30000"], ok=True, status=200, body='{"party_id": "30000", "client": "NONE"}')
    assert not _good(HEADER["30000"], ok=True, status=200, body='{"party_id": "40000"}')
    assert not _good(HEADER["30000"], ok=True, status=200, body="<html>")


def test_nginx_must_serve_this_very_table() -> None:
    assert _good(HEADER["table"], ok=True, body=f'{{"table": "{TABLE.table_id}"}}')
    assert not _good(HEADER["table"], ok=True, body='{"table": "0123456789ab"}')


def test_a_listener_that_knows_the_exchange_s_ca_has_applied_its_admission() -> None:
    assert has_applied(HEADER["30000"], Answer(True, 0, "", body='{"party_id": "30000", "client": "SUCCESS"}'))
    assert not has_applied(HEADER["30000"], Answer(True, 0, "", body='{"party_id": "30000", "client": "FAILED:self-signed certificate"}'))


def test_a_broker_with_a_certificate_of_its_own_has_not() -> None:
    answer = Answer(True, 0, "", peer=_peer(HOSPITAL.card().certificates.broker))
    assert not has_applied(SNI["30000"], answer)


def test_a_broker_with_the_ca_s_certificate_has() -> None:
    from fedfleet.pki.admissions import issued
    from support.parties import NOW

    answer = Answer(True, 0, "", peer=_peer(issued(HOSPITAL.card(), authority(), None, NOW).broker))
    assert has_applied(SNI["30000"], answer)


def test_credentials_are_not_shown() -> None:
    assert "key" not in repr(replace(CREDENTIALS, key="key"))


def test_every_party_s_pin_is_its_own() -> None:
    assert SNI["30000"].question.pin != SNI["40000"].question.pin
    assert key_id(HOSPITAL.keys["broker"].public_key()) == SNI["30000"].question.pin
