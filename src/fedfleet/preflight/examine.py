"""Asks for everything a site needs, all at the same time, and returns what is missing. Nothing is changed.

What cannot be asked is a finding of its own, so that an API that does not answer hides nothing that can be found out without it.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError
from fedfleet.kube import ForbiddenError, KubeError
from fedfleet.kube.connection import THREADS
from fedfleet.preflight import cluster, doors, network, services, sizing, storage
from fedfleet.preflight.findings import Finding, of_error, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fedfleet.federation.endpoint import Endpoint
    from fedfleet.kube import Client, KubeObject
    from fedfleet.preflight.needs import Needs

_ROSTER = "roster"
# Kinds that load balancers bring: MetalLB, Cilium, NSX (NCP), AVI.
_BALANCER_KINDS = ("IPAddressPool", "CiliumLoadBalancerIPPool", "NSXServiceAccount", "AviInfraSetting")
_LEASES = "kube-node-lease"


@dataclass(frozen=True)
class Examined:
    """What an examination came to.

    Attributes:
        findings: what is missing or not as it should be, errors first.
        remarks: what is no fault, and worth a line: what the profile undercuts.
        version, server: of the API, empty where it did not answer.
        seconds: how long it took.
    """

    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    version: str
    server: str
    seconds: float

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that end a run."""
        return tuple(finding for finding in self.findings if finding.is_error)

    @property
    def report(self) -> str:
        """All findings in one table, below the remarks; empty where there is nothing to say."""
        return "\n".join([*self.remarks, *([table(self.findings)] if self.findings else [])])


def examine(connect: Callable[[], Client], needs: Needs) -> Examined:
    """Find out everything that ``needs`` asks for; errors of ours become findings."""
    started = time.monotonic()
    found = _local_findings(needs)
    version = server = ""
    try:
        with connect() as client:
            server, version = client.server, client.version()
            found += _cluster_findings(client, version, needs)
    except KubeError as error:
        found.append(of_error("Kubernetes API", error))
    remarks = _remarks(needs)
    ordered = sorted(found, key=lambda finding: not finding.is_error)
    return Examined(tuple(ordered), remarks, version, server, round(time.monotonic() - started, 2))


def _local_findings(needs: Needs) -> list[Finding]:
    found = [
        Finding(each.about, "inventory variables that fit together", "they do not", "the inventory", each.says)
        for each in needs.assertions
        if not each.holds
    ]
    found += network.name_findings(needs.names, needs.hoped_names)
    if needs.reference is not None:
        found += sizing.dataset_findings(needs.parts, needs.reference)
        found += sizing.undercut(needs.parts, needs.reference) if needs.reference.binding else []
    return found


def _remarks(needs: Needs) -> tuple[str, ...]:
    if needs.reference is None or needs.reference.binding:
        return ()
    below = sizing.undercut(needs.parts, needs.reference)
    if not below:
        return ()
    return (f"Profile {needs.profile} undercuts the reference sizing in {len(below)} numbers: it is for trying out, not for production.",)


def _cluster_findings(client: Client, version: str, needs: Needs) -> list[Finding]:
    cluster_wide = needs.cluster_admin
    looks: list[tuple[str, Callable[[], Iterable[Finding]]]] = []

    def look(what: str, action: Callable[[], Iterable[Finding]], *, wanted: object = True) -> None:
        if wanted:
            looks.append((what, action))

    look("Kubernetes version", lambda: cluster.version_findings(version, needs.versions) if needs.versions else ())
    look("clocks", lambda: _clock_findings(client, needs), wanted=needs.clock_seconds)
    look("OpenShift", lambda: cluster.openshift_findings(client, needs), wanted=needs.openshift is not None)
    look("namespace", lambda: _namespace_findings(client, needs), wanted=needs.namespace)
    look("rights", lambda: cluster.permission_findings(client, needs.rules), wanted=needs.rules)
    look("nodes", lambda: _node_findings(client, needs), wanted=cluster_wide)
    look("storage", lambda: _storage_findings(client, needs), wanted=cluster_wide and needs.storage)
    look("ways in", lambda: _door_findings(client, needs), wanted=needs.doors)
    look(
        "IngressClass",
        lambda: _ingress_findings(client, needs),
        wanted=cluster_wide and (needs.ingress_there or needs.ingress_class),
    )
    look(
        "cluster DNS",
        lambda: network.name_server_findings(client, needs.name_server) if needs.name_server else (),
        wanted=cluster_wide and needs.name_server,
    )
    look("exchange", lambda: network.exchange_findings(_exchange_of(client, needs)), wanted=needs.asks_exchange)
    external = needs.external
    look(
        "the site's own services",
        lambda: services.service_findings(client, external, needs.namespace, asked_here=needs.services_here) if external else (),
        wanted=external and external.parts,
    )
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        pending = [(what, pool.submit(_tolerant, what, action)) for what, action in looks]
        return [finding for _, future in pending for finding in future.result()]


def _ingress_findings(client: Client, needs: Needs) -> list[Finding]:
    classes = client.list("IngressClass", api_version="networking.k8s.io/v1")
    return doors.ingress_findings(classes, needs.ingress_class, routes=client.serves("Route", "route.openshift.io/v1"))


def _tolerant(what: str, action: Callable[[], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(action())
    except FedFleetError as error:
        return [of_error(what, error)]


def _clock_findings(client: Client, needs: Needs) -> list[Finding]:
    skew = client.clock_skew()
    if skew is None or needs.clock_seconds is None:
        return []
    found = cluster.skew_findings(skew, needs.clock_seconds)
    if needs.cluster_admin:
        now = datetime.now(UTC) + timedelta(seconds=skew)
        ready = frozenset(node["metadata"]["name"] for node in sizing.usable_nodes(client.list("Node", api_version="v1")))
        skews = cluster.node_skews(client.list("Lease", _LEASES, api_version="coordination.k8s.io/v1"), ready, now)
        for node, seconds in sorted(skews.items()):
            found += cluster.skew_findings(seconds, needs.clock_seconds, f"node {node}")
    return found


def _namespace_findings(client: Client, needs: Needs) -> list[Finding]:
    if needs.cluster_admin:
        return cluster.namespace_findings(client, needs.namespace, needs.namespace_labels)
    return cluster.missing_namespace_findings(client, needs.namespace) if needs.namespace_required else []


def _node_findings(client: Client, needs: Needs) -> list[Finding]:
    nodes = client.list("Node", api_version="v1")
    found = []
    if needs.sizing is not None:
        found += sizing.sizing_findings(nodes, needs.sizing, needs.profile)
        found += sizing.free_findings(nodes, client.list("Pod", api_version="v1"), needs.sizing, needs.namespace)
    if needs.workers is not None:
        found += sizing.worker_findings(nodes, needs.workers)
    if needs.reference is not None:
        found += sizing.vm_class_findings(sizing.usable_nodes(nodes), needs.reference)
    if needs.images:
        found += network.image_findings(needs.images, nodes, ask_registry=needs.registry_here)
    return found


def _storage_findings(client: Client, needs: Needs) -> list[Finding]:
    if needs.storage is None:
        return []
    there = storage.StorageThere(
        client.list("StorageClass", api_version="storage.k8s.io/v1"),
        client.list("CSIDriver", api_version="storage.k8s.io/v1"),
        client.list("CSINode", api_version="storage.k8s.io/v1"),
        client.list("PersistentVolume", api_version="v1"),
    )
    return storage.storage_findings(there, needs.storage)


def _door_findings(client: Client, needs: Needs) -> list[Finding]:
    if needs.cluster_admin:
        nodes = client.list("Node", api_version="v1")
        signs = doors.balancer_signs([kind for kind in _BALANCER_KINDS if client.serves(kind)], nodes)
        return doors.door_findings(needs.doors, client.list("Service", api_version="v1"), needs.namespace, signs)
    # Services of others cannot be seen: of the load balancer only what it did for this site is known.
    services = _visible(client, "Service", needs.namespace)
    return doors.door_findings(needs.doors, services, needs.namespace, ["unknown without cluster rights"])


def _visible(client: Client, kind: str, namespace: str) -> Sequence[KubeObject]:
    try:
        return client.list(kind, namespace, api_version="v1")
    except ForbiddenError:
        # Said by the rights.
        return ()


def _exchange_of(client: Client, needs: Needs) -> Sequence[Endpoint]:
    """Where the party's exchange is: by the admission's file, which may be newer, else by the roster the party has taken up."""
    # Only a party's preflight needs the formats, and they take their time to import.
    from fedfleet.federation.admission import Admission
    from fedfleet.federation.roster import Roster

    file = Path(needs.exchange_admission) if needs.exchange_admission else None
    if file is not None and file.is_file():
        return Admission.read(file.read_text(encoding="utf-8"), str(file)).roster.exchange
    try:
        stored = client.get("ConfigMap", _ROSTER, needs.namespace, api_version="v1")
    except ForbiddenError:
        return ()
    text = ((stored or {}).get("data") or {}).get("roster.yaml")
    return Roster.read(text, f"ConfigMap {needs.namespace}/{_ROSTER}").exchange if text else ()
