"""Who is in the federation, and what was proven on each way."""

from fedfleet.report.topology import edges_of, nodes_of
from support.reports import MadeUp


def test_the_exchange_comes_first_and_parties_by_number() -> None:
    assert [node.id for node in nodes_of(MadeUp(parties=3).sites())] == ["exchange", "30000", "31000", "32000"]


def test_every_ordered_pair_has_a_way_for_each_kind_of_traffic() -> None:
    edges = edges_of(MadeUp(parties=3).sites())

    between_parties = {(edge.kind, edge.source, edge.target) for edge in edges if edge.source != "exchange"}
    assert len(between_parties) == 3 * 3 * 2
    assert {edge.state for edge in edges} == {"proven"}


def test_an_exchange_proves_no_toys() -> None:
    assert {edge.kind for edge in edges_of(MadeUp().sites()) if edge.source == "exchange"} == {"coordination", "broker"}


def test_a_proof_that_fails_is_on_its_own_way_only() -> None:
    edges = edges_of(MadeUp(parties=3, failing=frozenset({(2, "30000 → 32000")})).sites())

    assert [(edge.kind, edge.source, edge.target) for edge in edges if edge.state == "failed"] == [("coordination", "30000", "32000")]


def test_what_was_not_reached_by_the_climb_is_unproven() -> None:
    edges = edges_of(MadeUp(failing=frozenset({(2, "30000 → 31000")})).sites())

    assert [edge.kind for edge in edges if edge.state == "unproven"] == ["broker", "toy"]


def test_a_party_alone_knows_the_others_from_its_roster() -> None:
    own = [site for site in MadeUp(parties=3).sites() if site.site == "party31000"]

    assert [(node.id, node.organisation, node.site) for node in nodes_of(own)] == [
        ("exchange", "", ""),
        ("30000", "Hospital North", ""),
        ("31000", "Hospital South", "party31000"),
        ("32000", "City Clinic", ""),
    ]


def test_parties_that_have_left_are_no_members() -> None:
    site = MadeUp(parties=3).party("30000")
    left = tuple(member.model_copy(update={"state": "removed"}) if member.party_id == "32000" else member for member in site.facts.members)
    site = site.model_copy(update={"facts": site.facts.model_copy(update={"members": left})})

    assert [node.id for node in nodes_of([site])] == ["exchange", "30000", "31000"]
    assert {edge.target for edge in edges_of([site])} == {"31000"}


def test_reports_that_name_no_members_know_the_parties_of_their_inventory() -> None:
    sites = [site.model_copy(update={"facts": type(site.facts)()}) for site in MadeUp().sites()]

    assert {(edge.source, edge.target) for edge in edges_of(sites) if edge.kind == "toy"} == {("30000", "31000"), ("31000", "30000")}
