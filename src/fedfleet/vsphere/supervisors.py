"""Supervisors: which there are, how they are and where their API is.

vmware-vcenter 9.1.1 ``com/vmware/vcenter/namespace_management/supervisors_client.py`` (Summary, since 8.0.0.1) and
``com/vmware/vcenter/namespace_management_client.py`` (Clusters.Info, since 7.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.vsphere.errors import VsphereError

if TYPE_CHECKING:
    from fedfleet.vsphere.rest import Rest

MANAGEMENT = "/api/vcenter/namespace-management"
RUNNING, READY = "RUNNING", "READY"


@dataclass(frozen=True)
class Supervisor:
    """One Supervisor.

    Attributes:
        id: vCenter's identifier.
        name: what people call it.
        cluster: identifier of its (first) vSphere cluster.
        config_status: CONFIGURING, REMOVING, RUNNING or ERROR.
        kubernetes_status: READY, WARNING or ERROR.
        endpoint: address of its API and of its login service; empty while it has none.
        memory_free: MiB that its clusters' hosts have left; 0 where that is not told.
    """

    id: str
    name: str
    cluster: str
    config_status: str
    kubernetes_status: str
    endpoint: str
    memory_free: int

    @property
    def usable(self) -> bool:
        """Whether clusters can be asked of it."""
        return self.config_status == RUNNING and self.kubernetes_status != "ERROR" and bool(self.endpoint)


def all_of(rest: Rest) -> list[Supervisor]:
    """Returns every Supervisor that the account may see.

    Raises:
        VsphereError: no answer.
    """
    summaries = rest.get(f"{MANAGEMENT}/supervisors/summaries")
    return [_supervisor(rest, item["supervisor"], item["info"]) for item in summaries["items"]]


def choose(rest: Rest, name: str = "") -> Supervisor:
    """Returns the Supervisor of that name or identifier, or the only one.

    Raises:
        VsphereError: there is none, there are several and none is named, or it cannot be used as it is.
    """
    found = all_of(rest)
    fitting = [one for one in found if not name or name in (one.name, one.id)]
    if len(fitting) != 1:
        known = ", ".join(one.name for one in found) or "none"
        if not found:
            raise VsphereError(
                "vCenter has no Supervisor",
                expected="Workload Management on a vSphere cluster",
                found="that nobody turned it on, or that the account may not see it",
                where=f"https://{rest.hostname}",
                next_step="Have vCenter's administrator turn it on: vSphere Client, Workload Management, Get Started",
            )
        raise VsphereError(
            f"There is no Supervisor {name!r}" if name else "It is not clear which Supervisor is meant",
            expected=f"one of: {known}",
            where=f"https://{rest.hostname}",
            next_step="Set cluster_supervisor to one of these names",
        )
    return fitting[0]


def require_usable(one: Supervisor) -> None:
    """Does nothing for a Supervisor that clusters can be asked of.

    Raises:
        VsphereError: it is not up, or has no address yet.
    """
    if not one.usable:
        raise VsphereError(
            f"Supervisor {one.name} cannot be used",
            expected=f"config status {RUNNING}, Kubernetes status {READY}, and an address",
            found=f"{one.config_status}, {one.kubernetes_status}, {one.endpoint or 'no address'}",
            next_step="See vSphere Client, Workload Management, Supervisors: its messages say what it waits for",
        )


def _supervisor(rest: Rest, identifier: str, info: dict[str, object]) -> Supervisor:
    topology = rest.find(f"{MANAGEMENT}/supervisors/{identifier}/topology") or []
    cluster = next((member for zone in topology for member in zone["clusters"]), "")
    endpoint = info.get("APIEndpoint") or ""
    if not endpoint and cluster:
        # Before 9.1 only the cluster's own page tells the address.
        page = rest.find(f"{MANAGEMENT}/clusters/{cluster}") or {}
        endpoint = page.get("api_server_cluster_endpoint") or ""
    stats = info.get("stats")
    numbers = stats if isinstance(stats, dict) else {}
    return Supervisor(
        id=identifier,
        name=str(info["name"]),
        cluster=cluster,
        config_status=str(info["config_status"]),
        kubernetes_status=str(info["kubernetes_status"]),
        endpoint=str(endpoint),
        memory_free=max(0, numbers.get("memory_capacity", 0) - numbers.get("memory_used", 0)),
    )
