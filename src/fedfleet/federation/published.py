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


def published(
    service: Mapping[str, Any], port: int = 0, *, address: str = "", node_address: str = "", nodes: Iterable[Mapping[str, Any]] = ()
) -> Published:
    """Where a Service is reached from outside its cluster.

    Args:
        service: the Service.
        port: which of its ports; 0 for the only one.
        address: what is known to lead there, whatever the Service says; only the port is looked for then.
        node_address: where a NodePort is reached: a node, or a virtual address before the nodes.
        nodes: without ``node_address``, a NodePort is taken at the first ready one of these, by name.
    """
    name = f"Service {service['metadata'].get('namespace', '')}/{service['metadata']['name']}"
    spec = service.get("spec", {})
    ports = spec.get("ports", [])
    entry = ports[0] if not port and len(ports) == 1 else next((found for found in ports if found.get("port") == port), None)
    if entry is None:
        there = ", ".join(str(found.get("port")) for found in ports) or "none"
        return Published(reason=f"{name} has no port {port}, only {there}" if port else f"{name} must have one port, found {there}")
    kind = spec.get("type", "ClusterIP")
    if address:
        return Published(address, int(entry["nodePort"] if kind == "NodePort" else entry["port"]))
    if spec.get("externalIPs"):
        return Published(str(spec["externalIPs"][0]), int(entry["port"]))
    if kind == "LoadBalancer":
        for ingress in service.get("status", {}).get("loadBalancer", {}).get("ingress", []):
            balancer = ingress.get("ip") or ingress.get("hostname")
            if balancer:
                return Published(balancer, int(entry["port"]))
        return Published(reason=f"{name} has no load-balancer address yet")
    if kind == "NodePort":
        node = node_address or _node_address(nodes)
        if node:
            return Published(node, int(entry["nodePort"]))
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
