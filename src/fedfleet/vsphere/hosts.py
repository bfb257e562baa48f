"""ESXi hosts of a cluster: which of them take machines now, and what they have left.

Properties are those of pyvmomi 9.1.1 vim.HostSystem: runtime.connectionState, runtime.inMaintenanceMode, summary.hardware (numCpuCores,
cpuMhz, memorySize in bytes), summary.quickStats (overallCpuUsage in MHz, overallMemoryUsage in MiB).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fedfleet.vsphere.client import Client

_MIB = 1 << 20
_PROPERTIES = [
    "name",
    "parent",
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "summary.hardware.numCpuCores",
    "summary.hardware.cpuMhz",
    "summary.hardware.memorySize",
    "summary.quickStats.overallCpuUsage",
    "summary.quickStats.overallMemoryUsage",
]


@dataclass(frozen=True)
class Host:
    """One ESXi host.

    Attributes:
        out: why it takes no machines now; empty where it does.
        mhz, used_mhz: of all its cores together.
    """

    name: str
    out: str
    cores: int
    mhz: int
    memory_mib: int
    used_mhz: int = 0
    used_mib: int = 0


def of_clusters(client: Client, clusters: Collection[str]) -> list[Host]:
    """The hosts of the clusters of those managed object ids that the user may see, by name; of all clusters where none is named."""
    from pyVmomi import vim

    found = [
        read(one)
        for one in client.soap.every(vim.HostSystem, _PROPERTIES)
        if not clusters or (one.get("parent") is not None and str(one["parent"]._moId) in clusters)
    ]
    return sorted(found, key=lambda host: host.name)


def read(found: Mapping[str, Any]) -> Host:
    """A host from its properties; numbers that vCenter does not tell are 0."""
    cores = int(found.get("summary.hardware.numCpuCores") or 0)
    return Host(
        name=str(found.get("name") or ""),
        out=out_of_service(found),
        cores=cores,
        mhz=cores * int(found.get("summary.hardware.cpuMhz") or 0),
        memory_mib=int(found.get("summary.hardware.memorySize") or 0) // _MIB,
        used_mhz=int(found.get("summary.quickStats.overallCpuUsage") or 0),
        used_mib=int(found.get("summary.quickStats.overallMemoryUsage") or 0),
    )


def out_of_service(found: Mapping[str, Any]) -> str:
    """Why a host takes no machines now, from its properties; empty where it does."""
    if found.get("runtime.inMaintenanceMode"):
        return "in maintenance mode"
    state = str(found.get("runtime.connectionState") or "connected")
    return "" if state == "connected" else {"notResponding": "not responding"}.get(state, state)
