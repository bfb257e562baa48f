"""When an object is already what its definition says, by the API's own record."""

import copy
from typing import Any

import pytest

from fedfleet.kube.applied import applied_already

DEFINITION: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "nginx", "namespace": "fate-30000", "labels": {"app": "nginx"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "nginx"}},
        "template": {
            "spec": {
                "containers": [{"name": "nginx", "image": "nginx:1", "args": ["-g", "daemon off;"]}],
                "volumes": [{"name": "tmp", "emptyDir": {}}],
            }
        },
    },
}
FIELDS = {
    "f:metadata": {"f:labels": {"f:app": {}}},
    "f:spec": {
        "f:replicas": {},
        "f:selector": {},
        "f:template": {
            "f:spec": {
                "f:containers": {'k:{"name":"nginx"}': {".": {}, "f:name": {}, "f:image": {}, "f:args": {}}},
                "f:volumes": {'k:{"name":"tmp"}': {".": {}, "f:name": {}, "f:emptyDir": {}}},
            }
        },
    },
}


def entry(**changes: Any) -> dict[str, Any]:
    return {"manager": "fedfleet", "operation": "Apply", "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "fieldsV1": FIELDS} | changes


@pytest.fixture
def live() -> dict[str, Any]:
    """The object as the API shows it, with what it and others added."""
    found = copy.deepcopy(DEFINITION)
    found["metadata"] |= {
        "uid": "1",
        "resourceVersion": "7",
        "managedFields": [entry(), {"manager": "kcm", "operation": "Update", "subresource": "status"}],
    }
    found["metadata"]["labels"]["team"] = "theirs"
    found["spec"]["progressDeadlineSeconds"] = 600
    found["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = "IfNotPresent"
    found["spec"]["template"]["spec"]["containers"].append({"name": "sidecar", "image": "injected:1"})
    return found


def test_what_was_applied_and_stands_need_not_be_applied(live: dict[str, Any]) -> None:
    assert applied_already(DEFINITION, live, "fedfleet")


def changed(path: str, value: Any) -> dict[str, Any]:
    """The definition with another value somewhere; None takes the field out."""
    found = copy.deepcopy(DEFINITION)
    *parents, last = path.split("/")
    place: Any = found
    for part in parents:
        place = place[int(part) if part.isdigit() else part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return found


CONTAINER = "spec/template/spec/containers/0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec/replicas", 3),
        ("spec/replicas", None),
        ("spec/paused", True),
        ("metadata/labels/app", "other"),
        ("metadata/annotations", {"note": "new"}),
        ("metadata/labels", None),
        (f"{CONTAINER}/image", "nginx:2"),
        (f"{CONTAINER}/args", ["daemon off;", "-g"]),
        (f"{CONTAINER}/name", "proxy"),
        (f"{CONTAINER}/command", ["nginx"]),
        ("spec/template/spec/containers", []),
        (
            "spec/template/spec/containers",
            [{"name": "nginx", "image": "nginx:1", "args": ["-g", "daemon off;"]}, {"name": "second", "image": "x"}],
        ),
        ("spec/template/spec/containers", {"name": "nginx"}),
        ("spec/selector", {"matchLabels": {"app": "other"}}),
        ("apiVersion", "apps/v1beta1"),
    ],
)
def test_any_other_definition_has_to_be_applied(live: dict[str, Any], path: str, value: Any) -> None:
    assert not applied_already(changed(path, value), live, "fedfleet")


def test_a_field_that_somebody_changed_has_to_be_applied_again(live: dict[str, Any]) -> None:
    live["spec"]["replicas"] = 0
    assert not applied_already(DEFINITION, live, "fedfleet")


def test_an_item_that_somebody_removed_has_to_be_applied_again(live: dict[str, Any]) -> None:
    del live["spec"]["template"]["spec"]["volumes"][0]
    assert not applied_already(DEFINITION, live, "fedfleet")


def test_an_object_on_its_way_out_is_not_what_was_wanted(live: dict[str, Any]) -> None:
    live["metadata"]["deletionTimestamp"] = "2026-11-26T10:00:00Z"
    assert not applied_already(DEFINITION, live, "fedfleet")


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [entry(manager="kubectl")],
        [entry(operation="Update")],
        [entry(subresource="scale")],
        [entry(), entry(apiVersion="apps/v1beta1")],
        [entry(fieldsV1={})],
        [entry(fieldsV1={"f:spec": {"f:finalizers": {'v:"kubernetes"': {}}}})],
    ],
)
def test_without_a_record_of_ours_that_fits_it_is_applied(live: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    live["metadata"]["managedFields"] = entries
    assert not applied_already(DEFINITION, live, "fedfleet")
