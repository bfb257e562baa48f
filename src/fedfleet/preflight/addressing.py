"""Names and ranges of addresses of a cluster that is to be made, held against each other and what is around them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from fedfleet.preflight.findings import Finding, Severity
from fedfleet.vsphere.cluster_names import proposed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.vsphere.cluster_names import NamesFile

Network = IPv4Network | IPv6Network

_MAX = 63
# RFC 1123: what vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py CreateSpec.namespace asks for, and cluster-api of a Cluster with a class.
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_RESERVED = "vmware-system"
_DISJOINT = "addresses that nothing else has"


@dataclass(frozen=True)
class Surroundings:
    """What a cluster's ranges may not touch, as far as it is known.

    Attributes:
        nodes: ranges that nodes are in, by what they are; address and prefix or mask.
        services: of the Supervisor's own Services; empty where they are not known.
        addresses: single ones that nodes have to reach, by what they are; names are passed over.
    """

    nodes: Mapping[str, str] = field(default_factory=dict)
    services: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)


def name_findings(namespace: str, cluster: str) -> list[Finding]:
    """Names that vCenter or the Supervisor would refuse."""
    found = []
    for what, variable, name in (("vSphere Namespace", "cluster_vsphere_namespace", namespace), ("cluster", "cluster_name", cluster)):
        if len(name) > _MAX or not _LABEL.fullmatch(name):
            expected = f"at most {_MAX} of a-z, 0-9 and -, the first and last of them no -"
            text = f"{name!r}, {len(name)} characters" if len(name) > _MAX else repr(name)
            found.append(Finding(f"name of the {what}", expected, text, variable, "choose another name"))
    if namespace.startswith(_RESERVED):
        expected = f"one that does not begin with {_RESERVED}, which is vSphere's own"
        found.append(
            Finding("name of the vSphere Namespace", expected, repr(namespace), "cluster_vsphere_namespace", "choose another name")
        )
    return found


def used_name_findings(namespace: str, cluster: str, file: NamesFile) -> list[Finding]:
    """A name that a cluster had in the vSphere Namespace, as the file says; what the Supervisor says is asked when the namespace is there.

    Raises:
        SettingsError: the file cannot be read.
    """
    had = file.names(namespace)
    if cluster not in had:
        return []
    fix = f"give the new cluster another name, such as {proposed(cluster, had)} (cluster_name)"
    expected = "one that none had in this vSphere Namespace: a new cluster could get the old one's address"
    return [Finding("name of the cluster", expected, f"{cluster}, which one had before", str(file.path), fix)]


def range_findings(pods: str, services: str, around: Surroundings) -> list[Finding]:
    """Ranges that cannot be read, or in which something else is."""
    found: list[Finding] = []
    ranges = {}
    for what, variable, text in (("pods", "cluster_pods", pods), ("Services", "cluster_services", services)):
        try:
            ranges[f"{what} ({variable})"] = ip_network(text)
        except ValueError as error:
            fix = "write it as the first address and the length of the prefix"
            found.append(Finding(f"addresses of {what}", "a range such as 172.20.0.0/16", str(error), variable, fix))
    others = {what: ip_network(text, strict=False) for what, text in around.nodes.items()}
    for (mine, own), (what, other) in _pairs(ranges, others):
        if own.overlaps(other):
            found.append(_overlap(mine, own, f"{what}: {other}"))
    for mine, own in ranges.items():
        found += [_overlap(mine, own, f"{what}: {address}") for what, address in around.addresses.items() if _is_within(address, own)]
        if around.services and own.overlaps(ip_network(around.services, strict=False)):
            # Nodes reach the Supervisor by its load balancer's address, so that most notice nothing.
            found.append(_overlap(mine, own, f"Services of the Supervisor: {around.services}", Severity.WARNING))
    return found


def _pairs(ranges: Mapping[str, Network], nodes: Mapping[str, Network]) -> list[tuple[tuple[str, Network], tuple[str, Network]]]:
    own = list(ranges.items())
    return [(one, other) for number, one in enumerate(own) for other in [*own[number + 1 :], *nodes.items()]]


def _overlap(what: str, own: Network, other: str, severity: Severity = Severity.ERROR) -> Finding:
    fix = "give the cluster another range (cluster_pods, cluster_services); those of a cluster that runs cannot be changed"
    return Finding(f"addresses of {what}", _DISJOINT, f"{own}, which has in it {other}", "the inventory", fix, severity)


def _is_within(address: str, network: Network) -> bool:
    try:
        return ip_address(address) in network
    except ValueError:
        return False
