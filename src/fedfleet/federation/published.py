"""Where a Service is reached from outside, read from the Service and the nodes as the API has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Published:
    """An address (IP or host name) and a port; or, without them, why there is none yet."""

    address: str = ""
    port: int = 0
    reason: str = ""


def published(service: Mapping[str, Any], port: int, nodes: Iterable[Mapping[str, Any]] = ()) -> Published:
    """Where ``port`` of a Service is reached from outside its cluster.

    A load balancer's address wins; a NodePort is taken at the first ready node, by name.
    """
    name = f"Service {service['metadata'].get('namespace', '')}/{service['metadata']['name']}"
    spec = service.get("spec", {})
    entry = next((found for found in spec.get("ports", []) if found.get("port") == port), None)
    if entry is None:
        there = ", ".join(str(found.get("port")) for found in spec.get("ports", [])) or "none"
        return Published(reason=f"{name} has no port {port}, only {there}")
    kind = spec.get("type", "ClusterIP")
    if kind == "LoadBalancer":
        for ingress in service.get("status", {}).get("loadBalancer", {}).get("ingress", []):
            address = ingress.get("ip") or ingress.get("hostname")
            if address:
                return Published(address, port)
        return Published(reason=f"{name} has no load-balancer address yet")
    if kind == "NodePort":
        address = _node_address(nodes)
        if address:
            return Published(address, int(entry["nodePort"]))
        return Published(reason=f"{name} is a NodePort, and no ready node has an address")
    return Published(reason=f"{name} is of type {kind}, which nobody outside the cluster reaches; name a public endpoint")


def _node_address(nodes: Iterable[Mapping[str, Any]]) -> str:
    for node in sorted(nodes, key=lambda node: str(node["metadata"]["name"])):
        status = node.get("status", {})
        if not any(condition.get("type") == "Ready" and condition.get("status") == "True" for condition in status.get("conditions", [])):
            continue
        found = {entry["type"]: entry["address"] for entry in status.get("addresses", [])}
        address = found.get("ExternalIP") or found.get("InternalIP")
        if address:
            return str(address)
    return ""
