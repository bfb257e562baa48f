"""A site whose operator has rights in one namespace only: what playbook rbac writes is enough, and no more than that."""

from collections.abc import Iterator

import pytest

from fedfleet.kube import Client
from support.commands import Finished
from support.lab import RunningLab
from support.namespace_admin import with_rights_in_one_namespace
from support.organisations import Organisation

NAMESPACE = "single-modest"


@pytest.fixture(scope="module")
def platform_team(lab: RunningLab) -> Iterator[Client]:
    with Client.connect(lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def site(platform_team: Client, lab: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    """A party's inventory with nothing but a namespace and the rights in it."""
    party = Organisation.of("party30000", tmp_path_factory.mktemp("modest"), lab, NAMESPACE).knowing(fate_profile="spark")
    try:
        yield with_rights_in_one_namespace(platform_team, party)
    finally:
        platform_team.delete("Namespace", NAMESPACE)


@pytest.fixture(scope="module")
def worked(site: Organisation) -> Finished:
    return site.play("tests/support/playbooks/namespace_only.yml")


def test_the_rights_are_enough_for_everything_a_party_consists_of(worked: Finished) -> None:
    worked.expect()


def test_what_stays_is_said_and_who_takes_it_away(worked: Finished) -> None:
    assert f"kubectl delete namespace {NAMESPACE}" in " ".join(worked.output.split())


@pytest.mark.parametrize(
    ("verb", "resource", "namespace"),
    [("get", "secrets", "kube-system"), ("list", "nodes", None), ("create", "namespaces", None), ("create", "rolebindings", NAMESPACE)],
)
def test_the_rights_reach_no_further(site: Organisation, verb: str, resource: str, namespace: str | None) -> None:
    with Client.connect(site.variables["cluster_kubeconfig"]) as operator:
        assert not operator.can(verb, resource, namespace)


def test_the_manifest_is_left_beside_the_inventory(site: Organisation) -> None:
    assert site.artefact("rbac-party30000.yaml").is_file()
