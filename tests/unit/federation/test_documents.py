"""Documents that organisations send each other."""

import pytest

from fedfleet.federation.card import Card, card_problems
from fedfleet.federation.problems import DocumentError
from fedfleet.federation.reading import read_mapping
from fedfleet.federation.roster import Roster
from support.parties import BANK, DOMAIN, FEDERATION, HOSPITAL


def _refusal(text: str) -> str:
    with pytest.raises(DocumentError) as refused:
        Card.read(text, "30000.yaml")
    return str(refused.value)


def test_a_card_reads_back_as_it_was_written() -> None:
    card = HOSPITAL.card()
    assert Card.read(card.text(), "30000.yaml") == card


def test_a_card_travels_as_a_mapping_too() -> None:
    card = HOSPITAL.card()
    assert Card.checked(card.content(), "inventory") == card


def test_the_seals_come_last_where_people_look_for_them() -> None:
    assert list(HOSPITAL.card().content())[-2:] == ["fingerprint", "signature"]


def test_certificates_are_readable_blocks() -> None:
    assert "  broker: |\n    -----BEGIN CERTIFICATE REQUEST-----\n" in HOSPITAL.card().text()


def test_a_misspelt_field_is_named_with_what_was_meant() -> None:
    assert "30000.yaml: organization is not a known field; perhaps organisation was meant" in _refusal(
        HOSPITAL.card().text().replace("organisation:", "organization:")
    )


def test_a_misspelt_field_inside_is_found_as_well() -> None:
    said = _refusal(HOSPITAL.card().text().replace("  adress:", "  address:").replace("  address:", "  adress:"))
    assert "endpoints.0.adress is not a known field; perhaps address was meant" in said


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = _refusal(HOSPITAL.card().text().replace("serial: 1", "serial: one").replace("domain:", "domian:"))
    assert "the field domain is missing" in said
    assert "serial: input should be a valid integer, found 'one'" in said


@pytest.mark.parametrize("serial", ["'1'", "1.0", "true", "0", "-3"])
def test_a_serial_number_of_another_type_or_below_one_is_refused(serial: str) -> None:
    assert "serial" in _refusal(HOSPITAL.card().text().replace("serial: 1", f"serial: {serial}"))


def test_another_version_is_refused() -> None:
    assert "apiVersion" in _refusal(HOSPITAL.card().text().replace("fedfleet.dev/v1", "fedfleet.dev/v9"))


def test_another_kind_is_refused() -> None:
    with pytest.raises(DocumentError, match="kind"):
        Roster.read(HOSPITAL.card().text(), "roster.yaml")


def test_nothing_can_be_changed_after_it_was_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        HOSPITAL.card().serial = 2  # type: ignore[misc]


def test_a_changed_card_does_not_have_its_fingerprint() -> None:
    changed = Card.read(HOSPITAL.card().text().replace(HOSPITAL.broker, "198.51.100.99"), "30000.yaml")
    assert [problem.sentence for problem in card_problems(changed, FEDERATION, DOMAIN)] == [
        "its content does not have its fingerprint: it was changed after it was made"
    ]


def test_the_card_of_another_federation_is_refused() -> None:
    found = [str(problem) for problem in card_problems(HOSPITAL.card(), "tax-study", "fate.other.org")]
    assert "card of party 30000: it is for the federation cancer-study, expected tax-study" in found
    assert "card of party 30000: it is for the domain fate.test.internal, expected fate.other.org" in found


def test_a_card_with_another_party_s_server_name_is_refused() -> None:
    endpoints = [found.model_dump() for found in HOSPITAL.endpoints]
    endpoints[0]["server_name"] = BANK.endpoints[0].server_name
    problems = card_problems(HOSPITAL.forged({"endpoints": endpoints}), FEDERATION, DOMAIN)
    assert [problem.sentence for problem in problems] == [
        "the broker endpoint's server name must be 30000.fate.test.internal, found 40000.fate.test.internal"
    ]


@pytest.mark.parametrize("count", [0, 1])
def test_a_card_has_both_endpoints(count: int) -> None:
    endpoints = [found.model_dump() for found in HOSPITAL.endpoints][:count]
    problems = card_problems(HOSPITAL.forged({"endpoints": endpoints}), FEDERATION, DOMAIN)
    assert "once each" in problems[0].sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "the key 'a' twice in line 2"),
        ("a: &x [1]\nb: *x\n", "an alias"),
        ("a: 1\n---\nb: 2\n", "found another document in line 2"),
        ("- a\n", "expected a mapping of named fields, found list"),
        ("", "found NoneType"),
        ("a: [1\n", "in line 2"),
        ("a: !!python/object:os.system {}\n", "could not determine a constructor"),
        ("1: a\n", "named fields"),
        ("a: 2026-13-45\n", "a value that is none"),
        ("a: " + "x" * 2**20, "at most 1024 KiB"),
    ],
)
def test_text_that_could_be_read_in_two_ways_or_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_mapping(text, "card.yaml")
    assert said in str(refused.value)
