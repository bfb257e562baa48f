"""Which addresses a route may lead to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.federation.names import is_host_name

if TYPE_CHECKING:
    from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Names that mean something else inside the exchange's cluster than outside of it.
_INNER_ENDINGS = (".svc", ".svc.cluster.local", ".pod.cluster.local", ".localhost", ".localdomain")


@dataclass(frozen=True)
class PortRange:
    """TCP ports from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def address_fault(address: str) -> str:
    """Why no route may ever lead to ``address``; empty for an IP address or host name it may lead to."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return _name_fault(address)
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    kinds = {
        "a loopback address": found.is_loopback,
        "a link-local address": found.is_link_local,
        "a multicast address": found.is_multicast,
        "the unspecified address": found.is_unspecified,
        "a reserved address": found.is_reserved or found == ipaddress.IPv4Address("255.255.255.255"),
        "in the network of unspecified hosts": found in ipaddress.IPv4Network("0.0.0.0/8"),
    }
    return next((f"{address} is {kind}, which no route may lead to" for kind, holds in kinds.items() if holds), "")


def _name_fault(name: str) -> str:
    if not is_host_name(name):
        return f"expected an IP address or a full lower-case host name, found {name!r}"
    if name.endswith(_INNER_ENDINGS):
        return f"{name} is a name that only has a meaning inside one cluster or machine"
    return ""


def within(address: str, networks: Iterable[Network]) -> Network | None:
    """The first of ``networks`` that holds ``address``; None for host names and addresses outside."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return next((network for network in networks if found.version == network.version and found in network), None)


def joined(address: str, port: int) -> str:
    """``address:port``, IPv6 addresses in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def split(place: str, port: int) -> tuple[str, int]:
    """Address and port of ``address:port`` as `joined` writes it; ``port`` where none is named."""
    if place.startswith("["):
        address, _, rest = place[1:].partition("]")
        return address, int(rest.removeprefix(":") or port)
    address, _, own = place.partition(":")
    return address, int(own or port)
