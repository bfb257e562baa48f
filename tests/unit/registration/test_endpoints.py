"""Endpoints, a party's and an exchange's alike: as the inventory says, else as the Services do."""

from typing import Any, cast

import pytest

from fedfleet.errors import FedFleetError
from fedfleet.federation.names import EndpointName
from fedfleet.kube import Client, ForbiddenError
from fedfleet.registration.endpoints import EndpointSource, resolve
from support.objects import Objects

NAMES: dict[EndpointName, str] = {"broker": "proxy.fate.test.internal"}


def _cluster(kind: str, **spec: Any) -> Objects:
    objects = Objects()
    spec = {"type": kind, "ports": [{"port": 443, "nodePort": 30443}]} | spec
    metadata = {"name": "traffic-server", "namespace": "fate-exchange"}
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}} if kind == "LoadBalancer" else {}
    objects.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": status})
    return objects


class _NoNodes(Objects):
    """A cluster in which one may look into one namespace only."""

    def list(self, kind: str, *where: Any, **more: Any) -> list[dict[str, Any]]:
        if kind == "Node":
            raise ForbiddenError("jane may not list nodes", status=403)
        return super().list(kind, *where, **more)


def _where(cluster: Objects, **source: Any) -> tuple[str, int]:
    sources: dict[EndpointName, EndpointSource] = {"broker": EndpointSource(**source)}
    (found,) = resolve(cast(Client, cluster), "fate-exchange", sources, NAMES, 0)
    return found.address, found.port


@pytest.mark.parametrize(
    ("kind", "override", "found"),
    [
        ("LoadBalancer", {}, ("192.0.2.1", 443)),
        ("LoadBalancer", {"port": 8443}, ("192.0.2.1", 8443)),
        ("LoadBalancer", {"address": "203.0.113.9"}, ("203.0.113.9", 443)),
        ("NodePort", {"node_address": "192.0.2.100"}, ("192.0.2.100", 30443)),
        ("NodePort", {"node_address": "192.0.2.100", "port": 443}, ("192.0.2.100", 443)),
        ("NodePort", {"address": "203.0.113.9"}, ("203.0.113.9", 30443)),
        ("ClusterIP", {"address": "203.0.113.9", "port": 443}, ("203.0.113.9", 443)),
    ],
)
def test_of_address_and_port_what_is_not_given_is_the_service_s(kind: str, override: dict[str, Any], found: tuple[str, int]) -> None:
    assert _where(_cluster(kind), service="traffic-server", **override) == found


def test_where_nodes_may_not_be_looked_at_their_address_must_be_given() -> None:
    cluster = _cluster("NodePort")
    cluster.__class__ = _NoNodes
    with pytest.raises(FedFleetError, match=r"Set public_node_address to the address of a node"):
        _where(cluster, service="traffic-server")
    assert _where(cluster, service="traffic-server", node_address="192.0.2.100") == ("192.0.2.100", 30443)


@pytest.mark.parametrize("given", [{}, {"address": "203.0.113.9"}, {"port": 443}, {"service": "", "service_port": 443}])
def test_without_a_service_both_must_be_given(given: dict[str, Any]) -> None:
    with pytest.raises(FedFleetError, match=r"Nobody says where the broker endpoint is reached.*Set public_endpoint\.broker"):
        _where(Objects(), **given)
