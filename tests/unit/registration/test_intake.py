"""Cards as they come in: all of them good, or none is admitted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_network

import pytest

from fedfleet.federation.addresses import PortRange
from fedfleet.federation.card import Card
from fedfleet.federation.problems import DocumentError
from fedfleet.registration.intake import Received, Rules, accepted
from support.parties import BANK, DOMAIN, EXCHANGE, FEDERATION, HOSPITAL, NOW, TELCO

RULES = Rules(FEDERATION, DOMAIN, EXCHANGE, NOW)


def _received(*cards: Card) -> list[Received]:
    return [Received(f"{card.party_id}.yaml", card.text()) for card in cards]


def _refusal(received: Sequence[Received], stored: Mapping[str, Card] | None = None, rules: Rules = RULES) -> str:
    with pytest.raises(DocumentError) as refused:
        accepted(received, stored or {}, rules)
    return str(refused.value)


def test_good_cards_are_accepted() -> None:
    assert list(accepted(_received(HOSPITAL.card(), BANK.card()), {}, RULES)) == ["30000", "40000"]


def test_a_card_may_come_as_a_mapping() -> None:
    assert accepted([Received("inventory", HOSPITAL.card().content())], {}, RULES) == {"30000": HOSPITAL.card()}


def test_one_bad_card_refuses_all_and_is_named_with_its_file() -> None:
    bad = Received("incoming/40000.yaml", BANK.card().text().replace(BANK.broker, "198.51.100.99"))
    said = _refusal([*_received(HOSPITAL.card()), bad])
    assert "card of party 40000 (incoming/40000.yaml): its content does not have its fingerprint" in said
    assert "30000" not in said


def test_everything_that_is_wrong_with_every_card_is_said_at_once() -> None:
    unreadable = Received("a.yaml", "party_id: [")
    misspelt = Received("b.yaml", HOSPITAL.card().text().replace("organisation:", "organization:"))
    clashing = replace(TELCO, broker=BANK.broker)
    said = _refusal([unreadable, misspelt, *_received(BANK.card(), clashing.card())])
    assert "a.yaml: expected one plain YAML document" in said
    assert "b.yaml: organization is not a known field" in said
    assert "cards of parties 40000 (broker) and 50000 (broker): the target 198.51.100.40:6651 is claimed more than once" in said
    assert "Nothing was changed" in said


def test_a_target_of_a_party_admitted_before_cannot_be_taken() -> None:
    thief = replace(BANK, coordination=HOSPITAL.coordination)
    assert "198.51.100.31:9443 is claimed more than once" in _refusal(_received(thief.card()), {"30000": HOSPITAL.card()})


def test_a_removed_party_s_target_is_free_again() -> None:
    successor = replace(BANK, coordination=HOSPITAL.coordination)
    rules = replace(RULES, removed=frozenset({"30000"}))
    assert list(accepted(_received(successor.card()), {"30000": HOSPITAL.card()}, rules)) == ["40000"]


def test_a_removed_party_s_card_is_put_aside() -> None:
    rules = replace(RULES, removed=frozenset({"40000"}))
    assert list(accepted(_received(HOSPITAL.card(), BANK.card()), {}, rules)) == ["30000"]


def test_a_party_that_moved_takes_its_own_card_s_place() -> None:
    moved = replace(HOSPITAL, broker="198.51.100.77").card(HOSPITAL.card())
    assert accepted(_received(moved), {"30000": HOSPITAL.card()}, RULES) == {"30000": moved}


def test_an_old_card_is_refused() -> None:
    moved = replace(HOSPITAL, broker="198.51.100.77").card(HOSPITAL.card())
    assert "it is an old card" in _refusal(_received(HOSPITAL.card()), {"30000": moved})


def test_the_newest_of_a_party_s_cards_counts() -> None:
    moved = replace(HOSPITAL, broker="198.51.100.77").card(HOSPITAL.card())
    assert accepted(_received(moved, HOSPITAL.card()), {}, RULES) == {"30000": moved}


def test_the_same_card_by_two_ways_is_one_card() -> None:
    assert accepted(_received(HOSPITAL.card(), HOSPITAL.card()), {}, RULES) == {"30000": HOSPITAL.card()}


def test_two_different_cards_with_one_number_are_refused() -> None:
    other = replace(HOSPITAL, broker="198.51.100.77").card()
    assert "two different cards of this party with the number 1" in _refusal(_received(HOSPITAL.card(), other))


def test_a_card_must_have_the_fingerprint_that_was_read_out() -> None:
    rules = replace(RULES, fingerprints={"30000": "ABCD-EFGH-JKLM-NPQR"})
    assert "the party read out ABCD-EFGH-JKLM-NPQR: this is not the party's card" in _refusal(_received(HOSPITAL.card()), rules=rules)


def test_the_fingerprint_that_was_read_out_may_be_written_carelessly() -> None:
    rules = replace(RULES, fingerprints={"30000": HOSPITAL.card().fingerprint.lower().replace("-", " ")})
    assert accepted(_received(HOSPITAL.card()), {}, rules)


def test_no_card_leads_into_a_forbidden_network() -> None:
    rules = replace(RULES, forbidden=(ip_network("198.51.100.0/24"),))
    assert "198.51.100.30 is in 198.51.100.0/24, where no party may be" in _refusal(_received(HOSPITAL.card()), rules=rules)


def test_a_port_that_the_exchange_does_not_forward_to_is_refused_with_those_it_does() -> None:
    rules = replace(RULES, ports=(PortRange(443, 443), PortRange(6650, 6700)))
    said = _refusal(_received(HOSPITAL.card()), rules=rules)
    assert "card of party 30000, coordination endpoint (30000.yaml): the exchange forwards to the ports 443, 6650-6700 only" in said
    assert "found 9443" in said
    assert "broker endpoint" not in said


def test_the_card_of_another_federation_is_refused() -> None:
    assert "it is for the federation cancer-study, expected tax-study" in _refusal(
        _received(HOSPITAL.card()), rules=replace(RULES, federation="tax-study")
    )
