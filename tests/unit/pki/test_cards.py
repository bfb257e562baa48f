"""Cards made with a party's keys, and held against everything."""

import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest

from fedfleet.federation.card import Card
from fedfleet.federation.names import ENDPOINT_NAMES, server_name
from fedfleet.federation.problems import DocumentError
from fedfleet.pki.cards import new_card, succession_problems, verify_card
from fedfleet.pki.certificates import self_signed
from fedfleet.pki.requests import new_request
from support.parties import BANK, DOMAIN, FEDERATION, HOSPITAL, NOW, key


def _problems(card: Card) -> list[str]:
    return [str(problem) for problem in verify_card(card, FEDERATION, DOMAIN, NOW)]


def test_a_party_s_own_card_is_good() -> None:
    assert _problems(HOSPITAL.card()) == []


def test_the_first_card_has_number_one() -> None:
    assert HOSPITAL.card().serial == 1


def test_a_card_that_says_the_same_is_the_same() -> None:
    first = HOSPITAL.card()
    assert HOSPITAL.card(first) is first


def test_a_card_that_says_something_else_has_the_next_number() -> None:
    first = HOSPITAL.card()
    assert replace(HOSPITAL, broker="198.51.100.77").card(first).serial == 2


def test_there_is_no_secret_in_a_card() -> None:
    assert "PRIVATE" not in HOSPITAL.card().text()


@pytest.mark.parametrize("change", [("City Hospital", "Citi Hospital"), (HOSPITAL.broker, "198.51.100.99"), ("serial: 1", "serial: 2")])
def test_a_changed_card_has_neither_its_fingerprint_nor_its_signature(change: tuple[str, str]) -> None:
    assert _problems(Card.read(HOSPITAL.card().text().replace(*change), "card")) == [
        "card of party 30000: its content does not have its fingerprint: it was changed after it was made",
        "card of party 30000: its signature is not of its coordination key: it was changed, or is not from this party",
    ]


def test_a_changed_card_with_a_fitting_fingerprint_still_lacks_its_signature() -> None:
    forged = Card.sealed(
        {name: value for name, value in HOSPITAL.card().content().items() if name not in ("apiVersion", "kind", "fingerprint", "signature")}
        | {"organisation": "Citi Hospital"},
        lambda _: HOSPITAL.card().signature,
    )
    assert _problems(forged) == [
        "card of party 30000: its signature is not of its coordination key: it was changed, or is not from this party"
    ]


def test_every_change_of_a_single_sign_is_noticed() -> None:
    """A text that still reads as a card after a change is refused for its seals or its content; no other error comes up."""
    text = HOSPITAL.card().text()
    for at in range(0, len(text), 61):
        sign = "B" if text[at] != "B" else "C"
        changed = text[:at] + sign + text[at + 1 :]
        with contextlib.suppress(DocumentError):
            card = Card.read(changed, "card")
            assert card == HOSPITAL.card() or _problems(card)


def test_a_request_for_another_party_s_name_is_named() -> None:
    requests = {
        "broker": new_request(key(30000), server_name("broker", "40000", DOMAIN)),
        "coordination": HOSPITAL.card().certificate_requests.coordination,
    }
    assert _problems(HOSPITAL.forged({"certificate_requests": requests}))[:2] == [
        "card of party 30000, broker request: expected the subject CN=30000.fate.test.internal, found CN=40000.fate.test.internal",
        "card of party 30000, broker request: expected the one alternative name 30000.fate.test.internal, found 40000.fate.test.internal",
    ]


def test_a_certificate_of_another_key_cannot_be_pinned() -> None:
    """Else a party could have the exchange trust a key it does not hold."""
    certificates = {"broker": BANK.certificates()["broker"], "coordination": HOSPITAL.card().certificates.coordination}
    problems = _problems(HOSPITAL.forged({"certificates": certificates}))
    assert "card of party 30000, broker certificate: it is for another key than the one it must be for" in problems


def test_a_pinned_certificate_for_another_name_is_refused() -> None:
    """Else a party could be taken for another where both are trusted."""
    stolen = self_signed(key(30001), server_name("coordination", "40000", DOMAIN), NOW)
    certificates = {"broker": HOSPITAL.card().certificates.broker, "coordination": stolen}
    assert "expected the one name coordination-30000" in _problems(HOSPITAL.forged({"certificates": certificates}))[0]


def test_a_card_signed_with_another_key_is_refused() -> None:
    card = HOSPITAL.card().model_copy(update={"signature": BANK.card().signature})
    assert "its signature is not of its coordination key" in _problems(card)[0]


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64!"])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    assert _problems(HOSPITAL.card().model_copy(update={"signature": signature}))


def test_a_card_with_ended_certificates_is_refused() -> None:
    later = NOW + timedelta(days=4000)
    assert "it ended on" in str(verify_card(HOSPITAL.card(), FEDERATION, DOMAIN, later)[0])


def test_an_older_card_cannot_take_a_newer_one_s_place() -> None:
    first = HOSPITAL.card()
    second = replace(HOSPITAL, broker="198.51.100.77").card(first)
    assert "it is an old card" in str(succession_problems(first, second, confirmed=True)[0])


def test_two_different_cards_with_one_number_are_refused() -> None:
    other = replace(HOSPITAL, broker="198.51.100.77").card()
    assert "two different cards with the number 1" in str(succession_problems(other, HOSPITAL.card(), confirmed=True)[0])


def test_the_same_card_again_is_fine() -> None:
    assert succession_problems(HOSPITAL.card(), HOSPITAL.card(), confirmed=False) == []


def test_a_newer_card_with_the_same_keys_takes_the_place_of_the_old_one() -> None:
    first = HOSPITAL.card()
    assert succession_problems(replace(HOSPITAL, broker="198.51.100.77").card(first), first, confirmed=False) == []


def test_new_keys_want_a_fingerprint_that_was_read_out() -> None:
    first = HOSPITAL.card()
    keys = {name: key(7 + number) for number, name in enumerate(ENDPOINT_NAMES)}
    certificates = {name: self_signed(keys[name], HOSPITAL.site.server_name(name), NOW) for name in ENDPOINT_NAMES}
    other = new_card(HOSPITAL.site, HOSPITAL.endpoints, keys, certificates, first)
    assert _problems(other) == []
    (problem,) = succession_problems(other, first, confirmed=False)
    assert "its broker and coordination keys are not those of the admitted card" in str(problem)
    assert other.fingerprint in str(problem)
    assert succession_problems(other, first, confirmed=True) == []
