"""What differs is what a definition can set, and no Secret's value is ever shown."""

from typing import Any

import pytest

from fedfleet.kube.compare import left_alone, same, shown, unified_diff


def stored(kind: str = "ConfigMap", **fields: Any) -> dict[str, Any]:
    metadata = {
        "name": "a",
        "namespace": "n",
        "uid": "1",
        "resourceVersion": "7",
        "generation": 3,
        "creationTimestamp": "2026-11-22T00:00:00Z",
        "managedFields": [{"manager": "fedfleet"}],
    }
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "status": {"x": 1}} | fields


@pytest.mark.parametrize("field", ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"])
def test_what_the_api_writes_makes_no_difference(field: str) -> None:
    other = stored()
    other["metadata"] = other["metadata"] | {field: "another"}
    assert same(stored(), other)


def test_a_status_makes_no_difference() -> None:
    assert same(stored(), stored(status={"x": 2}))


def test_a_revision_counted_by_a_controller_makes_no_difference() -> None:
    other = stored()
    other["metadata"] = other["metadata"] | {"annotations": {"deployment.kubernetes.io/revision": "2"}}
    assert same(stored(), other)


def test_other_content_makes_a_difference_though_the_version_is_equal() -> None:
    assert not same(stored(data={"a": "1"}), stored(data={"a": "2"}))


def test_a_label_makes_a_difference() -> None:
    other = stored()
    other["metadata"] = other["metadata"] | {"labels": {"a": "b"}}
    assert not same(stored(), other)


def owned(obj: dict[str, Any], *fields: str) -> dict[str, Any]:
    """``obj`` with those fields of its data under our name."""
    entry = {"manager": "fedfleet", "operation": "Apply", "fieldsV1": {"f:data": {f"f:{field}": {} for field in fields}}}
    return obj | {"metadata": obj["metadata"] | {"managedFields": [entry]}}


def test_what_a_controller_wrote_in_between_is_not_our_change() -> None:
    before, after = owned(stored(data={"a": "1"}), "a"), owned(stored(data={"a": "1", "theirs": "x"}), "a")
    assert left_alone({"data": {"a": "1"}}, before, after, "fedfleet")


def test_another_value_is_our_change() -> None:
    before, after = owned(stored(data={"a": "1"}), "a"), owned(stored(data={"a": "2"}), "a")
    assert not left_alone({"data": {"a": "2"}}, before, after, "fedfleet")


def test_a_field_that_we_gave_up_is_our_change() -> None:
    before, after = owned(stored(data={"a": "1", "b": "1"}), "a", "b"), owned(stored(data={"a": "1"}), "a")
    assert not left_alone({"data": {"a": "1"}}, before, after, "fedfleet")


def test_another_element_of_a_list_is_our_change() -> None:
    before, after = owned(stored(rules=["a"])), owned(stored(rules=["a", "b"]))
    assert not left_alone({"rules": ["a", "b"]}, before, after, "fedfleet")


def test_a_diff_shows_what_changes_and_none_of_the_noise() -> None:
    text = unified_diff(stored(data={"a": "1", "b": "x"}), stored(data={"a": "2", "b": "x"}), "ConfigMap n/a")
    assert "-  a: '1'\n+  a: '2'" in text
    assert "managedFields" not in text


def test_a_file_in_a_config_map_is_compared_line_by_line() -> None:
    text = unified_diff(stored(data={"f": "one\ntwo\n"}), stored(data={"f": "one\nthree\n"}), "t")
    assert "-    two\n+    three" in text


def test_something_new_is_all_additions() -> None:
    lines = unified_diff(None, stored(data={"a": "1"}), "t").splitlines()[3:]
    assert lines
    assert all(line.startswith("+") for line in lines)


def test_no_value_of_a_secret_is_in_a_diff() -> None:
    text = unified_diff(
        stored("Secret", data={"changed": "b2xk", "kept": "a2VwdA==", "gone": "Z29uZQ=="}),
        stored("Secret", data={"changed": "bmV3", "kept": "a2VwdA==", "made": "bWFkZQ=="}),
        "Secret n/a",
    )
    assert not any(value in text for value in ("b2xk", "bmV3", "a2VwdA==", "Z29uZQ==", "bWFkZQ=="))


def test_a_diff_tells_which_value_of_a_secret_is_another() -> None:
    text = unified_diff(stored("Secret", data={"a": "b2xk", "b": "eA=="}), stored("Secret", data={"a": "bmV3", "b": "eA=="}), "t")
    assert "+  a: (hidden, another value)" in text
    assert " b: (hidden)" in text


def test_metadata_alone_has_neither_values_nor_the_copy_kubectl_keeps() -> None:
    secret = stored("Secret", data={"a": "b2xk"})
    secret["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"b2xk"}}', "x": "y"}
    found = shown(secret, metadata_only=True)
    assert sorted(found) == ["apiVersion", "kind", "metadata"]
    assert found["metadata"]["annotations"] == {"x": "y"}
