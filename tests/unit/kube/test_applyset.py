"""A parent object says what a set owns, in the words of Kubernetes' ApplySet."""

from typing import Any

import pytest

from fedfleet.kube.applyset import Extent, foreign_set, labelled, parent, prunable, recorded, set_id
from fedfleet.kube.errors import DefinitionError
from fedfleet.kube.refs import ApplySetRef

REF = ApplySetRef("fate", "fate-30000")


def member(kind: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "m", "namespace": "n"} | metadata}


def test_the_id_is_the_one_kubectl_computes() -> None:
    # Written by kubectl 1.32 apply --prune --applyset=configmaps/fate -n fate-30000
    assert set_id(REF) == "applyset-KuN6VieKD8s5PTI_SNIUbsVr4xqUpbyTqahTFaRWzhs-v1"


def test_the_parent_names_kinds_and_other_namespaces_sorted() -> None:
    extent = Extent(frozenset({"Deployment.apps", "ConfigMap"}), frozenset({"fate-30000", "b", "a"}))
    annotations = parent(REF, extent)["metadata"]["annotations"]
    assert annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap,Deployment.apps"
    assert annotations["applyset.kubernetes.io/additional-namespaces"] == "a,b"


def test_what_a_parent_records_is_read_back() -> None:
    extent = Extent(frozenset({"Deployment.apps", "ConfigMap"}), frozenset({"fate-30000", "a"}))
    assert recorded(REF, parent(REF, extent)) == extent


def test_without_a_parent_nothing_is_recorded() -> None:
    assert recorded(REF, None) == Extent()


def test_an_object_that_is_no_parent_is_left_alone() -> None:
    with pytest.raises(DefinitionError, match="nothing was touched"):
        recorded(REF, member("ConfigMap"))


def test_a_parent_of_another_tool_is_left_alone() -> None:
    other = parent(REF, Extent())
    other["metadata"]["annotations"]["applyset.kubernetes.io/tooling"] = "kubectl/v1.34"
    with pytest.raises(DefinitionError, match="kubectl"):
        recorded(REF, other)


def test_a_member_is_labelled_beside_its_own_labels() -> None:
    labels = labelled(member("ConfigMap", labels={"a": "b"}), REF)["metadata"]["labels"]
    assert labels == {"a": "b", "applyset.kubernetes.io/part-of": set_id(REF)}


def test_a_member_of_another_set_is_recognised() -> None:
    other = labelled(member("ConfigMap"), ApplySetRef("other", "n"))
    assert foreign_set(other, REF) == set_id(ApplySetRef("other", "n"))


def test_members_of_this_set_and_of_none_are_not_foreign() -> None:
    assert foreign_set(labelled(member("ConfigMap"), REF), REF) is None
    assert foreign_set(member("ConfigMap"), REF) is None


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "PersistentVolume", "Secret", "Namespace", "CustomResourceDefinition"])
def test_what_holds_data_is_never_pruned(kind: str) -> None:
    assert prunable([member(kind)]) == []


def test_what_a_controller_made_of_a_member_is_not_pruned() -> None:
    assert prunable([member("EndpointSlice", ownerReferences=[{"kind": "Service"}])]) == []


def test_what_is_being_deleted_is_not_pruned_again() -> None:
    assert prunable([member("ConfigMap", deletionTimestamp="2026-11-22T00:00:00Z")]) == []


def test_other_members_are_pruned() -> None:
    assert prunable([member("ConfigMap")]) == [member("ConfigMap")]
