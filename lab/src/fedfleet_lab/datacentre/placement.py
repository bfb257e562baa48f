"""Which ESXi host a VM is put on; pure. Nodes of one kind keep apart, as Cluster API Provider vSphere's cluster modules have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from fedfleet_lab.datacentre.machines import Host, Place, Vm


def choose(hosts: Iterable[Host], vms: Collection[Vm], place: Place) -> Host | None:
    """Returns the host with fewest VMs of the same cluster's control plane or pool, and of these the one with fewest VMs.

    None where no host takes VMs: all failed, or are in maintenance.
    """
    others = [vm for vm in vms if (vm.place.cell, vm.place.number) != (place.cell, place.number)]

    def burden(host: Host) -> tuple[int, int, str]:
        return len(_akin(others, place, host.id)), sum(vm.host == host.id for vm in others), host.name

    return min((host for host in hosts if host.takes_vms), key=burden, default=None)


def better(hosts: Mapping[str, Host], vms: Collection[Vm], vm: Vm) -> Host | None:
    """Returns the host, of those given by their identifiers, that a VM moves to; None where it is well where it is, or no host takes VMs.

    It moves off a host that is in maintenance or failed, and to one that has fewer of its kind.
    """
    target = choose(hosts.values(), vms, vm.place)
    if target is None or target.id == vm.host:
        return None
    if hosts[vm.host].maintenance or hosts[vm.host].failed:
        return target
    others = [other for other in vms if other.name != vm.name]
    return target if len(_akin(others, vm.place, target.id)) < len(_akin(others, vm.place, vm.host)) else None


def _akin(vms: Iterable[Vm], place: Place, host: str) -> list[Vm]:
    return [vm for vm in vms if vm.host == host and (vm.place.cluster, vm.place.pool) == (place.cluster, place.pool)]
