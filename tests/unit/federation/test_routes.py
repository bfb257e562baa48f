"""Routes derive from cards."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from fedfleet.federation.addresses import address_fault
from fedfleet.federation.card import Card
from fedfleet.federation.problems import DocumentError
from fedfleet.federation.route import RouteTable, clashes, routes_of, target_problems
from support.parties import BANK, EXCHANGE, HOSPITAL, TELCO


def test_a_card_gives_one_route_by_name_and_one_by_header() -> None:
    found = [(route.kind, route.match, route.target) for route in routes_of([HOSPITAL.card()]).routes]
    assert found == [("header", "30000", "198.51.100.31:9443"), ("sni", "30000.fate.test.internal", "198.51.100.30:6651")]


def test_the_order_of_cards_changes_nothing() -> None:
    cards = [HOSPITAL.card(), BANK.card(), TELCO.card()]
    assert routes_of(cards) == routes_of(reversed(cards))


def test_a_table_s_id_follows_from_its_content() -> None:
    assert routes_of([HOSPITAL.card()]).table_id == routes_of([HOSPITAL.card()]).table_id
    assert routes_of([HOSPITAL.card()]).table_id != routes_of([replace(HOSPITAL, broker="198.51.100.77").card()]).table_id
    assert RouteTable().table_id != routes_of([HOSPITAL.card()]).table_id


def test_parties_are_in_the_order_of_their_numbers() -> None:
    assert routes_of(
        [replace(HOSPITAL, party_id="9999", broker="198.51.100.9", coordination="198.51.100.8").card(), HOSPITAL.card()]
    ).parties == (
        "9999",
        "30000",
    )


def test_the_same_party_twice_is_refused() -> None:
    with pytest.raises(DocumentError, match="the party id 30000 is claimed more than once"):
        routes_of([HOSPITAL.card(), replace(HOSPITAL, broker="198.51.100.77", coordination="198.51.100.78").card()])


def test_another_party_s_address_and_port_is_refused() -> None:
    thief = replace(BANK, broker=HOSPITAL.broker)
    assert [str(problem) for problem in clashes([HOSPITAL.card(), thief.card()])] == [
        "cards of parties 30000 (broker) and 40000 (broker): the target 198.51.100.30:6651 is claimed more than once"
    ]


def test_two_parties_may_share_an_address_with_different_ports() -> None:
    neighbour = replace(BANK, coordination=HOSPITAL.broker)
    assert not clashes([HOSPITAL.card(), neighbour.card()])


def test_a_route_back_to_the_exchange_is_refused() -> None:
    endpoints = [HOSPITAL.endpoints[0].model_copy(update={"address": "192.0.2.1", "port": 443}), HOSPITAL.endpoints[1]]
    card = HOSPITAL.card().model_copy(update={"endpoints": tuple(endpoints)})
    assert [problem.sentence for problem in target_problems(card, EXCHANGE, [])] == [
        "192.0.2.1:443 is the exchange itself: the route would be a loop"
    ]


def test_a_route_into_a_forbidden_network_is_refused() -> None:
    problems = target_problems(HOSPITAL.card(), EXCHANGE, [ip_network("198.51.100.30/32")])
    assert [problem.sentence for problem in problems] == ["198.51.100.30 is in 198.51.100.30/32, where no party may be"]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.8.9.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),  # noqa: S104 - refused here
        ("0.0.0.5", "unspecified"),
        ("::", "unspecified"),
        ("255.255.255.255", "reserved"),
        ("localhost", "full lower-case host name"),
        ("a.localhost", "only has a meaning inside"),
        ("kubernetes.default.svc", "only has a meaning inside"),
        ("traffic-server.fate-exchange.svc.cluster.local", "only has a meaning inside"),
        ("2130706433", "full lower-case host name"),
        ("0x7f.1", "full lower-case host name"),
        ("127.1", "full lower-case host name"),
        ("broker.example.org:6651", "full lower-case host name"),
        ("broker.example.org;", "full lower-case host name"),
        ("[::1]", "full lower-case host name"),
        ("", "full lower-case host name"),
    ],
)
def test_no_route_leads_to(address: str, why: str) -> None:
    assert why in address_fault(address)


@pytest.mark.parametrize("address", ["198.51.100.30", "10.89.1.5", "192.168.3.4", "broker.hospital.example", "2001:db8::30"])
def test_a_route_may_lead_to(address: str) -> None:
    assert address_fault(address) == ""


def test_such_an_address_is_refused_in_a_card_with_its_field() -> None:
    text = HOSPITAL.card().text().replace(HOSPITAL.broker, "169.254.169.254")
    with pytest.raises(DocumentError, match=r"endpoints\.0\.address: 169\.254\.169\.254 is a link-local address"):
        Card.read(text, "30000.yaml")


def test_an_endpoint_speaks_what_its_name_says() -> None:
    text = HOSPITAL.card().text().replace("pulsar+ssl", "https")
    with pytest.raises(DocumentError, match=r"the broker endpoint speaks pulsar\+ssl, found https"):
        Card.read(text, "30000.yaml")
