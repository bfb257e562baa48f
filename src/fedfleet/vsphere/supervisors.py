"""Supervisors: found by name or as the only one, their state, and where their Kubernetes API is.

Since vSphere API 8.0.0.1 they are listed by ``/vcenter/namespace-management/supervisors/summaries`` (vmware-vcenter 9.1.1
namespace_management/supervisors_client.py Summary); before that, a Supervisor is a cluster of hosts, listed by
``/vcenter/namespace-management/clusters`` (namespace_management_client.py Clusters). The newer list needs Namespaces.Manage, which nobody needs
who only uses a Supervisor; the older one shows each user the clusters that System.Read is on, and of a Supervisor on one cluster it says as much.
The address of the API is part of the summary since
9.1.0.0 (``APIEndpoint``); until then it is the cluster's ``api_server_cluster_endpoint``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Answer, read
from fedfleet.vsphere.waiting import State, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fedfleet.vsphere.client import Client

SUMMARIES = "/vcenter/namespace-management/supervisors/summaries"
CLUSTERS = "/vcenter/namespace-management/clusters"
TOPOLOGY = "/vcenter/namespace-management/supervisors/{supervisor}/topology"

NOT_ACTIVE = (
    "Have the vSphere administrator (Namespaces.Manage) activate a Supervisor on a vSphere cluster: vSphere Client, Workload Management"
    " (in VCF 9: Supervisor Management), Get Started; or, where one runs, give this account System.Read on its vSphere cluster"
)

ConfigStatus = Literal["CONFIGURING", "REMOVING", "RUNNING", "ERROR"]
KubernetesStatus = Literal["READY", "WARNING", "ERROR"]
NetworkProvider = Literal["NSXT_CONTAINER_PLUGIN", "VSPHERE_NETWORK", "NSX_VPC"]

VSPHERE_NETWORK: NetworkProvider = "VSPHERE_NETWORK"
NSX_VPC: NetworkProvider = "NSX_VPC"


class Localizable(Answer):
    """A message of vCenter's: vapi/std_client.py LocalizableMessage."""

    id: str = ""
    default_message: str = ""
    localized: str | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return self.localized or self.default_message or self.id


class Message(Answer):
    """What vCenter has to say about a Supervisor or a namespace: Summary.Message, Clusters.Message, Instances.Message."""

    severity: Literal["INFO", "WARNING", "ERROR"]
    details: Localizable | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return self.details.text if self.details else "no details"


class SummaryInfo(Answer):
    """State of a Supervisor: Summary.Info."""

    name: str
    config_status: ConfigStatus
    kubernetes_status: KubernetesStatus
    endpoint: str | None = Field(default=None, alias="APIEndpoint")
    messages: tuple[Message, ...] | None = None


class SummaryItem(Answer):
    """One Supervisor of the list: Summary.ListItem."""

    supervisor: str
    info: SummaryInfo


class SummaryList(Answer):
    """All Supervisors: Summary.ListResult."""

    items: tuple[SummaryItem, ...]


class ZoneTopology(Answer):
    """The clusters of a zone of a Supervisor: Topology.Info."""

    zone: str
    clusters: tuple[str, ...]


class ClusterSummary(Answer):
    """One cluster that is a Supervisor: Clusters.Summary."""

    cluster: str
    cluster_name: str
    config_status: ConfigStatus
    kubernetes_status: KubernetesStatus


class Cidr(Answer):
    """A range of addresses: Ipv4Cidr."""

    address: str
    prefix: int


class PortgroupNetwork(Answer):
    """A network of nodes on vSphere Distributed Switch: Networks.VsphereDVPGNetworkInfo."""

    gateway: str
    subnet_mask: str


class WorkloadNetwork(Answer):
    """A network of nodes: Networks.Info."""

    network: str
    vsphere_network: PortgroupNetwork | None = None


class WorkloadNetworks(Answer):
    """The networks of nodes: Clusters.WorkloadNetworksInfo, since 7.0.1.0."""

    supervisor_primary_workload_network: WorkloadNetwork
    network_list: tuple[WorkloadNetwork, ...] | None = None


class NsxNetworks(Answer):
    """What nodes and others are given of, with NSX: Clusters.NCPClusterNetworkInfo. The ranges of segments are its ``pod_cidrs``."""

    pod_cidrs: tuple[Cidr, ...] = ()
    ingress_cidrs: tuple[Cidr, ...] = ()


class ClusterInfo(Answer):
    """A cluster that is a Supervisor: Clusters.Info."""

    api_server_cluster_endpoint: str
    api_server_management_endpoint: str
    messages: tuple[Message, ...] = ()
    kubernetes_status_messages: tuple[Message, ...] = ()
    service_cidr: Cidr | None = None
    workload_networks: WorkloadNetworks | None = None
    ncp_cluster_network_info: NsxNetworks | None = None


class ClusterNetwork(Answer):
    """Who gives the namespaces of a Supervisor their networks: Clusters.Info; NSX_VPC since 9.0.0.0."""

    network_provider: NetworkProvider


@dataclass(frozen=True)
class Supervisor:
    """A Supervisor.

    Attributes:
        id: what vCenter calls it; the managed object id of its cluster where ``by_cluster``.
        by_cluster: it is known by its cluster only: this vCenter is older than 8.0.0.1, or the user may not list Supervisors.
        endpoint: address of its Kubernetes API; empty where it has none yet.
        messages: what vCenter says about it, with severity.
    """

    id: str
    name: str
    config_status: ConfigStatus
    kubernetes_status: KubernetesStatus
    by_cluster: bool = False
    endpoint: str = ""
    messages: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it runs and takes work; WARNING is not in the way of that (Summary.KubernetesStatus)."""
        return self.config_status == "RUNNING" and self.kubernetes_status != "ERROR"

    @property
    def text(self) -> str:
        """Its state in a few words."""
        said = f"; {'; '.join(self.messages)}" if self.messages else ""
        return f"{self.config_status}, Kubernetes {self.kubernetes_status}{said}"


def list_all(client: Client) -> list[Supervisor]:
    """All Supervisors of this vCenter that the user may see, by name; without those of them that have one, no ``endpoint`` is looked up."""
    try:
        answer = client.rest.get(SUMMARIES)
    except (errors.NotFoundError, errors.UnauthorizedError):
        # No such call before 8.0.0.1; older gateways say so by NOT_FOUND alone. Or not for this user.
        return _by_cluster(client)
    items = read(SummaryList, answer, SUMMARIES).items
    found = [
        Supervisor(
            item.supervisor,
            item.info.name,
            item.info.config_status,
            item.info.kubernetes_status,
            endpoint=item.info.endpoint or "",
            messages=told(item.info.messages or ()),
        )
        for item in items
    ]
    return sorted(found, key=lambda one: one.name)


def find(client: Client, name: str = "") -> Supervisor:
    """The Supervisor of that name or id, or the only one; with its endpoint.

    Raises:
        SettingsError: there is none, or more than one and no name.
    """
    known = list_all(client)
    chosen = [one for one in known if name in (one.name, one.id)] if name else known
    if len(chosen) != 1:
        names = ", ".join(one.name for one in known) or "none"
        raise errors.SettingsError(
            f"There is no Supervisor {name}" if name and not chosen else "It is not clear which Supervisor is meant",
            expected="the name of one of the Supervisors" if known else "a Supervisor that this user may see",
            found=names,
            where=client.rest.origin,
            next_step="Set supervisor to its name" if known else NOT_ACTIVE,
        )
    return with_endpoint(client, chosen[0])


def networks_of(client: Client, clusters: Iterable[str]) -> tuple[dict[str, str], str]:
    """Ranges around a Supervisor on these clusters (managed object ids): of nodes, by what they are, and of its own Services, empty if unknown."""
    for cluster in clusters:
        path = f"{CLUSTERS}/{cluster}"
        answer = client.rest.find(path)
        if answer is not None:
            return _ranges(read(ClusterInfo, answer, path))
    return {}, ""


def with_endpoint(client: Client, supervisor: Supervisor) -> Supervisor:
    """The Supervisor with the address of its API, asked of its cluster where the summary has none; empty where there is none yet."""
    if supervisor.endpoint:
        return supervisor
    for cluster in [supervisor.id] if supervisor.by_cluster else _clusters(client, supervisor.id):
        path = f"{CLUSTERS}/{cluster}"
        answer = client.rest.find(path)
        if answer is not None:
            info = read(ClusterInfo, answer, path)
            messages = supervisor.messages or told((*info.messages, *info.kubernetes_status_messages))
            return Supervisor(
                supervisor.id,
                supervisor.name,
                supervisor.config_status,
                supervisor.kubernetes_status,
                supervisor.by_cluster,
                info.api_server_cluster_endpoint,
                messages,
            )
    return supervisor


def clusters_of(client: Client, supervisor: Supervisor) -> frozenset[str]:
    """The managed object ids of the clusters that the Supervisor lives on; none where the user may not know."""
    if supervisor.by_cluster:
        return frozenset({supervisor.id})
    try:
        return frozenset(_clusters(client, supervisor.id))
    except errors.UnauthorizedError:
        return frozenset()


def network_provider(client: Client, supervisor: Supervisor) -> NetworkProvider | None:
    """Who gives the Supervisor's namespaces their networks; None where the user may not know."""
    for cluster in sorted(clusters_of(client, supervisor)):
        path = f"{CLUSTERS}/{cluster}"
        try:
            answer = client.rest.find(path)
        except errors.UnauthorizedError:
            continue
        if answer is not None:
            return read(ClusterNetwork, answer, path).network_provider
    return None


def wait_ready(client: Client, name: str, timeout: float, progress: Callable[[str], None] | None = None) -> Supervisor:
    """The Supervisor, once it runs, takes work and has an endpoint; ``timeout`` in seconds.

    Raises:
        WaitError: time is up. SettingsError: there is no such Supervisor.
    """
    seen = find(client, name)

    def look() -> State:
        nonlocal seen
        seen = find(client, name)
        text = seen.text if seen.endpoint else f"{seen.text}; no API endpoint yet"
        return State(done=seen.ready and bool(seen.endpoint), text=text)

    until(look, f"Supervisor {seen.name} is ready", timeout, progress, where=client.rest.origin)
    return seen


def told(messages: tuple[Message, ...]) -> tuple[str, ...]:
    """Messages as text, the worst first."""
    worst = {"ERROR": 0, "WARNING": 1, "INFO": 2}
    return tuple(f"{one.severity}: {one.text}" for one in sorted(messages, key=lambda one: worst[one.severity]))


def _ranges(info: ClusterInfo) -> tuple[dict[str, str], str]:
    nodes = {}
    if info.workload_networks is not None:
        for one in (info.workload_networks.supervisor_primary_workload_network, *(info.workload_networks.network_list or ())):
            if one.vsphere_network is not None:
                nodes[f"network {one.network} of nodes"] = f"{one.vsphere_network.gateway}/{one.vsphere_network.subnet_mask}"
    if info.ncp_cluster_network_info is not None:
        nsx = info.ncp_cluster_network_info
        for what, ranges in (("NSX for segments", nsx.pod_cidrs), ("NSX for ingress", nsx.ingress_cidrs)):
            nodes |= {f"{what} ({one.address}/{one.prefix})": f"{one.address}/{one.prefix}" for one in ranges}
    return nodes, f"{info.service_cidr.address}/{info.service_cidr.prefix}" if info.service_cidr else ""


def _clusters(client: Client, supervisor: str) -> list[str]:
    path = TOPOLOGY.format(supervisor=supervisor)
    answer = client.rest.find(path)
    zones = read(list[ZoneTopology], answer or [], path)
    return [cluster for zone in zones for cluster in zone.clusters]


def _by_cluster(client: Client) -> list[Supervisor]:
    found = read(list[ClusterSummary], client.rest.get(CLUSTERS), CLUSTERS)
    supervisors = [Supervisor(one.cluster, one.cluster_name, one.config_status, one.kubernetes_status, by_cluster=True) for one in found]
    return sorted(supervisors, key=lambda one: one.name)
