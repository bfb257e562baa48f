"""Names and addresses of a lab; pure. Everything follows from its name, its network and its nodes' numbers."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any

from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_NAME = "lab"
DEFAULT_NETWORK = "10.89.0.0/16"
DEFAULT_NODES = 3
MOST_NODES = 9
REGISTRY_NAME = "registry.lab:5000"
API_PORT = 6443
CLUSTER_DOMAIN = "cluster.local"

# A cell has 32 of the lab's /24; the data centre itself keeps the first 32.
_CELL_OCTETS = 32
_CELL_PREFIX = 19
MOST_CELLS = 7
_LONGEST_DATACENTRE = 6

# Link names have at most 15 characters (IFNAMSIZ): `ff-`, the lab's name, `-n9`.
_NAME = re.compile(r"[a-z][a-z0-9]{0,7}")


@dataclass(frozen=True)
class Volume:
    """A disk of a node besides its root disk; it lives and dies with the node.

    Attributes:
        node: the node's number.
        mount_path: where the node has it, below /var.
        size: as Kubernetes writes it, such as `32Gi`.
        remembered: whether the node's fstab names it from the first boot on; if not, the first boot mounts it, and no later one.
    """

    node: int
    name: str
    mount_path: str
    size: str
    remembered: bool


@dataclass(frozen=True)
class NodeConfig:
    """One node: its number counts from 1, its name is that in Kubernetes. Without a version of Kubernetes it has the lab's usual one."""

    lab: str
    number: int
    name: str
    address: IPv4Address
    pods: IPv4Network
    kubernetes: str = ""
    volumes: tuple[Volume, ...] = ()

    @property
    def link(self) -> str:
        """The host's end of the node's cable."""
        return f"ff-{self.lab}-n{self.number}"

    @property
    def api_server(self) -> str:
        """The URL of its own API server, where it carries a control plane."""
        return f"https://{self.address}:{API_PORT}"

    @property
    def mac(self) -> str:
        """The hardware address of the node's own end; the same after every boot, so that no neighbour has to ask."""
        return "02:ff:" + ":".join(f"{octet:02x}" for octet in self.address.packed)


@dataclass(frozen=True)
class LabConfig:
    """A lab. Two labs with different names and networks run side by side.

    Attributes:
        name: what its processes, links and folders go by.
        network: all its addresses.
        names: the nodes' names by their number.
        outer: the network around `network` that nodes reach through the host; only a cell of a data centre has one.
        vcenter: whether it is a data centre: no nodes of its own, but a (simulated) vCenter and a Supervisor that make clusters, each in a
            cell: a lab within its network.
        control_planes: numbers of the nodes that carry the control plane; with none, the host does.
        versions: versions of Kubernetes by nodes' numbers, where they have one of their own.
        volumes: the nodes' disks besides their root disks.
    """

    name: str
    network: IPv4Network
    names: tuple[tuple[int, str], ...]
    outer: IPv4Network | None = None
    vcenter: bool = False
    control_planes: tuple[int, ...] = ()
    versions: tuple[tuple[int, str], ...] = ()
    volumes: tuple[Volume, ...] = ()

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
        return cls(name, parsed, tuple((number, f"node{number}") for number in range(1, node_count + 1)))

    @classmethod
    def parse_datacentre(cls, name: str, network: str) -> LabConfig:
        """Checks what a user typed of a data centre.

        Raises:
            LabError: as `parse`, or a name that leaves no room for its cells' names.
        """
        if len(name) > _LONGEST_DATACENTRE:
            raise LabError(
                f"{name!r} is no name for a lab with a vCenter",
                expected=f"at most {_LONGEST_DATACENTRE} characters, because its clusters' names begin with it",
                where="--name",
            )
        return replace(cls.parse(name, network, 1), names=(), vcenter=True)

    def cell(self, number: int) -> LabConfig:
        """Returns the lab that one of the data centre's clusters is, without its nodes; `number` is from 1 to `MOST_CELLS`."""
        network = self._subnet(_CELL_OCTETS * number, _CELL_PREFIX)
        return LabConfig(f"{self.name}c{number}", network, names=(), outer=self.network)

    def dump(self) -> dict[str, object]:
        """Returns what `load` reads, but for the name."""
        outer = str(self.outer) if self.outer else None
        return {
            "network": str(self.network),
            "names": self.names,
            "outer": outer,
            "vcenter": self.vcenter,
            "control_planes": self.control_planes,
            "versions": self.versions,
            "volumes": [asdict(volume) for volume in self.volumes],
        }

    @classmethod
    def load(cls, name: str, record: Mapping[str, Any]) -> LabConfig:
        """Reads what `dump` returned."""
        names = tuple((int(number), str(node)) for number, node in record["names"])
        outer = IPv4Network(record["outer"]) if record["outer"] else None
        control_planes = tuple(record.get("control_planes", ()))
        versions = tuple((int(number), str(version)) for number, version in record.get("versions", ()))
        volumes = tuple(Volume(**volume) for volume in record.get("volumes", ()))
        return cls(name, IPv4Network(record["network"]), names, outer, record["vcenter"], control_planes, versions, volumes)

    @property
    def node_count(self) -> int:
        """How many nodes it has."""
        return len(self.names)

    @property
    def _octets(self) -> int:
        """How many /24 the network has."""
        return 1 << (24 - self.network.prefixlen)

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
        """The host's own address: registry and control plane listen there, or what passes connections on to the nodes that carry one."""
        return self.machines[1]

    @property
    def login_service(self) -> str:
        """URL of a Supervisor's login service, on its API server's address."""
        return f"https://{self.host}:443"

    @property
    def vcenter_address(self) -> IPv4Address:
        """Where a data centre's vCenter is."""
        return self.machines[2]

    @property
    def registry(self) -> str:
        """The registry as the host reaches it; inside nodes it goes by `REGISTRY_NAME`."""
        return f"{self.host}:5000"

    @property
    def api_server(self) -> str:
        """The API server's URL."""
        return f"https://{self.host}:{API_PORT}"

    @cached_property
    def load_balancers(self) -> IPv4Network:
        """Addresses for Services of type LoadBalancer; on the bridge's wire, answered by whoever announces them."""
        return self._subnet(1, 24)

    @cached_property
    def services(self) -> IPv4Network:
        """Cluster addresses of Services; known to nodes and pods only."""
        return self._subnet(self._octets // 16, self.network.prefixlen + 4)

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
        return self._subnet(self._octets // 2, self.network.prefixlen + 1)

    def node(self, number: int, name: str = "") -> NodeConfig:
        """Returns the node with this number, whether or not the lab has it."""
        pods = self._subnet(self._octets // 2 + number, 24)
        version = dict(self.versions).get(number, "")
        volumes = tuple(volume for volume in self.volumes if volume.node == number)
        return NodeConfig(self.name, number, name or f"node{number}", self.machines[10 + number], pods, version, volumes)

    @cached_property
    def nodes(self) -> tuple[NodeConfig, ...]:
        """The lab's nodes."""
        return tuple(self.node(number, name) for number, name in self.names)

    @property
    def control_nodes(self) -> tuple[NodeConfig, ...]:
        """The nodes that carry the control plane."""
        return tuple(node for node in self.nodes if node.number in self.control_planes)

    @cached_property
    def places(self) -> tuple[NodeConfig, ...]:
        """Where nodes may be: routes lead there before there are any, so that a node that is added later is known at once."""
        return tuple(self.node(number) for number in range(1, MOST_NODES + 1))

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
