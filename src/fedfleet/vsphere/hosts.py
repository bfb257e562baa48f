"""ESXi hosts of a cluster: which of them take machines now, and what they have left.

Properties are those of pyvmomi 9.1.1 vim.HostSystem: runtime.connectionState, runtime.inMaintenanceMode, summary.hardware (numCpuCores,
cpuMhz, memorySize in bytes), summary.quickStats (overallCpuUsage in MHz, overallMemoryUsage in MiB).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def out_of_service(found: Mapping[str, Any]) -> str:
    """Why a host takes no machines now, from its properties; empty where it does."""
    if found.get("runtime.inMaintenanceMode"):
        return "in maintenance mode"
    state = str(found.get("runtime.connectionState") or "connected")
    return "" if state == "connected" else {"notResponding": "not responding"}.get(state, state)
