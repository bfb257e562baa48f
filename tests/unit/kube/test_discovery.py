"""Kinds are found by any of their names."""

import pytest

from fedfleet.kube.discovery import Resource, choose


def resource(api_version: str, kind: str, plural: str, *short: str, namespaced: bool = True) -> Resource:
    return Resource(api_version, kind, plural, namespaced, frozenset({kind.lower(), plural, *short}))


DEPLOYMENT = resource("apps/v1", "Deployment", "deployments", "deploy")
NODE = resource("v1", "Node", "nodes", "no", namespaced=False)
EVENT, NEW_EVENT = resource("v1", "Event", "events"), resource("events.k8s.io/v1", "Event", "events")
INGRESS, OLD_INGRESS = resource("networking.k8s.io/v1", "Ingress", "ingresses"), resource("extensions/v1beta1", "Ingress", "ingresses")
ROUTE, NEW_ROUTE = resource("example.org/v1", "Route", "routes"), resource("example.org/v2", "Route", "routes")
ALL = (NODE, EVENT, OLD_INGRESS, DEPLOYMENT, NEW_EVENT, INGRESS, NEW_ROUTE, ROUTE)


@pytest.mark.parametrize("name", ["Deployment", "deployment", "deployments", "deploy", "Deployment.apps"])
def test_a_kind_is_known_by_all_its_names(name: str) -> None:
    assert choose(ALL, name, None) == DEPLOYMENT


def test_the_core_group_is_meant_first() -> None:
    assert choose(ALL, "Event", None) == EVENT


def test_a_group_narrows_it_down() -> None:
    assert choose(ALL, "Event.events.k8s.io", None) == NEW_EVENT
    assert choose(ALL, "Event.", None) == EVENT


def test_the_group_people_mean_is_preferred() -> None:
    assert choose(ALL, "ingress", None) == INGRESS


def test_the_version_the_api_prefers_is_taken() -> None:
    assert choose(ALL, "Route", None) == NEW_ROUTE


def test_a_version_may_be_asked_for() -> None:
    assert choose(ALL, "Route", "example.org/v1") == ROUTE


def test_what_is_not_served_is_none() -> None:
    assert choose(ALL, "Route", "example.org/v3") is None
    assert choose(ALL, "Pod", None) is None


def test_paths_are_those_of_the_api() -> None:
    assert DEPLOYMENT.path("fate-30000", "nginx", "status") == "/apis/apps/v1/namespaces/fate-30000/deployments/nginx/status"
    assert DEPLOYMENT.path() == "/apis/apps/v1/deployments"
    assert NODE.path("ignored", "node1") == "/api/v1/nodes/node1"


def test_odd_names_cannot_leave_their_place_in_a_path() -> None:
    assert NODE.path(name="../pods") == "/api/v1/nodes/..%2Fpods"
