"""A site's endpoints, an exchange's as a party's: as the inventory names them, else as its Services say."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fedfleet.errors import FedFleetError
from fedfleet.federation.endpoint import Endpoint, endpoint
from fedfleet.federation.names import EndpointName
from fedfleet.federation.published import Published, published
from fedfleet.kube import ForbiddenError
from fedfleet.progress import report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube import Client, KubeObject

_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class EndpointSource:
    """Where an endpoint's address and port come from.

    Attributes:
        address, port: as given; what is not given, the Service says.
        service: the Service; empty where there is none and both must be given.
        service_port: which of its ports; 0 for the only one.
        node_address: where its node port is reached, if it is a NodePort; empty to take the first ready node.
    """

    address: str = ""
    port: int = 0
    service: str = ""
    service_port: int = 0
    node_address: str = ""


def resolve(
    client: Client,
    namespace: str,
    sources: Mapping[EndpointName, EndpointSource],
    server_names: Mapping[EndpointName, str],
    timeout: float,
) -> list[Endpoint]:
    """The endpoints, broker first; waits up to ``timeout`` seconds for load balancers.

    Raises:
        FedFleetError: a Service has no address, an address cannot be an endpoint, or a source names neither.
    """
    deadline = time.monotonic() + timeout
    return [_resolve(client, namespace, name, sources[name], server_names[name], deadline) for name in sorted(sources)]


def _resolve(client: Client, namespace: str, name: EndpointName, source: EndpointSource, server_name: str, deadline: float) -> Endpoint:
    found = _given(name, source) or _from_service(client, namespace, source, deadline)
    try:
        return endpoint(name, found.address, found.port, server_name)
    except ValidationError as error:
        detail = error.errors()[0]
        raise FedFleetError(
            f"The {name} endpoint cannot be reached by others",
            expected="an address and port that the other sites can reach",
            found=detail["msg"].removeprefix("Value error, "),
            where=f"Service {namespace}/{source.service}" if source.service else "public_endpoint of the inventory",
            next_step=f"Set public_endpoint.{name} to the address and port under which others reach this site",
        ) from error


def _given(name: EndpointName, source: EndpointSource) -> Published | None:
    if source.address and source.port:
        return Published(source.address, source.port)
    if not source.service:
        said = ", ".join(f"{what} {value}" for what, value in (("address", source.address), ("port", source.port)) if value)
        raise FedFleetError(
            f"Nobody says where the {name} endpoint is reached",
            expected="an address and a port, or a Service that has them",
            found=said or "neither",
            where=f"public_endpoint.{name} of the inventory",
            next_step=f"Set public_endpoint.{name} to the address and port under which others reach this site",
        )
    return None


def _from_service(client: Client, namespace: str, source: EndpointSource, deadline: float) -> Published:
    while True:
        found = _published(client, namespace, source)
        if found.address:
            # The inventory may override one of the two.
            return Published(found.address, source.port or found.port)
        if time.monotonic() > deadline:
            raise FedFleetError(
                "A public Service has no address",
                expected="a load balancer's address or a node port",
                found=found.reason,
                where=f"Service {namespace}/{source.service}",
                next_step="See that the cluster has a load balancer with a free address, or set public_endpoint in the inventory",
            )
        report(found.reason)
        time.sleep(_PAUSE_SECONDS)


def _published(client: Client, namespace: str, source: EndpointSource) -> Published:
    service = client.get("Service", source.service, namespace, api_version="v1")
    if service is None:
        return Published(reason=f"there is no Service {namespace}/{source.service}")
    # Where an address is given, no right to look at nodes is needed.
    by_node = service["spec"].get("type") == "NodePort" and not (source.address or source.node_address)
    nodes = _nodes(client, namespace, source) if by_node else ()
    return published(service, source.service_port, address=source.address, node_address=source.node_address, nodes=nodes)


def _nodes(client: Client, namespace: str, source: EndpointSource) -> list[KubeObject]:
    try:
        return client.list("Node", api_version="v1")
    except ForbiddenError as error:
        raise FedFleetError(
            "Nobody says at which address a node port is reached",
            expected="public_node_address in the inventory, or the right to list nodes",
            found=f"a NodePort, and {error.summary}",
            where=f"Service {namespace}/{source.service}",
            next_step="Set public_node_address to the address of a node, or to the virtual address before the nodes",
        ) from error
