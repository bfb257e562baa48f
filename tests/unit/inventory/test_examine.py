"""The whole of an inventory is held against everything, and only what is wrong is told."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fedfleet.federation.problems import DocumentError
from fedfleet.inventory import Catalogue, Given, Places, SiteGiven, examine, places_in
from fedfleet.inventory.catalogue import Option

NOW = datetime(2026, 11, 26, tzinfo=UTC)
CATALOGUE = Catalogue(
    options={name: (Option(),) for name in ("organisation", "fate_profile")} | {"fate_cores": (Option(type="int"),)},
    prefixes={"fate_": "role fate"},
)
# Without a plan, so that no papers are looked for.
CLINIC = SiteGiven("clinic", ("all", "parties"), plan_faults={"cluster_kubeconfig": "the lookup failed"})
EXCHANGE = SiteGiven("exchange", ("all", "exchanges"), plan_faults=CLINIC.plan_faults)
GROUPS = {"all": ["clinic", "exchange"], "parties": ["clinic"], "exchanges": ["exchange"], "web": ["www"]}


def said(*sites: SiteGiven, places: Places | None = None, **more: Any) -> str:
    try:
        examine(Given(sites, more.pop("groups", GROUPS), **more), places or places_in({}), CATALOGUE, NOW)
    except DocumentError as error:
        return str(error)
    return ""


def test_an_inventory_in_order_is_fine() -> None:
    assert said(CLINIC, EXCHANGE, places=places_in({"group_vars/all.yml": "fate_cores: 3\nown: 1\n"})) == ""


def test_everything_is_told_at_once_with_its_place() -> None:
    places = places_in({"group_vars/all.yml": "fate_cores: x\nfate_profil: spark\n"})
    told = said(replace(CLINIC, values={"fate_cores": "x"}), places=places)
    assert "- group_vars/all.yml:1: fate_cores: expected a whole number, found 'x'." in told
    assert "- group_vars/all.yml:2: fate_profil begins like the variables of role fate" in told
    assert told.endswith("Next: Nothing was touched. Correct the inventory and run again.")


def test_what_two_sites_have_from_one_place_is_told_once() -> None:
    wrong = {"fate_cores": "x"}
    places = places_in({"group_vars/all.yml": "fate_cores: x\n"})
    assert said(replace(CLINIC, values=wrong), replace(EXCHANGE, values=wrong), places=places).count("expected a whole number") == 1


def test_the_command_line_outdoes_every_file() -> None:
    places = places_in({"group_vars/all.yml": "fate_cores: 3\n"})
    assert "- -e on the command line: fate_cores" in said(
        replace(CLINIC, values={"fate_cores": "x"}), places=places, extra=frozenset({"fate_cores"})
    )


@pytest.mark.parametrize("text", ["fate_cores: !vault |\n  6162\n", "$ANSIBLE_VAULT;1.1;AES256\n6162\n"])
def test_what_is_encrypted_is_not_shown(text: str) -> None:
    told = said(replace(CLINIC, values={"fate_cores": "hunter2"}), places=places_in({"group_vars/all.yml": text}))
    assert "fate_cores: expected a whole number." in told
    assert "hunter2" not in told


def test_a_value_that_cannot_be_computed_is_told() -> None:
    assert "site clinic: fate_profile cannot be computed: 'x' is undefined" in said(
        replace(CLINIC, faults={"fate_profile": "'x' is undefined"}), EXCHANGE
    )


def test_a_value_that_makes_no_sense_at_the_other_kind_of_site_is_fine() -> None:
    assert (
        said(replace(CLINIC, values={"fate_profile": "spark"}), replace(EXCHANGE, faults={"fate_profile": "'party_id' is undefined"})) == ""
    )


def test_variables_of_hosts_that_are_no_sites_are_nobodys_business() -> None:
    assert said(CLINIC, places=places_in({"group_vars/web.yml": "fate_of_man: 1\n", "host_vars/www.yml": "organization: x\n"})) == ""


def test_an_inventory_without_a_site_is_told() -> None:
    told = said(groups={"all": ["x"], "web": ["x"]})
    assert "expected a site in the group exchanges or parties, found the groups web; put the site into one of them" in told


@pytest.mark.parametrize("sites", [(), (EXCHANGE,)])
def test_a_site_in_a_misspelt_group_is_told(sites: tuple[SiteGiven, ...]) -> None:
    told = said(*sites, groups={"all": ["x", "exchange"], "exchanges": ["exchange"], "partys": ["x"]})
    assert "- group partys: nothing is done for x in it; perhaps the group parties was meant." in told


def test_a_group_of_sites_may_be_called_like_theirs() -> None:
    assert said(CLINIC, groups={"all": ["clinic"], "parties": ["clinic"], "party": ["clinic"]}) == ""


@pytest.mark.parametrize("text", ["own: 1\nown: 2\n", "own: 0644\n"])
def test_carelessness_with_somebodys_own_variables_is_theirs(text: str) -> None:
    assert said(CLINIC, places=places_in({"group_vars/all.yml": text})) == ""


def test_a_variable_of_ours_that_is_written_twice_is_told() -> None:
    assert "fate_cores is written twice" in said(CLINIC, places=places_in({"group_vars/all.yml": "fate_cores: 1\nfate_cores: 2\n"}))


def test_a_site_is_one_of_both_kinds() -> None:
    assert "it is in both groups, exchanges and parties" in said(replace(CLINIC, groups=("all", "exchanges", "parties")))
