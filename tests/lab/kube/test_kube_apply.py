"""A whole set is applied at once, and what changes is told as it is."""

import secrets
from typing import Any

import pytest

from fedfleet.kube import (
    ApplySetRef,
    Client,
    DefinitionError,
    InvalidError,
    KubeError,
    NotFoundError,
    OwnershipError,
    SetError,
    UnknownKindError,
)
from support.kube import config_map, workload
from support.lab import RunningLab


def actions(client: Client, objects: list[dict[str, Any]], **terms: Any) -> list[str]:
    return [change.action for change in client.apply(objects, **terms).objects]


def test_a_set_is_created_and_then_unchanged(client: Client, namespace: str) -> None:
    objects = [workload("Deployment", "a", namespace, replicas=0), *(config_map(f"c{n}", namespace, a="1") for n in range(5))]
    assert actions(client, objects) == ["created"] * 6
    assert actions(client, objects) == ["unchanged"] * 6


def test_only_what_differs_is_updated_and_shown(client: Client, namespace: str) -> None:
    client.apply([config_map("a", namespace, x="1"), config_map("b", namespace, x="1")])
    result = client.apply([config_map("a", namespace, x="1"), config_map("b", namespace, x="2")])
    assert [change.action for change in result.objects] == ["unchanged", "updated"]
    assert "-  x: '1'\n+  x: '2'" in result.objects[1].diff


def test_a_field_that_leaves_the_definition_leaves_the_object(client: Client, namespace: str) -> None:
    client.apply([config_map("a", namespace, keep="1", drop="1")])
    assert actions(client, [config_map("a", namespace, keep="1")]) == ["updated"]
    assert client.get("ConfigMap", "a", namespace)["data"] == {"keep": "1"}  # type: ignore[index]


def test_a_text_that_leaves_a_secret_leaves_it(client: Client, namespace: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": namespace}}
    client.apply([secret | {"stringData": {"keep": "1", "drop": "1"}}])
    client.apply([secret | {"stringData": {"keep": "1"}}])
    assert sorted(client.get("Secret", "s", namespace)["data"]) == ["keep"]  # type: ignore[index]


def test_a_namespace_and_what_is_in_it_may_be_in_one_set(client: Client) -> None:
    name = f"kube-{secrets.token_hex(4)}"
    made = [config_map("a", name), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}]
    assert actions(client, made) == ["created", "created"]
    client.delete("Namespace", name)


def test_a_definition_and_an_object_of_it_may_be_in_one_set(client: Client, namespace: str) -> None:
    group, kind = f"t{secrets.token_hex(4)}.example.org", "Fleet"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"fleets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": "fleets", "singular": "fleet"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    fleet = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "f", "namespace": namespace}, "spec": {"ships": 3}}
    try:
        assert actions(client, [fleet, crd], dry_run=True) == ["created", "created"]
        assert actions(client, [fleet, crd]) == ["created", "created"]
        assert client.get(kind, "f", namespace, f"{group}/v1")["spec"] == {"ships": 3}  # type: ignore[index]
    finally:
        client.delete("CustomResourceDefinition", f"fleets.{group}")


def test_a_dry_run_tells_what_would_be_and_changes_nothing(client: Client, namespace: str) -> None:
    client.apply([config_map("a", namespace, x="1")])
    assert actions(client, [config_map("a", namespace, x="2"), config_map("b", namespace)], dry_run=True) == ["updated", "created"]
    assert client.get("ConfigMap", "a", namespace)["data"] == {"x": "1"}  # type: ignore[index]
    assert client.get("ConfigMap", "b", namespace) is None


def test_a_dry_run_takes_what_is_not_there_yet_for_created(client: Client) -> None:
    objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-absent"}}, config_map("a", "kube-absent")]
    assert actions(client, objects, dry_run=True) == ["created", "created"]
    assert actions(client, objects[1:], dry_run=True) == ["created"]
    assert client.get("Namespace", "kube-absent") is None


def test_a_field_that_someone_else_took_is_told_with_its_manager(client: Client, namespace: str) -> None:
    client.apply([config_map("a", namespace, x="1")])
    client.apply([config_map("a", namespace, x="9")], manager="night-shift", force=True)
    with pytest.raises(OwnershipError) as caught:
        client.apply([config_map("a", namespace, x="1")])
    assert [(each.field, each.manager) for each in caught.value.conflicts] == [(".data.x", "night-shift")]


def test_a_field_is_taken_over_only_when_asked(client: Client, namespace: str) -> None:
    client.apply([config_map("a", namespace, x="9")], manager="night-shift")
    assert actions(client, [config_map("a", namespace, x="1")], force=True) == ["updated"]


def test_a_misspelt_field_is_refused_by_name(client: Client, namespace: str) -> None:
    wrong = workload("Deployment", "a", namespace, replicaz=1)
    with pytest.raises(KubeError, match="replicaz"):
        client.apply([wrong])


def test_all_that_is_refused_is_told_at_once(client: Client, namespace: str) -> None:
    objects = [config_map("Bad_One", namespace), config_map("good", namespace), config_map("Bad_Two", namespace)]
    with pytest.raises(SetError, match=r"2 of 3 objects(.|\n)*Bad_One(.|\n)*Bad_Two"):
        client.apply(objects)
    assert client.get("ConfigMap", "good", namespace) is not None


def test_what_cannot_be_changed_is_told_with_the_way_out(client: Client, namespace: str) -> None:
    client.apply([workload("StatefulSet", "a", namespace, replicas=0)])
    with pytest.raises(InvalidError, match="delete the object first"):
        client.apply([workload("StatefulSet", "a", namespace, replicas=0, podManagementPolicy="Parallel")])


def test_an_unknown_kind_stops_the_set_before_anything_is_touched(client: Client, namespace: str) -> None:
    unknown = {"apiVersion": "apps/v1", "kind": "Deploymint", "metadata": {"name": "a", "namespace": namespace}}
    with pytest.raises(UnknownKindError, match="Deploymint"):
        client.apply([config_map("a", namespace), unknown])
    assert client.get("ConfigMap", "a", namespace) is None


def test_an_object_without_namespace_needs_one_for_the_set(client: Client, namespace: str) -> None:
    nowhere = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    with pytest.raises(DefinitionError, match="names no namespace"):
        client.apply([nowhere])
    assert actions(client, [nowhere], namespace=namespace) == ["created"]


def test_a_missing_namespace_is_told(client: Client) -> None:
    with pytest.raises(NotFoundError, match="kube-absent"):
        client.apply([config_map("a", "kube-absent")])


@pytest.mark.parametrize(
    ("by_hand", "owner"),
    [
        # The API server takes the field from us then, and writes nobody down for it.
        (("scale", "deployment", "a", "--replicas", "0"), []),
        (("patch", "deployment", "a", "--patch", '{"spec": {"replicas": 0}}'), [(".spec.replicas", "kubectl-patch")]),
    ],
    ids=["scale", "patch"],
)
def test_what_somebody_changed_by_hand_is_put_right_in_a_set(
    lab: RunningLab, client: Client, namespace: str, by_hand: tuple[str, ...], owner: list[tuple[str, str]]
) -> None:
    fleet = ApplySetRef("fleet", namespace)
    client.apply([workload("Deployment", "a", namespace, replicas=2)], apply_set=fleet)
    lab.fedfleet("lab", "kubectl", "--", "-n", namespace, *by_hand).expect()

    (change,) = client.apply([workload("Deployment", "a", namespace, replicas=2)], apply_set=fleet).objects

    assert [(each.field, each.manager) for each in change.taken] == owner
    assert all(f"{field} is taken back from {manager}" in change.diff for field, manager in owner)
    assert client.get("Deployment", "a", namespace)["spec"]["replicas"] == 2  # type: ignore[index]
    assert actions(client, [workload("Deployment", "a", namespace, replicas=2)], apply_set=fleet) == ["unchanged"]


def test_a_dry_run_tells_what_it_would_take_back(client: Client, namespace: str) -> None:
    fleet = ApplySetRef("fleet", namespace)
    client.apply([config_map("a", namespace, x="1")], apply_set=fleet)
    client.apply([config_map("a", namespace, x="9")], manager="kubectl-edit", force=True)

    (change,) = client.apply([config_map("a", namespace, x="1")], apply_set=fleet, dry_run=True).objects

    assert [each.manager for each in change.taken] == ["kubectl-edit"]
    assert client.get("ConfigMap", "a", namespace)["data"] == {"x": "9"}  # type: ignore[index]


def test_what_a_controller_owns_is_left_to_it_even_in_a_set(client: Client, namespace: str) -> None:
    """An autoscaler writes as the controller manager."""
    fleet, wanted = ApplySetRef("fleet", namespace), workload("Deployment", "a", namespace, replicas=0)
    client.apply([wanted], apply_set=fleet)
    scaled = {name: wanted[name] for name in ("apiVersion", "kind", "metadata")} | {"spec": {"replicas": 1}}
    client.apply([scaled], manager="kube-controller-manager", force=True)

    with pytest.raises(OwnershipError, match="kube-controller-manager"):
        client.apply([wanted], apply_set=fleet)

    assert client.get("Deployment", "a", namespace)["spec"]["replicas"] == 1  # type: ignore[index]


def test_what_a_person_owns_outside_of_the_set_is_left_to_them(client: Client, namespace: str) -> None:
    client.apply([config_map("a", namespace, x="9")], manager="kubectl")

    with pytest.raises(OwnershipError, match="kubectl"):
        client.apply([config_map("a", namespace, x="1")], apply_set=ApplySetRef("fleet", namespace))
