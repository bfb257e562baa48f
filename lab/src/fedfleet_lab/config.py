"""Names and addresses of a lab; pure. Everything follows from its name, its /16 and the number of its nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network

from fedfleet_lab.errors import LabError

DEFAULT_NAME = "lab"
DEFAULT_NETWORK = "10.89.0.0/16"
DEFAULT_NODES = 3
MOST_NODES = 9
REGISTRY_NAME = "registry.lab:5000"
CLUSTER_DOMAIN = "cluster.local"

# Link names have at most 15 characters (IFNAMSIZ): `ff-`, the lab's name, `-n9`.
_NAME = re.compile(r"[a-z][a-z0-9]{0,7}")


@dataclass(frozen=True)
class NodeConfig:
    """One node: its number counts from 1."""

    lab: str
    number: int
    address: IPv4Address
    pods: IPv4Network

    @property
    def name(self) -> str:
        """The node's name in Kubernetes."""
        return f"node{self.number}"

    @property
    def link(self) -> str:
        """The host's end of the node's cable."""
        return f"ff-{self.lab}-n{self.number}"

    @property
    def mac(self) -> str:
        """The hardware address of the node's own end; the same after every boot, so that no neighbour has to ask."""
        return "02:ff:" + ":".join(f"{octet:02x}" for octet in self.address.packed)


@dataclass(frozen=True)
class LabConfig:
    """A lab. Two labs with different names and networks run side by side."""

    name: str
    network: IPv4Network
    node_count: int

    @classmethod
    def parse(cls, name: str, network: str, node_count: int) -> LabConfig:
        """Checks what a user typed.

        Raises:
            LabError: a name too long for a link, a network that is not a private /16, or too many nodes.
        """
        if not _NAME.fullmatch(name):
            raise LabError(
                f"{name!r} is no name for a lab",
                expected="one to eight lower-case letters or digits, the first a letter",
                where="--name",
            )
        try:
            parsed = IPv4Network(network)
        except ValueError as error:
            raise LabError(f"{network!r} is no network: {error}", where="--network") from error
        if parsed.prefixlen != 16 or not parsed.is_private:
            raise LabError(f"{network} is no network for a lab", expected="a private /16 such as 10.89.0.0/16", where="--network")
        if not 1 <= node_count <= MOST_NODES:
            raise LabError(f"{node_count} nodes", expected=f"1 to {MOST_NODES}", where="--nodes")
        return cls(name, parsed, node_count)

    def _subnet(self, third_octet: int, prefix: int) -> IPv4Network:
        return IPv4Network((int(self.network.network_address) + (third_octet << 8), prefix))

    @property
    def bridge(self) -> str:
        """The host's bridge that all nodes are plugged into."""
        return f"ff-{self.name}"

    @cached_property
    def machines(self) -> IPv4Network:
        """Where the host and the nodes are."""
        return self._subnet(0, 24)

    @property
    def host(self) -> IPv4Address:
        """The host's own address: control plane and registry listen there."""
        return self.machines[1]

    @property
    def registry(self) -> str:
        """The registry as the host reaches it; inside nodes it goes by `REGISTRY_NAME`."""
        return f"{self.host}:5000"

    @property
    def api_server(self) -> str:
        """The API server's URL."""
        return f"https://{self.host}:6443"

    @cached_property
    def load_balancers(self) -> IPv4Network:
        """Addresses for Services of type LoadBalancer; on the bridge's wire, answered by whoever announces them."""
        return self._subnet(1, 24)

    @cached_property
    def services(self) -> IPv4Network:
        """Cluster addresses of Services; known to nodes and pods only."""
        return self._subnet(16, 20)

    @property
    def kubernetes_service(self) -> IPv4Address:
        """The API server's cluster address."""
        return self.services[1]

    @property
    def dns_service(self) -> IPv4Address:
        """The name server's cluster address."""
        return self.services[10]

    @cached_property
    def pods(self) -> IPv4Network:
        """Addresses of all pods."""
        return self._subnet(128, 17)

    def node(self, number: int) -> NodeConfig:
        """Returns the node with this number, whether or not the lab has that many."""
        return NodeConfig(self.name, number, self.machines[10 + number], self._subnet(128 + number, 24))

    @cached_property
    def nodes(self) -> tuple[NodeConfig, ...]:
        """The lab's nodes."""
        return tuple(self.node(number) for number in range(1, self.node_count + 1))

    def node_named(self, name: str) -> NodeConfig:
        """Returns the node of that name.

        Raises:
            LabError: the lab has none.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        names = ", ".join(node.name for node in self.nodes)
        raise LabError(f"Lab {self.name!r} has no node {name!r}", expected=f"one of {names}")
