"""The control plane as services of a node: an etcd member, API server, controller manager and scheduler."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.artefacts import KUBERNETES, kubernetes_of
from fedfleet_lab.cluster import flags
from fedfleet_lab.cluster.flags import API_SERVER, CLIENT_PORT, CONTROLLER_MANAGER, SCHEDULER, EtcdMember, Seat
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.config import API_PORT
from fedfleet_lab.node.plan import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.context import Context
    from fedfleet_lab.paths import NodePaths

ETCD_FOLDER = "lib/etcd"
"""Where a node has its etcd member's data, below /var."""

# The member's word on itself, without TLS and in the node alone: it is ready once it votes.
_ETCD_METRICS = "http://127.0.0.1:2381"


@dataclass(frozen=True)
class Membership:
    """What an etcd member without data starts with: the peers' URLs by name that it joins; none for the first of all."""

    others: Mapping[str, str]

    def write(self, place: NodePaths) -> None:
        """Notes it for the node's next boot."""
        place.config.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.membership.write_text(json.dumps(dict(self.others)))

    @classmethod
    def read(cls, place: NodePaths) -> Membership:
        """Reads what `write` noted; none where nothing is, for a member with data goes by these."""
        return cls(json.loads(place.membership.read_text()) if place.membership.exists() else {})


def etcd_member(node: NodeConfig) -> EtcdMember:
    """Returns a node's etcd member."""
    return EtcdMember(node.name, node.address, Path("/var", ETCD_FOLDER))


def services(ctx: Context, node: NodeConfig) -> tuple[Service, ...]:
    """Returns the services, in the order in which they start; writes their certificates and kubeconfigs."""
    identities, seat = Identities(ctx.config, ctx.paths), Seat(node.address, node)
    # One etcd for all versions: an upgrade of Kubernetes is none of its data.
    places = {"etcd": ctx.artefacts.path(KUBERNETES)}
    programs = ctx.artefacts.path(kubernetes_of(node.kubernetes))
    ctx.paths.node(node.name).etcd.mkdir(parents=True, exist_ok=True, mode=0o700)
    parts = {
        "etcd": _etcd(ctx, identities, node),
        API_SERVER: flags.api_server(identities, seat),
        CONTROLLER_MANAGER: flags.controller_manager(identities, seat),
        SCHEDULER: flags.scheduler(identities, seat),
    }
    ready = {"etcd": f"{_ETCD_METRICS}/readyz", API_SERVER: f"https://127.0.0.1:{API_PORT}/readyz"}
    asker = identities.readiness()
    tls = {API_SERVER: (str(identities.cluster.pair.certificate), str(asker.certificate), str(asker.key))}
    return tuple(
        Service(name, flags.argv(places.get(name, programs) / name, found), ready=ready.get(name, ""), tls=tls.get(name, ()))
        for name, found in parts.items()
    )


def _etcd(ctx: Context, identities: Identities, node: NodeConfig) -> flags.Flags:
    member, others = etcd_member(node), Membership.read(ctx.paths.node(node.name)).others
    found = flags.etcd(member, identities.etcd_member(node), identities.etcd.pair.certificate, others)
    # Its own API server asks it without leaving the node.
    clients = f"{member.client},https://127.0.0.1:{CLIENT_PORT}"
    return found | {"listen-client-urls": clients, "listen-metrics-urls": _ETCD_METRICS}
