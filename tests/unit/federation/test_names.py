"""Party ids, domains and the names made of them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from fedfleet.federation.names import Domain, Organisation, PartyId, broker_name, coordination_name, is_host_name

PARTY = TypeAdapter(PartyId)
DOMAIN = TypeAdapter(Domain)
ORGANISATION = TypeAdapter(Organisation)


@pytest.mark.parametrize("written", [30000, "30000"])
def test_a_party_id_may_be_written_as_a_number_or_a_text(written: object) -> None:
    assert PARTY.validate_python(written) == "30000"


@pytest.mark.parametrize("bad", ["", "0", "030000", "-1", "3e4", "30 000", "30000; drop", "12345678901", True, 1.5, None, ["30000"]])
def test_a_malformed_party_id_is_refused(bad: object) -> None:
    with pytest.raises(ValidationError):
        PARTY.validate_python(bad)


def test_a_party_id_s_error_says_what_one_is() -> None:
    with pytest.raises(ValidationError, match="a number of at most ten digits without a leading zero, found '007'"):
        PARTY.validate_python("007")


@pytest.mark.parametrize(
    "bad", ["fate", "fate..org", "-fate.org", "FATE.org", "fate.org.", "fate.org/x", "10.0.0.1", "fate.7", "fate_x.org"]
)
def test_a_malformed_domain_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        DOMAIN.validate_python(bad)


def test_a_domain_leaves_room_for_the_longest_name_in_a_certificate() -> None:
    longest = "a" * 34 + ".org"
    assert len(coordination_name("9" * 10, longest)) <= 64
    assert DOMAIN.validate_python(longest) == longest


def test_a_domain_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most"):
        DOMAIN.validate_python("a" * 60 + ".example.org")


@pytest.mark.parametrize("bad", ["", " Hospital", "Hospital\n", "x" * 101, "a\x00b"])
def test_an_organisation_s_name_is_printable(bad: str) -> None:
    with pytest.raises(ValidationError):
        ORGANISATION.validate_python(bad)


def test_names_lie_below_the_domain() -> None:
    assert broker_name("30000", "fate.example.org") == "30000.fate.example.org"


@pytest.mark.parametrize("number", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "a.0x7f"])
def test_what_some_resolvers_read_as_an_address_is_no_host_name(number: str) -> None:
    assert not is_host_name(number)
