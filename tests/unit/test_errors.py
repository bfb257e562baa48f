"""Errors read as sentences, and modules get them field by field."""

from fedfleet.errors import FedFleetError


def test_everything_known_is_told_in_order() -> None:
    error = FedFleetError("The file is not a card", expected="kind Card", found="kind Roster", where="a.yml", next_step="Ask for the card")
    assert str(error) == ("The file is not a card. Expected: kind Card. Found: kind Roster. Where: a.yml. Next: Ask for the card.")


def test_what_is_not_known_is_left_out() -> None:
    assert str(FedFleetError("It broke!", where="here")) == "It broke! Where: here."


def test_facts_hold_only_what_is_known() -> None:
    assert FedFleetError("It broke", found="pieces").facts() == {"summary": "It broke", "found": "pieces"}
