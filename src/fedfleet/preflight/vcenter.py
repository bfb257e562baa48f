"""Asks a vCenter for everything that a site's cluster will need of it, and returns all that is missing. Nothing is changed.

What cannot be asked is a finding of its own, so that one answer that does not come hides no other.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fedfleet.errors import FedFleetError
from fedfleet.preflight import addressing, capacity, growth
from fedfleet.preflight.addressing import Surroundings
from fedfleet.preflight.capacity import Ask, Pool, Size
from fedfleet.preflight.examine import Examined
from fedfleet.preflight.findings import Finding, Severity, of_error
from fedfleet.vsphere import TaskError, hosts, inventory, licences, namespaces, storage_policies, supervisors, vm_classes
from fedfleet.vsphere.cluster_names import NamesFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fedfleet.preflight.growth import RunningCluster
    from fedfleet.preflight.needs import Assertion
    from fedfleet.vsphere import Client
    from fedfleet.vsphere.hosts import Host
    from fedfleet.vsphere.licences import Licence
    from fedfleet.vsphere.workload_specs import Provider

# VKS is for vSphere 8.0 Update 3 and later (its release notes); TanzuKubernetesCluster v1alpha2, the first with volumes of nodes, came with 7.0 Update 3.
_OLDEST: dict[Provider, tuple[int, ...]] = {"vks": (8, 0, 3), "tkc": (7, 0, 3)}


@dataclass(frozen=True)
class VcenterNeeds:
    """What a site's cluster needs of its vCenter.

    Attributes:
        supervisor: name or id; empty for the only one.
        policy_new: whether the run makes the policy, so that it need not be there.
        limit_mib: how much of the policy the namespace may use; 0 for no limit.
        pools: the cluster's machines.
        classes_new: sizes of VM classes that the run makes, by name.
        cluster: the cluster's name; where it is empty, names are not looked at.
        names: where names are kept that clusters had.
        version: of Kubernetes, or the beginning of it.
        running: the cluster, where it is there.
        release_problem: why there is no release of the version; empty where there is one.
        pods: range of the pods' addresses. services: of Services. Where they are empty, ranges are not looked at.
        assertions: what others found out already.
    """

    namespace: str
    policy: str
    provider: Provider = "vks"
    supervisor: str = ""
    policy_new: bool = False
    limit_mib: int = 0
    pools: tuple[Pool, ...] = ()
    classes_new: Mapping[str, Size] = field(default_factory=dict)
    cluster: str = ""
    names: NamesFile = field(default_factory=NamesFile)
    version: str = ""
    running: RunningCluster | None = None
    release_problem: str = ""
    pods: str = ""
    services: str = ""
    assertions: tuple[Assertion, ...] = ()


def examine(connect: Callable[[], Client], needs: VcenterNeeds) -> Examined:
    """Find out everything that ``needs`` asks for; errors of ours become findings."""
    started = time.monotonic()
    found = [
        Finding(each.about, "that this holds", "it does not, or cannot be found out", "vCenter", each.says)
        for each in needs.assertions
        if not each.holds
    ]
    server = ""
    pools: tuple[Pool, ...] = ()
    if needs.running is None and needs.cluster:
        found += addressing.name_findings(needs.namespace, needs.cluster)
    try:
        if needs.running is None and needs.cluster:
            found += addressing.used_name_findings(needs.namespace, needs.cluster, needs.names)
    except FedFleetError as error:
        found.append(of_error("name of the cluster", error))
    try:
        found += _release_findings(needs)
        pools = growth.to_make(needs.pools, needs.running, needs.version)
    except FedFleetError as error:
        found.append(of_error("Kubernetes release", error))
    try:
        with connect() as client:
            server = client.rest.origin
            sizes = dict(needs.classes_new)
            try:
                sizes = _sizes(client) | sizes
                found += _class_findings(needs, sizes)
            except FedFleetError as error:
                found.append(of_error("VM classes", error))
            ask = Ask(tuple((pool, sizes[pool.vm_class]) for pool in pools if pool.vm_class in sizes))
            for what, look in _looks(client, needs, ask):
                try:
                    found += look()
                except FedFleetError as error:
                    found.append(of_error(what, error))
    except FedFleetError as error:
        found.append(of_error("vCenter", error))
    ordered = sorted(found, key=lambda finding: not finding.is_error)
    return Examined(tuple(ordered), (), "", server, round(time.monotonic() - started, 2))


def _release_findings(needs: VcenterNeeds) -> list[Finding]:
    """A cluster that runs its release needs none, also after it was withdrawn."""
    if not needs.release_problem or (needs.running is not None and needs.running.runs(needs.version)):
        return []
    what = f"Kubernetes release {needs.version}"
    return [Finding(what, "one that can be used", "none", "the Supervisor", needs.release_problem)]


def _looks(client: Client, needs: VcenterNeeds, ask: Ask) -> list[tuple[str, Callable[[], Iterable[Finding]]]]:
    return [
        ("version of vCenter", lambda: _version_findings(client, needs.provider)),
        ("Supervisor", lambda: _supervisor_findings(client, needs, ask)),
        ("storage policy", lambda: _policy_findings(client, needs, ask)),
        ("vSphere Namespace", lambda: _namespace_findings(client, needs, ask)),
    ]


def _sizes(client: Client) -> dict[str, Size]:
    return {
        one.id: Size(one.cpu_count, one.memory_mb, one.cpu_reservation or 0, one.memory_reservation or 0)
        for one in vm_classes.list_all(client)
    }


def _version_findings(client: Client, provider: Provider) -> list[Finding]:
    version = str(client.soap.content.about.apiVersion)
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if numbers >= _OLDEST[provider]:
        return []
    wanted = ".".join(map(str, _OLDEST[provider]))
    fix = "have vCenter upgraded, or make the cluster by other means (cluster_provider existing)"
    return [Finding("version of vCenter", f"{wanted} or later", version, client.rest.origin, fix)]


def _supervisor_findings(client: Client, needs: VcenterNeeds, ask: Ask) -> list[Finding]:
    supervisor = supervisors.find(client, needs.supervisor)
    where = f"Supervisor {supervisor.name}"
    found = []
    if not supervisor.ready or not supervisor.endpoint:
        state = supervisor.text if supervisor.endpoint else f"{supervisor.text}; no address of its API"
        fix = "wait until vSphere Client (Workload Management) shows it as running, or put right what it says"
        found.append(Finding("Supervisor", "RUNNING, Kubernetes READY, with an address", state, where, fix))
    else:
        fix = "see vSphere Client, Workload Management"
        found += [
            Finding("message of the Supervisor", "none", message, where, fix, Severity.WARNING)
            for message in supervisor.messages
            if not message.startswith("INFO")
        ]
    clusters = supervisors.clusters_of(client, supervisor)
    # Two look at the hosts; neither does always.
    hosts_there = cache(lambda: hosts.of_clusters(client, clusters))
    found += _licence_findings(client, clusters, hosts_there)
    if ask.pools:
        found += capacity.host_findings(hosts_there(), ask, f"the vSphere cluster of {where}")
    if needs.running is None and needs.pods and needs.services:
        nodes, services = supervisors.networks_of(client, clusters)
        addresses = {"API of the Supervisor": supervisor.endpoint, "vCenter": urlsplit(client.rest.origin).hostname or ""}
        found += addressing.range_findings(needs.pods, needs.services, Surroundings(nodes, services, addresses))
    return found


def _licence_findings(client: Client, clusters: frozenset[str], hosts_there: Callable[[], Iterable[Host]]) -> list[Finding]:
    """Licences of vCenter, the clusters and their hosts that have ended or are for evaluation; none where the user may not know."""
    try:
        known = licences.assigned(client)
    except TaskError:
        return []
    own = str(client.soap.content.about.instanceUuid)
    names = {host.name for host in hosts_there()}
    return licence_findings([one for one in known if one.entity in {own, *clusters} or one.of in names], datetime.now(UTC))


def licence_findings(known: Iterable[Licence], now: datetime) -> list[Finding]:
    """Licences that have ended or are for evaluation; one finding for all that are alike."""
    alike: dict[str, list[str]] = {}
    for one in known:
        if one.ends is not None and one.ends <= now:
            alike.setdefault(f"{one.name}, which ended on {one.ends:%Y-%m-%d}", []).append(one.of)
        elif one.evaluation:
            alike.setdefault(f"{one.name}, for evaluation{f', until {one.ends:%Y-%m-%d}' if one.ends else ''}", []).append(one.of)
    fix = "have the vSphere administrator assign one (vSphere Client, Administration, Licensing)"
    return [
        Finding("licence", "one that does not run out under the site", said, ", ".join(sorted(names)), fix, Severity.WARNING)
        for said, names in alike.items()
    ]


def _class_findings(needs: VcenterNeeds, sizes: Mapping[str, Size]) -> list[Finding]:
    missing = sorted({pool.vm_class for pool in needs.pools} - sizes.keys())
    if not missing:
        return []
    fix = "name one that is there (cluster_workers, cluster_control_plane), or have the run make it (cluster_vm_classes)"
    return [Finding("VM class", ", ".join(missing), ", ".join(sorted(sizes)) or "no class at all", "vCenter", fix)]


def _policy_findings(client: Client, needs: VcenterNeeds, ask: Ask) -> list[Finding]:
    known = storage_policies.list_all(client)
    policy = next((one for one in known if needs.policy in (one.name, one.policy)), None)
    if policy is None:
        if needs.policy_new:
            return []
        names = ", ".join(one.name for one in known) or "no policy that this account may see"
        fix = "name one that is there (cluster_storage_policy), or have the run make it (cluster_storage_policy_datastores)"
        return [Finding("storage policy", needs.policy, names, "vCenter", fix)]
    reachable = inventory.reachable_datastores(client)
    fit = storage_policies.fitting(client, policy.policy, [one.id for one in reachable])
    if not fit and needs.policy_new:
        # The run tags datastores for it.
        return []
    return capacity.datastore_findings([one for one in reachable if one.id in fit], ask, policy.name)


def _namespace_findings(client: Client, needs: VcenterNeeds, ask: Ask) -> list[Finding]:
    info = namespaces.find(client, needs.namespace)
    found = capacity.quota_findings(info, ask)
    if ask.pools:
        found += capacity.limit_findings(sum(pool.count * pool.volume_gib for pool in needs.pools), needs.policy, needs.limit_mib)
    if info is not None and info.config_status == "ERROR":
        said = "; ".join(["ERROR", *info.said])
        fix = "put right what the messages name; the run has vCenter try anew"
        where = f"vSphere Namespace {needs.namespace}"
        found.append(Finding("state of the vSphere Namespace", "RUNNING", said, where, fix, Severity.WARNING))
    return found
