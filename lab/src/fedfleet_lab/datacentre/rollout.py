"""Which workers of a pool come and go next, as a MachineDeployment rolls out (cluster-api v1.14.2: `maxSurge` 1, `maxUnavailable` 0); pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fedfleet_lab.datacentre.desired import Desired, Pool
    from fedfleet_lab.datacentre.machines import Vm


def additions(pool: Pool, vms: Sequence[Vm]) -> int:
    """Returns how many workers are to be made now: all that are missing, or one more than wanted where others are to be replaced."""
    current = [vm for vm in vms if vm.place.built == pool.built]
    missing = pool.replicas - len(current)
    return max(min(missing, pool.replicas + 1 - len(vms)) if len(vms) > len(current) else missing, 0)


def departures(pool: Pool, vms: Sequence[Vm], ready: Collection[str]) -> list[Vm]:
    """Returns the workers that are to go now: those too many, and those of an older make that are not ready or that enough others stand in for."""
    current = sorted((vm for vm in vms if vm.place.built == pool.built), key=lambda vm: (vm.name in ready, -vm.place.number))
    going = current[: max(len(current) - pool.replicas, 0)]
    spare = len([vm for vm in vms if vm.name in ready and vm not in going]) - pool.replicas
    outdated = sorted((vm for vm in vms if vm.place.built != pool.built), key=lambda vm: (vm.name in ready, vm.place.number))
    unready = [vm for vm in outdated if vm.name not in ready]
    return [*going, *unready, *[vm for vm in outdated if vm.name in ready][: max(spare, 0)]]


def waits_for_control_plane(desired: Desired, control: Sequence[Vm]) -> bool:
    """Whether workers stay as they are for now: none may be newer than a control plane."""
    return any(vm.place.kubernetes != desired.control_plane.kubernetes for vm in control)


def progress(desired: Desired, control: Sequence[Vm], workers: Sequence[Vm]) -> str:
    """Returns what of an upgrade is still to come, in the words of Cluster API's topology controller; empty where nothing is."""
    version = desired.control_plane.kubernetes
    rest = []
    upgrading = any(vm.place.kubernetes != version for vm in control)
    if upgrading:
        rest.append(f"KubeadmControlPlane upgrading to version {version}")
    behind = sorted({vm.place.pool for vm in workers if vm.place.kubernetes != version})
    if behind:
        kind = "MachineDeployment" if len(behind) == 1 else "MachineDeployments"
        rest.append(f"{kind} {', '.join(behind)} {'pending upgrade' if upgrading else 'upgrading'} to version {version}")
    return "\n  * ".join([f"Cluster is upgrading to {desired.version}", *rest]) if rest else ""
