"""The exchange's ``nginx.conf`` (nginx 1.22): coordination between parties, by the header ``dest-party-id``.

Every party has a location of its own, because nginx takes the certificates it trusts from a fixed file: a party
is known by the federation's CA or by the very certificate of its card, and never by another party's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from fedfleet.errors import FedFleetError
from fedfleet.federation.names import coordination_name, exchange_name, is_host_name, probe_name

if TYPE_CHECKING:
    from fedfleet.federation.route import Route, RouteTable

CONFIGURATION: Final = "nginx.conf"
PARTY_PATH: Final = "/fedfleet/party"
FLOW_PATH: Final = "/fedfleet/flow"
TABLE_PATH: Final = "/fedfleet/table"
PARTY_HEADER: Final = "dest-party-id"


@dataclass(frozen=True)
class NginxSettings:
    """What nginx has to know beside the routes.

    Attributes:
        conf_dir: where the ConfigMap is mounted.
        tls_dir: where the exchange's certificate, key and CA are mounted.
        port: the listener for parties (mutual TLS).
        health_port: the listener for the kubelet (plain, answers nothing but its health).
        resolver: the DNS server for parties that are known by name: its address, or a name that the pods' own resolver knows.
        workers: worker processes.
    """

    conf_dir: str = "/etc/nginx/fedfleet"
    tls_dir: str = "/etc/nginx/tls"
    port: int = 9443
    health_port: int = 9302
    resolver: str = "kube-dns.kube-system.svc.cluster.local"
    workers: int = 2


def trust_file(party_id: str) -> str:
    """The file with the certificates by which a party is known."""
    return f"trust-{party_id}.pem"


def render_nginx(table: RouteTable, federation: str, domain: str, authority: str, settings: NginxSettings) -> dict[str, str]:
    """All files of nginx, by name: the configuration, then one bundle of trusted certificates a party.

    Raises:
        FedFleetError: a party is known by name and there is no DNS server to ask.
    """
    routes = table.of_kind("header")
    named = [route for route in routes if is_host_name(route.address)]
    if named and not settings.resolver:
        raise FedFleetError(
            "nginx needs a DNS server for parties that are known by name",
            expected="the address of the cluster's DNS service",
            found="none",
            where=f"route of party {named[0].party_id} to {named[0].target}",
            next_step="Give the module option resolver, or have the party name an IP address",
        )
    text = _TEMPLATES.get_template("nginx.conf.j2").render(
        settings=settings,
        table_id=table.table_id,
        routes=routes,
        federation=federation,
        exchange=exchange_name(domain),
        probe=probe_name(domain),
        senders={coordination_name(party_id, domain): party_id for party_id in table.parties},
        named=bool(named),
        by_name={route.party_id for route in named},
        trust_file=trust_file,
        answer=_answer,
        paths={"party": PARTY_PATH, "flow": FLOW_PATH, "table": TABLE_PATH},
    )
    return {CONFIGURATION: text} | {trust_file(route.party_id): _bundle(authority, route) for route in routes}


def _bundle(authority: str, route: Route) -> str:
    return authority + route.pinned


def _answer(code: int, message: str) -> str:
    """A refusal as FATE reads it, quoted for nginx; ``$`` starts a variable there, and nothing of ours has one by accident."""
    text = json.dumps({"code": code, "message": message})
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_TEMPLATES = Environment(
    loader=PackageLoader("fedfleet.exchange"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - nginx, not HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
