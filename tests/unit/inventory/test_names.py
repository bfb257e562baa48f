"""A misspelt name is told from one that is somebody else's."""

import pytest

from fedfleet.inventory.catalogue import Catalogue, Option
from fedfleet.inventory.names import name_fault, scope_fault

CATALOGUE = Catalogue(
    options={name: (Option(),) for name in ("cluster_kubeconfig", "cluster_context", "party_id", "organisation", "site_namespace")},
    also_read=frozenset({"remove_site"}),
    prefixes={"cluster_": "role cluster"},
)


@pytest.mark.parametrize("name", ["cluster_context", "party_id", "remove_site", "ansible_user", "__cluster_x"])
def test_a_name_that_something_reads_is_fine(name: str) -> None:
    assert name_fault(name, CATALOGUE) == ""


@pytest.mark.parametrize("name", ["lab_name", "site_name", "party_name", "kubeconfig", "country", "partition"])
def test_a_name_that_resembles_nothing_is_somebodys_own(name: str) -> None:
    assert name_fault(name, CATALOGUE) == ""


@pytest.mark.parametrize(
    ("name", "meant"),
    [("organization", "organisation"), ("partyid", "party_id"), ("PARTY_ID", "party_id"), ("cluster_kubeconfg", "cluster_kubeconfig")],
)
def test_a_misspelt_name_is_told_with_what_was_meant(name: str, meant: str) -> None:
    assert f"perhaps {meant} was meant" in name_fault(name, CATALOGUE)


def test_a_name_that_begins_like_ours_is_told_though_it_resembles_none() -> None:
    assert name_fault("cluster_owner", CATALOGUE) == (
        "cluster_owner begins like the variables of role cluster, but nothing reads it; "
        "rename it, or list it in fedfleet_other_variables if it is meant for something else"
    )


@pytest.mark.parametrize("others", [["cluster_owner"], ["cluster_*"]])
def test_a_name_that_the_inventory_says_is_none_of_ours_is_fine(others: list[str]) -> None:
    assert name_fault("cluster_owner", CATALOGUE, others=others) == ""


def test_a_name_that_the_inventory_reads_itself_is_fine() -> None:
    assert name_fault("organization", CATALOGUE, read_here={"organization"}) == ""


def test_a_file_for_a_misspelt_group_is_told() -> None:
    assert "no host or group partys" in scope_fault("partys", ["parties", "exchanges"])


@pytest.mark.parametrize("scope", ["parties", "webservers"])
def test_a_file_for_a_group_of_this_or_another_inventory_is_fine(scope: str) -> None:
    assert scope_fault(scope, ["parties", "exchanges"]) == ""
