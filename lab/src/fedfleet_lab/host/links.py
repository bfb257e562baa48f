"""The lab's wire on the host: a bridge, routes to pods, and a stop for all else in the lab's range."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.command import run
from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from fedfleet_lab.config import LabConfig, NodeConfig
    from fedfleet_lab.context import Context

# Metric that keeps the stop behind every other route; the kernel's own prefer longer prefixes anyway.
_STOP_METRIC = "4096"


@dataclass(frozen=True)
class Links:
    """Keeps bridge and routes."""

    name: str = "network"
    title: str = "wire the lab's network"

    def up(self, ctx: Context) -> None:
        """Makes the bridge and all routes; they hold whether or not the nodes are on."""
        config = ctx.config
        if config.bridge not in _links():
            _refuse_overlap(config)
            run(["ip", "link", "add", config.bridge, "type", "bridge", "stp_state", "0", "forward_delay", "0"])
        batch(
            [
                # The stop comes first: nothing of the range may leave by the machine's default route, ever.
                f"route replace unreachable {config.network} metric {_STOP_METRIC}",
                f"link set {config.bridge} address {_bridge_mac(config)} addrgenmode none up",
                f"address replace {config.host}/{config.machines.prefixlen} dev {config.bridge}",
                f"route replace {config.load_balancers} dev {config.bridge} src {config.host}",
                *(f"route replace {node.pods} via {node.address}" for node in config.places),
            ]
        )
        if config.outer:
            # Cells reach each other through the host, which forwards what comes from their bridges and from no other link.
            run(["sysctl", "--quiet", "--write", f"net.ipv4.conf.{config.bridge}.forwarding=1"])

    def down(self, ctx: Context) -> None:
        """Removes the bridge, every cable of the lab, and the routes that went with them."""
        config = ctx.config
        present = _links()
        for link in sorted(present):
            if link == config.bridge or link.startswith(f"{config.bridge}-n"):
                run(["ip", "link", "delete", link], accept=(0, 1))
        # A lab that was never up may share its default network with one that is.
        if ctx.paths.record.exists():
            run(["ip", "route", "delete", "unreachable", str(config.network), "metric", _STOP_METRIC], accept=(0, 2))

    def status(self, ctx: Context) -> ActionStatus:
        """Says whether the bridge is there."""
        there = ctx.config.bridge in _links()
        detail = f"{ctx.config.network} on {ctx.config.bridge}" if there else f"no bridge {ctx.config.bridge}"
        facts = {"bridge": ctx.config.bridge, "network": str(ctx.config.network), "registry": ctx.config.registry}
        return ActionStatus(self.name, there, detail, facts)


def batch(commands: list[str], *, inside: int | None = None) -> None:
    """Runs `ip` commands as one, on the host or in the network namespace of the process `inside`.

    Raises:
        CommandError: one of them failed; those before it have been done.
    """
    enter = [] if inside is None else ["nsenter", f"--net=/proc/{inside}/ns/net"]
    run([*enter, "ip", "-batch", "-"], stdin="\n".join(commands))


def plug_in(config: LabConfig, node: NodeConfig, pid: int) -> None:
    """Lays a cable from the bridge into the network namespace of the process `pid` and gives the node its addresses.

    The node knows its neighbours, their pods and where load balancers answer; everything else is unreachable, so
    that nothing in the lab can talk to the world outside.
    """
    if node.link in _links():
        run(["ip", "link", "delete", node.link])
    batch(
        [
            f"link add {node.link} type veth peer name eth0 address {node.mac} netns {pid}",
            f"link set {node.link} addrgenmode none",
            f"link set {node.link} master {config.bridge} up",
        ]
    )
    others = [other for other in config.places if other.number != node.number]
    outside = [f"route add {config.outer} via {config.host}"] if config.outer else []
    batch(
        [
            "link set lo up",
            f"address add {node.address}/{config.machines.prefixlen} dev eth0",
            "link set eth0 addrgenmode none up",
            # Only so that a source address is chosen: kube-proxy rewrites the target before a packet is sent.
            f"route add {config.services} dev eth0",
            f"route add {config.load_balancers} dev eth0",
            # Calico's pods have this as their gateway, and the kernel answers for it only where it knows a way there.
            "route add 169.254.1.1 dev eth0",
            *(f"route add {other.pods} via {other.address}" for other in others),
            *outside,
            "route add unreachable default metric 4096",
        ],
        inside=pid,
    )


def unplug(node: NodeConfig) -> None:
    """Takes a node's cable away; harmless where it is gone."""
    run(["ip", "link", "delete", node.link], accept=(0, 1))


def _links() -> set[str]:
    return {link["ifname"] for link in json.loads(run(["ip", "-json", "link", "show"]).stdout)}


def _bridge_mac(config: LabConfig) -> str:
    return "02:ff:" + ":".join(f"{octet:02x}" for octet in config.host.packed)


def _refuse_overlap(config: LabConfig) -> None:
    """Refuses a range that the machine already routes somewhere.

    Raises:
        LabError: it does, to a link or network that is not this lab's.
    """
    for route in json.loads(run(["ip", "-json", "-4", "route", "show", "table", "main"]).stdout):
        if route["dst"] == "default" or route.get("type") == "unreachable":
            continue
        target = ip_network(route["dst"])
        if target.overlaps(config.network):
            raise LabError(
                f"The network {config.network} is in use on this machine",
                expected="a /16 that the machine has no route to",
                found=f"a route to {route['dst']} over {route.get('dev', 'no link')}",
                next_step="Choose another one with --network",
            )
