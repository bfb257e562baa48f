"""Fields are taken back from people's tools, and from nobody else."""

import importlib

import pytest

from fedfleet.kube.refs import FieldConflict
from fedfleet.kube.takeover import PEOPLE, may_take_over


def conflicts(*managers: str) -> list[FieldConflict]:
    return [FieldConflict(".spec.replicas", manager) for manager in managers]


@pytest.mark.parametrize("manager", ["kubectl", "kubectl-edit", "kubectl-client-side-apply", "k9s", "oc", "Mozilla", "fedfleet"])
def test_what_people_use_is_taken_from(manager: str) -> None:
    assert may_take_over(conflicts(manager), PEOPLE)


@pytest.mark.parametrize(
    "manager", ["kube-controller-manager", "argocd-controller", "helm", "kubectly", "vpa-updater", "fedfleet-registration"]
)
def test_controllers_and_deployment_tools_are_not(manager: str) -> None:
    assert not may_take_over(conflicts(manager), PEOPLE)


def test_one_field_of_a_controller_is_enough_for_a_no() -> None:
    assert not may_take_over(conflicts("kubectl", "kube-controller-manager"), PEOPLE)


def test_nobody_is_taken_from_where_nobody_is_named() -> None:
    assert not may_take_over(conflicts("kubectl"), ())


def test_without_a_conflict_there_is_nothing_to_take() -> None:
    assert not may_take_over([], PEOPLE)


def test_the_module_says_the_same_people() -> None:
    module = importlib.import_module("ansible_collections.fedfleet.federation.plugins.modules.kube_apply")
    assert tuple(module.PEOPLE) == PEOPLE
