"""From a host's variables to what its site is, as far as sites can be in each other's way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName
from fedfleet.federation.neighbours import SitePlan
from fedfleet.inventory.papers import PAPERS_OF_EXCHANGES, PAPERS_OF_PARTIES

if TYPE_CHECKING:
    from fedfleet.inventory.given import SiteGiven

_BOTH = (
    "registration_federation",
    "registration_domain",
    "registration_public_endpoint",
    "cluster_kubeconfig",
    "cluster_context",
    "cluster_namespace",
)
_OF_PARTIES = (
    "registration_party_id",
    "registration_organisation",
    "fate_registry",
    "fate_public_service_type",
    "fate_public_node_address",
    "fate_public_node_ports",
    "fate_ingress_domain",
    *PAPERS_OF_PARTIES,
)
_OF_EXCHANGES = ("exchange_registry", *PAPERS_OF_EXCHANGES)
_UNDEFINED = re.compile(r"'([A-Za-z_][A-Za-z0-9_]*)' is undefined")
# What a role takes for a variable that is not there, so that the other kind of site can do without it.
_STANDS_FOR_NOTHING = {"registration_party_id": (0, "0", "party_id"), "registration_organisation": ("", "organisation")}


def plan_variables(kind: str) -> tuple[str, ...]:
    """The variables that a plan and its papers are made of, with the roles' defaults where the inventory says nothing."""
    return (*_BOTH, *(_OF_EXCHANGES if kind == "exchange" else _OF_PARTIES))


def missing(host: SiteGiven) -> dict[str, str]:
    """What a site has to say and does not, by variable, as sentences."""
    found = {}
    for fault in host.plan_faults.values():
        for name in _UNDEFINED.findall(fault):
            found[name] = f"{name} is not set, and site {host.name} needs it"
    for variable, (*nothing, name) in _STANDS_FOR_NOTHING.items():
        if variable in host.plan and host.plan[variable] in nothing:
            found[name] = f"{name} is not set, and site {host.name} needs it"
    return found


def plan_of(host: SiteGiven) -> SitePlan | None:
    """The site's plan; None for one that is not described well enough."""
    if missing(host) or host.plan_faults:
        return None
    said = host.plan
    party_id = str(said["registration_party_id"]) if host.kind == "party" else ""
    web = f"{party_id}.notebook.{said['fate_ingress_domain']}" if host.kind == "party" else ""
    return SitePlan(
        name=host.name,
        kind=host.kind,
        federation=str(said["registration_federation"]),
        domain=str(said["registration_domain"]),
        cluster=(str(said["cluster_kubeconfig"]), str(said["cluster_context"])),
        namespace=str(said["cluster_namespace"]),
        party_id=party_id,
        targets=_targets(said),
        web_names=(web,) if web else (),
    )


def _targets(said: Mapping[str, object]) -> dict[str, tuple[str, int]]:
    """Where the inventory says that partners reach the site; what it leaves to the load balancer is left out."""
    found: dict[str, tuple[str, int]] = {}
    overrides = said.get("registration_public_endpoint")
    ports = said.get("fate_public_node_ports")
    node = said.get("fate_public_node_address") if said.get("fate_public_service_type") == "NodePort" else ""
    for name in ENDPOINT_NAMES:
        target = _target(overrides, name)
        if target is None and node and isinstance(ports, Mapping):
            target = _pair(node, ports.get(name))
        if target is not None:
            found[name] = target
    return found


def _target(overrides: object, name: EndpointName) -> tuple[str, int] | None:
    told = overrides.get(name) if isinstance(overrides, Mapping) else None
    return _pair(told.get("address"), told.get("port")) if isinstance(told, Mapping) else None


def _pair(address: object, port: object) -> tuple[str, int] | None:
    return (str(address), int(str(port))) if address and str(port).isdecimal() else None
