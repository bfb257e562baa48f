from datetime import UTC, datetime

import pytest

from fedfleet.federation.card import Card
from fedfleet.federation.endpoint import EndpointPair, endpoint
from fedfleet.federation.roster import Member, Membership, Roster
from fedfleet.validation.ladder import Proof
from fedfleet.validation.verdict import of_exchange, of_party

DOMAIN = "fate.example.org"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ALONE = Proof(4, "30000", ok=True)
PAIR = Proof(5, "30000 → 40000", ok=True)


@pytest.fixture
def card() -> Card:
    nothing = EndpointPair(broker="", coordination="")
    return Card(
        api_version="fedfleet.dev/v1",
        kind="Card",
        federation="lab",
        domain=DOMAIN,
        party_id="30000",
        organisation="North",
        engine="fate",
        serial=1,
        endpoints=(),
        certificate_requests=nothing,
        certificates=nothing,
        fingerprint="ABCD-EFGH-JKLM-NPQR",
        signature="",
    )


def roster(*members: tuple[str, Membership]) -> Roster:
    pair = EndpointPair(broker="a.example.org", coordination="b.example.org")
    return Roster(
        api_version="fedfleet.dev/v1",
        kind="Roster",
        federation="lab",
        domain=DOMAIN,
        serial=1,
        issued=NOW,
        exchange=(
            endpoint("broker", "192.0.2.1", 443, f"proxy.{DOMAIN}"),
            endpoint("coordination", "192.0.2.1", 9443, f"exchange.{DOMAIN}"),
        ),
        parties=tuple(
            Member(party_id=party_id, organisation="x", engine="fate", state=state, server_names=pair) for party_id, state in members
        ),
        fingerprint="",
        signature="",
    )


BOTH = roster(("30000", Membership.ADMITTED), ("40000", Membership.ADMITTED))


def test_without_an_admission_it_says_which_file_goes_to_whom(card: Card) -> None:
    verdict = of_party("30000", card, None, [ALONE], {}, "cards/30000.yaml")
    assert verdict.state == "awaiting-admission"
    assert all(word in verdict.sentence for word in ("cards/30000.yaml", "exchange's operator", "ABCD-EFGH-JKLM-NPQR"))


def test_with_every_partner_proven_it_is_validated_and_waits_for_nobody(card: Card) -> None:
    verdict = of_party("30000", card, BOTH, [ALONE, PAIR], {}, "")
    assert (verdict.state, verdict.waits_for) == ("validated", "")


def test_a_silent_partner_keeps_it_from_being_validated_and_is_named(card: Card) -> None:
    verdict = of_party("30000", card, BOTH, [ALONE], {"40000": "gave 502"}, "")
    assert verdict.state == "admitted"
    assert "party 40000 (gave 502)" in verdict.sentence


def test_alone_on_the_roster_it_is_validated_and_says_so(card: Card) -> None:
    verdict = of_party("30000", card, roster(("30000", Membership.ADMITTED)), [ALONE], {}, "")
    assert (verdict.state, verdict.waits_for) == ("validated", "Nobody else is on the roster yet.")


@pytest.mark.parametrize(
    ("proofs", "told"),
    [
        (
            [Proof(3, "30000 → 40000", ok=True)],
            "with no job run. It waits for a run that climbs the whole ladder: no job was run with 40000",
        ),
        ([ALONE], "proven alone. It waits for a run that climbs the whole ladder: no job was run with 40000"),
        ([ALONE, Proof(5, "30000 → 50000", ok=True)], "no job was run with 40000"),
    ],
)
def test_a_ladder_that_was_not_climbed_to_its_end_validates_nothing(card: Card, proofs: list[Proof], told: str) -> None:
    verdict = of_party("30000", card, BOTH, proofs, {}, "")
    assert verdict.state == "admitted"
    assert told in verdict.sentence
    assert "Nobody else" not in verdict.sentence


def test_a_removed_party_is_told_so(card: Card) -> None:
    verdict = of_party("30000", card, roster(("30000", Membership.REMOVED)), [ALONE], {}, "")
    assert verdict.state == "removed"


def test_an_exchange_without_parties_waits_for_cards() -> None:
    assert "waits for cards" in of_exchange((), {}).sentence


def test_an_exchange_whose_routes_all_work_is_validated() -> None:
    assert of_exchange(("30000", "40000"), {}).state == "validated"


def test_an_exchange_names_parties_it_cannot_reach() -> None:
    verdict = of_exchange(("30000", "40000"), {"40000": "refuses connections"})
    assert (verdict.state, "party 40000 (refuses connections)" in verdict.sentence) == ("deployed", True)
