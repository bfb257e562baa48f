"""What no two sites of one inventory may have in common."""

from dataclasses import replace
from typing import Any

import pytest

from fedfleet.federation.neighbours import SitePlan, neighbour_problems

HOSPITAL = SitePlan(
    "hospital", "party", "north", "fate.example.org", ("/a", "x"), "fate-30000", "30000", web_names=("30000.notebook.example.org",)
)
BANK = replace(HOSPITAL, name="bank", party_id="40000", namespace="fate-40000", web_names=("40000.notebook.example.org",))
EXCHANGE = SitePlan("exchange", "exchange", "north", "fate.example.org", ("/a", "x"), "fate-exchange")


def said(*sites: SitePlan) -> str:
    return "\n".join(map(str, neighbour_problems(sites)))


def test_a_federation_in_one_inventory_is_fine() -> None:
    assert said(EXCHANGE, HOSPITAL, BANK) == ""


def test_the_same_namespace_of_two_clusters_is_fine() -> None:
    assert said(HOSPITAL, replace(BANK, namespace="fate-30000", cluster=("/a", "y"))) == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"party_id": "30000"}, "hospital and bank: party 30000 of federation north is two sites; give each party a party_id of its own"),
        ({"namespace": "fate-30000"}, "namespace fate-30000 of the same cluster (/a, context x) is the place of two sites"),
        ({"domain": "fate.example.com"}, "its domain is fate.example.org to one and fate.example.com to the other"),
        ({"federation": "south"}, "the federations north and south share the domain fate.example.org"),
    ],
)
def test_what_two_parties_share_is_told(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in said(HOSPITAL, replace(BANK, **changes))


def test_two_sites_are_not_reached_at_one_address_and_port() -> None:
    target = {"broker": ("203.0.113.7", 6651)}
    assert "203.0.113.7:6651 is where two sites say that they are reached" in said(
        replace(HOSPITAL, targets=target), replace(EXCHANGE, targets=target)
    )


def test_an_inventory_has_one_exchange_at_most() -> None:
    assert "the exchange is two sites" in said(EXCHANGE, replace(EXCHANGE, name="other", namespace="other"))


def test_a_notebook_does_not_take_a_name_of_the_federation() -> None:
    clashing = replace(HOSPITAL, domain="notebook.example.org")
    assert "its notebook's name 30000.notebook.example.org is also a name of hospital in the federation" in said(clashing)
