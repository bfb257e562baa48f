"""What a vSphere cluster and a namespace's quotas have left, against the machines that a site's cluster is to have. Pure.

Machines of best-effort classes may share what they have been promised; so more than is free is a warning, more than there is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.preflight.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.vsphere.hosts import Host
    from fedfleet.vsphere.inventory import Datastore
    from fedfleet.vsphere.namespace_specs import Info

_GIB = 1 << 30
_LARGER = "free capacity or add hosts, take smaller VM classes or fewer nodes, or choose a smaller site_profile"


@dataclass(frozen=True)
class Size:
    """What machines of a VM class have: memory in MiB, reservations in percent."""

    cpus: int
    memory_mib: int
    cpu_reservation: int = 0
    memory_reservation: int = 0


@dataclass(frozen=True)
class Pool:
    """Machines of one kind that are to be made, beside those that are there; ``volume_gib`` is what each has beside its system disk."""

    what: str
    vm_class: str
    count: int
    volume_gib: float = 0.0


@dataclass(frozen=True)
class Ask:
    """Pools with the sizes of their classes; those of which nothing is to be made are left out."""

    pools: tuple[tuple[Pool, Size], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "pools", tuple((pool, size) for pool, size in self.pools if pool.count > 0))

    @property
    def cpus(self) -> int:
        """CPUs of all machines."""
        return sum(pool.count * size.cpus for pool, size in self.pools)

    @property
    def memory_mib(self) -> int:
        """Memory of all machines."""
        return sum(pool.count * size.memory_mib for pool, size in self.pools)

    @property
    def reserved_mib(self) -> float:
        """Memory that is set aside for them, whether they use it or not."""
        return sum(pool.count * size.memory_mib * size.memory_reservation / 100 for pool, size in self.pools)

    @property
    def volumes_gib(self) -> float:
        """Volumes of all machines."""
        return sum(pool.count * pool.volume_gib for pool, _ in self.pools)

    def __str__(self) -> str:
        return ", ".join(f"{pool.count} {pool.vm_class} ({pool.what})" for pool, _ in self.pools)


def host_findings(hosts: Sequence[Host], ask: Ask, where: str) -> list[Finding]:
    """What hosts that take machines lack in all, and for the largest machine. Where none can be seen, that is said instead."""
    if not ask.pools:
        return []
    if not hosts:
        expected = f"that its hosts can be seen, to find room for {ask}"
        text = "this account sees none; the room was not checked"
        fix = "give the account System.Read on the hosts, or see to it yourself that there is room"
        return [Finding("hosts of the vSphere cluster", expected, text, where, fix, Severity.WARNING)]
    serving = [host for host in hosts if not host.out]
    away = "".join(f"; {host.name} is {host.out}" for host in hosts if host.out)
    found = [finding for pool, size in ask.pools if (finding := _too_large(serving, pool, size, away, where)) is not None]
    whole, free = sum(host.memory_mib for host in serving), sum(max(0, host.memory_mib - host.used_mib) for host in serving)
    expected = f"{_gib(ask.memory_mib)} GiB for {ask}"
    if whole < ask.memory_mib:
        text = f"{_gib(whole)} GiB on {len(serving)} of {len(hosts)} hosts, {_gib(ask.memory_mib - whole)} short{away}"
        found.append(Finding("memory of the vSphere cluster", expected, text, where, _LARGER))
    elif free < ask.memory_mib:
        reserved = ask.reserved_mib > free
        text = f"{_gib(free)} of {_gib(whole)} GiB free, {_gib(ask.memory_mib - free)} short{away}"
        severity = Severity.ERROR if reserved else Severity.WARNING
        what = "reserved memory of the vSphere cluster" if reserved else "free memory of the vSphere cluster"
        found.append(Finding(what, expected, text, where, _LARGER, severity))
    cores = sum(host.cores for host in serving)
    if cores < ask.cpus:
        text = f"{cores} cores on {len(serving)} of {len(hosts)} hosts, {ask.cpus - cores} short: machines will wait for each other{away}"
        found.append(Finding("CPU of the vSphere cluster", f"{ask.cpus} cores for {ask}", text, where, _LARGER, Severity.WARNING))
    return found


def datastore_findings(datastores: Sequence[Datastore], ask: Ask, policy: str) -> list[Finding]:
    """Whether the datastores that fit a policy hold the machines' volumes; their system disks come on top."""
    where = f"storage policy {policy}"
    if not datastores:
        fix = "put a datastore of the cluster under the policy's rules (tag it, where they are tags), or name another policy"
        return [Finding("storage policy without a datastore", "a datastore that fits it", "none", where, fix)]
    largest = max(datastores, key=lambda one: one.free)
    whole, free = sum(one.capacity for one in datastores) / _GIB, sum(one.free for one in datastores) / _GIB
    if free >= ask.volumes_gib:
        return []
    names = ", ".join(one.name for one in datastores)
    text = f"{free:.0f} of {whole:.0f} GiB free on {names}, {ask.volumes_gib - free:.0f} short; most on {largest.name}"
    severity = Severity.ERROR if whole < ask.volumes_gib else Severity.WARNING
    fix = "free space, add a datastore to the policy, or make cluster_images_gib smaller"
    return [Finding("space of the datastores", f"{ask.volumes_gib:.0f} GiB for volumes of {ask}", text, where, fix, severity)]


def limit_findings(volumes_gib: float, policy: str, limit_mib: int) -> list[Finding]:
    """A limit of the inventory's that the volumes of all machines, also of those that are there, do not fit into; 0 is none."""
    wanted_mib = volumes_gib * 1024
    if not 0 < limit_mib < wanted_mib:
        return []
    text = f"{limit_mib} MiB, {wanted_mib - limit_mib:.0f} short before any volume of the site's"
    expected = f"{wanted_mib:.0f} MiB for volumes of all machines"
    return [Finding("storage limit", expected, text, f"storage policy {policy}", "raise cluster_storage_limit_mib")]


def quota_findings(info: Info | None, ask: Ask) -> list[Finding]:
    """What a namespace that is there may not use as far as the machines need it."""
    found: list[Finding] = []
    quotas = info.resource_spec if info is not None else None
    if info is None or quotas is None:
        return found
    for what, unit, limit, used, wanted in (
        ("memory", "MiB", quotas.memory_limit, info.stats.memory_used, float(ask.memory_mib)),
        ("storage", "MiB", quotas.storage_request_limit, info.stats.storage_used, ask.volumes_gib * 1024),
    ):
        if limit is not None and wanted and limit - used < wanted:
            text = f"{limit} {unit}, of which {used} are used: {wanted - (limit - used):.0f} short"
            fix = "have the vSphere administrator raise the namespace's limit, or take smaller VM classes or fewer nodes"
            found.append(Finding(f"{what} limit of the namespace", f"{wanted:.0f} {unit} for {ask}", text, "the vSphere Namespace", fix))
    return found


def _too_large(serving: Sequence[Host], pool: Pool, size: Size, away: str, where: str) -> Finding | None:
    if any(host.cores >= size.cpus and host.memory_mib >= size.memory_mib for host in serving):
        return None
    sizes = ", ".join(f"{host.name}: {host.cores} cores, {_gib(host.memory_mib)} GiB" for host in serving) or "no host takes machines"
    expected = f"one with {size.cpus} cores and {_gib(size.memory_mib)} GiB for a machine of {pool.vm_class} ({pool.what})"
    return Finding(
        "host for the largest machine", expected, f"{sizes}{away}", where, "take a smaller VM class, or bring larger hosts into service"
    )


def _gib(mib: float) -> str:
    return f"{mib / 1024:.0f}"
