"""A site's endpoints: as the inventory names them, else as its Services say."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fedfleet.errors import FedFleetError
from fedfleet.federation.endpoint import Endpoint, endpoint
from fedfleet.federation.names import EndpointName
from fedfleet.federation.published import Published, published
from fedfleet.progress import report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube import Client

_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class EndpointSource:
    """Where an endpoint's address and port come from: given, or a Service's port."""

    address: str = ""
    port: int = 0
    service: str = ""
    service_port: int = 0


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
    if not _given(source) and not source.service:
        raise FedFleetError(
            f"The {name} endpoint has no address",
            expected="the address at which other sites reach it, or a Service that has one",
            found=f"address '{source.address}', port {source.port}, and no Service",
            where=f"namespace {namespace}",
            next_step=f"See that its Service has a load balancer's address, or set public_endpoint.{name} in the inventory; then run again",
        )
    found = _given(source) or _from_service(client, namespace, source, deadline)
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


def _given(source: EndpointSource) -> Published | None:
    return Published(source.address, source.port) if source.address and source.port else None


def _from_service(client: Client, namespace: str, source: EndpointSource, deadline: float) -> Published:
    while True:
        found = _published(client, namespace, source)
        if found.address:
            # The inventory may override one of the two.
            return Published(source.address or found.address, source.port or found.port)
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
    nodes = client.list("Node", api_version="v1") if service["spec"].get("type") == "NodePort" else []
    return published(service, source.service_port, nodes)
