"""What a role renders becomes a checked list of objects before any cluster is asked."""

import base64
from typing import Any

import pytest

from fedfleet.kube.definitions import checked, parse
from fedfleet.kube.errors import DefinitionError


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "n"}, "data": data}


TWO = """
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
"""


def test_documents_of_a_text_are_objects_and_empty_ones_are_passed_over() -> None:
    assert [obj["metadata"]["name"] for obj in parse(TWO)] == ["a", "b"]


def test_a_list_may_mix_objects_and_texts() -> None:
    assert [obj["metadata"]["name"] for obj in parse([config_map("z"), TWO])] == ["z", "a", "b"]


def test_one_object_needs_no_list() -> None:
    assert parse(config_map("a")) == [config_map("a")]


def test_lists_of_kubernetes_are_taken_apart() -> None:
    assert len(parse({"apiVersion": "v1", "kind": "List", "items": [config_map("a"), config_map("b")]})) == 2


def test_dates_stay_text() -> None:
    assert parse("apiVersion: v1\nmetadata: {name: a}\ndata: {day: 2026-11-22}")[0]["data"] == {"day": "2026-11-22"}


def test_a_key_given_twice_is_an_error_with_its_line() -> None:
    with pytest.raises(DefinitionError, match=r"'name' is there twice.*line 4"):
        parse("apiVersion: v1\nmetadata:\n  name: a\n  name: b\n")


def test_text_that_is_not_yaml_is_an_error_with_its_line() -> None:
    with pytest.raises(DefinitionError, match="line 2"):
        parse("a: b\n  c: d\n")


def test_a_document_that_is_no_object_is_named_by_its_place() -> None:
    with pytest.raises(DefinitionError, match="Object 2 of the definition"):
        parse([config_map("a"), 7])


@pytest.mark.parametrize("field", ["apiVersion", "kind"])
def test_an_object_without_identity_is_refused(field: str) -> None:
    definition = config_map("a")
    del definition[field]
    with pytest.raises(DefinitionError, match=f"has no {field}"):
        checked([definition])


def test_an_object_without_name_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"has no metadata\.name"):
        checked([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": None}])


def test_an_object_may_be_in_a_set_once_only() -> None:
    with pytest.raises(DefinitionError, match="object 1 and object 2"):
        checked([config_map("a"), config_map("a")])


def test_another_version_of_the_same_group_is_the_same_object() -> None:
    old = config_map("a") | {"apiVersion": "apps/v1beta1", "kind": "Deployment"}
    with pytest.raises(DefinitionError, match="twice"):
        checked([old, old | {"apiVersion": "apps/v1"}])


def test_the_default_namespace_counts_when_objects_are_told_apart() -> None:
    without = config_map("a") | {"metadata": {"name": "a"}}
    with pytest.raises(DefinitionError, match="twice"):
        checked([config_map("a"), without], default_namespace="n")


def test_texts_of_a_secret_become_data_and_win_over_it() -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "data": {"a": "b2xk", "b": "a2VwdA=="},
        "stringData": {"a": "new"},
    }
    assert checked([secret])[0]["data"] == {"a": base64.b64encode(b"new").decode(), "b": "a2VwdA=="}
    assert "stringData" not in checked([secret])[0]


def test_what_was_handed_in_is_not_changed() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "x"}}
    checked([secret])
    assert secret["stringData"] == {"a": "x"}
