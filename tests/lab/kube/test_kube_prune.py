"""What leaves a set is deleted, and nothing else is: not data, not anyone else's."""

from typing import Any

import pytest

from fedfleet.kube import ApplySetRef, Client, DefinitionError, KubeError
from support.kube import claim, config_map, workload

PARENT_KINDS = "applyset.kubernetes.io/contains-group-kinds"


@pytest.fixture
def fleet(namespace: str) -> ApplySetRef:
    return ApplySetRef("fleet", namespace)


def secret(name: str, namespace: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "stringData": {"a": "b"}}


def kinds(client: Client, fleet: ApplySetRef) -> str:
    parent = client.get("ConfigMap", fleet.name, fleet.namespace)
    assert parent is not None
    return str(parent["metadata"]["annotations"][PARENT_KINDS])


def test_what_leaves_the_definition_is_deleted(client: Client, fleet: ApplySetRef) -> None:
    place = fleet.namespace
    client.apply([config_map("a", place), config_map("b", place), workload("Deployment", "d", place, replicas=0)], apply_set=fleet)
    result = client.apply([config_map("a", place)], apply_set=fleet)
    assert {(change.name, change.action) for change in result.objects} == {("a", "unchanged"), ("b", "pruned"), ("d", "pruned")}
    assert client.get("ConfigMap", "b", place) is None


def test_the_parent_records_what_there_is_and_no_more(client: Client, fleet: ApplySetRef) -> None:
    place = fleet.namespace
    client.apply([config_map("a", place), workload("Deployment", "d", place, replicas=0)], apply_set=fleet)
    assert kinds(client, fleet) == "ConfigMap,Deployment.apps"
    client.apply([config_map("a", place)], apply_set=fleet)
    assert kinds(client, fleet) == "ConfigMap"


def test_a_set_that_is_unchanged_leaves_its_parent_alone(client: Client, fleet: ApplySetRef) -> None:
    objects = [config_map("a", fleet.namespace)]
    client.apply(objects, apply_set=fleet)
    before = client.get("ConfigMap", fleet.name, fleet.namespace)
    assert not client.apply(objects, apply_set=fleet).changed
    assert client.get("ConfigMap", fleet.name, fleet.namespace) == before


def test_claims_and_secrets_are_never_pruned(client: Client, fleet: ApplySetRef) -> None:
    place = fleet.namespace
    client.apply([config_map("a", place), secret("s", place), claim("c", place, "lab-fast")], apply_set=fleet)
    client.apply([config_map("a", place)], apply_set=fleet)
    assert client.get("Secret", "s", place) is not None
    assert client.get("PersistentVolumeClaim", "c", place) is not None


def test_what_is_not_of_the_set_is_left_alone(client: Client, fleet: ApplySetRef) -> None:
    place = fleet.namespace
    client.apply([config_map("mine", place)], manager="someone")
    client.apply([config_map("theirs", place)], apply_set=ApplySetRef("theirs", place))
    client.apply([config_map("a", place), config_map("b", place)], apply_set=fleet)
    assert [change.name for change in client.apply([], apply_set=fleet).objects] == ["a", "b"]
    assert client.get("ConfigMap", "mine", place) is not None
    assert client.get("ConfigMap", "theirs", place) is not None


def test_an_object_of_another_set_is_not_taken(client: Client, fleet: ApplySetRef) -> None:
    other = ApplySetRef("other", fleet.namespace)
    client.apply([config_map("a", fleet.namespace, x="1")], apply_set=other)
    with pytest.raises(DefinitionError, match="belong to another set"):
        client.apply([config_map("a", fleet.namespace, x="2")], apply_set=fleet)
    assert client.get("ConfigMap", "a", fleet.namespace)["data"] == {"x": "1"}  # type: ignore[index]


def test_an_object_of_the_parents_name_is_not_taken(client: Client, fleet: ApplySetRef) -> None:
    client.apply([config_map(fleet.name, fleet.namespace, mine="1")], manager="someone")
    with pytest.raises(DefinitionError, match="not the parent of a set of ours"):
        client.apply([config_map("a", fleet.namespace)], apply_set=fleet)


def test_a_dry_run_tells_what_would_be_pruned_and_prunes_nothing(client: Client, fleet: ApplySetRef) -> None:
    client.apply([config_map("a", fleet.namespace)], apply_set=fleet)
    assert [change.action for change in client.apply([], apply_set=fleet, dry_run=True).objects] == ["pruned"]
    assert client.get("ConfigMap", "a", fleet.namespace) is not None


def test_pruning_may_be_left_out(client: Client, fleet: ApplySetRef) -> None:
    client.apply([config_map("a", fleet.namespace)], apply_set=fleet)
    keeping = ApplySetRef(fleet.name, fleet.namespace, prune=False)
    assert not client.apply([], apply_set=keeping).changed
    assert [change.action for change in client.apply([], apply_set=fleet).objects] == ["pruned"]


def test_a_run_that_broke_off_is_made_good_by_the_next(client: Client, fleet: ApplySetRef) -> None:
    place = fleet.namespace
    client.apply([config_map("old", place)], apply_set=fleet)
    broken = [config_map("new", place), workload("Deployment", "Bad_Name", place, replicas=0)]
    with pytest.raises(KubeError, match="Bad_Name"):
        client.apply(broken, apply_set=fleet)
    assert client.get("ConfigMap", "old", place) is not None
    assert kinds(client, fleet) == "ConfigMap,Deployment.apps"
    client.apply([], apply_set=fleet)
    assert client.get("ConfigMap", "old", place) is None
    assert client.get("ConfigMap", "new", place) is None
    assert kinds(client, fleet) == ""


def test_members_in_other_namespaces_are_pruned_too(client: Client, namespace: str, fleet: ApplySetRef) -> None:
    there = f"{namespace}-b"
    other = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": there}}
    client.apply([other, config_map("a", there)], apply_set=fleet)
    result = client.apply([other], apply_set=fleet)
    assert [(change.name, change.action) for change in result.objects if change.action == "pruned"] == [("a", "pruned")]
    client.delete("Namespace", there)


def test_a_set_is_taken_away_with_its_parent_but_not_its_data(client: Client, fleet: ApplySetRef) -> None:
    place = fleet.namespace
    client.apply([config_map("a", place), secret("s", place)], apply_set=fleet)
    assert [(change.name, change.action) for change in client.remove(apply_set=fleet).objects] == [("a", "pruned")]
    assert client.get("ConfigMap", fleet.name, place) is None
    assert client.get("Secret", "s", place) is not None
    assert not client.remove(apply_set=fleet).changed


def test_what_is_named_is_taken_away_whatever_it_is(client: Client, namespace: str) -> None:
    client.apply([secret("s", namespace)])
    assert [change.action for change in client.remove([secret("s", namespace)]).objects] == ["deleted"]
    assert not client.remove([secret("s", namespace)]).changed
