"""A site's plan comes from its variables and the roles' defaults."""

from dataclasses import replace
from typing import Any

import pytest

from fedfleet.inventory import SiteGiven, plan_variables
from fedfleet.inventory.plans import missing, plan_of

PARTY: dict[str, Any] = dict.fromkeys(plan_variables("party"), "") | {
    "registration_federation": "north",
    "registration_domain": "fate.example.org",
    "registration_public_endpoint": {},
    "registration_party_id": 30000,
    "registration_organisation": "Hospital",
    "cluster_namespace": "fate-30000",
    "fate_public_service_type": "LoadBalancer",
    "fate_public_node_ports": {"broker": 30651, "coordination": 30943},
    "fate_ingress_domain": "example.org",
}
SITE = SiteGiven("clinic", ("all", "parties"), plan=PARTY)


def test_a_party_is_known_by_its_variables() -> None:
    plan = plan_of(SITE)
    assert plan is not None
    assert (plan.kind, plan.party_id, plan.namespace, plan.web_names) == ("party", "30000", "fate-30000", ("30000.notebook.example.org",))


@pytest.mark.parametrize(
    ("changes", "targets"),
    [
        ({}, {}),
        ({"registration_public_endpoint": {"broker": {"address": "203.0.113.7", "port": "443"}}}, {"broker": ("203.0.113.7", 443)}),
        (
            {"fate_public_service_type": "NodePort", "fate_public_node_address": "10.1.2.3"},
            {"broker": ("10.1.2.3", 30651), "coordination": ("10.1.2.3", 30943)},
        ),
    ],
)
def test_targets_are_those_that_the_inventory_says(changes: dict[str, Any], targets: dict[str, Any]) -> None:
    plan = plan_of(replace(SITE, plan=PARTY | changes))
    assert plan is not None
    assert plan.targets == targets


@pytest.mark.parametrize(
    ("site", "name"),
    [
        (replace(SITE, plan=PARTY | {"registration_party_id": 0}), "party_id"),
        (replace(SITE, plan=PARTY | {"registration_organisation": ""}), "organisation"),
        (replace(SITE, plan_faults={"fate_registry": "'fedfleet_registry' is undefined"}), "fedfleet_registry"),
    ],
)
def test_what_a_site_must_say_is_asked_for_by_its_own_name(site: SiteGiven, name: str) -> None:
    assert missing(site) == {name: f"{name} is not set, and site clinic needs it"}
    assert plan_of(site) is None


def test_an_exchange_needs_nothing_of_a_party() -> None:
    assert not {"registration_party_id", "registration_organisation", "fate_registry"} & set(plan_variables("exchange"))
