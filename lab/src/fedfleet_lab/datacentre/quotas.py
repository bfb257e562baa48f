"""What a vSphere Namespace may use, and whether a cluster fits in; pure.

Names and words are those of Kubernetes' ResourceQuota (v1.34, `pkg/quota/v1/evaluator/core/persistent_volume_claims.go` and the admission
plugin ResourceQuota), which a Supervisor of vSphere 7.0 Update 2 has for storage (the usage examples; newer ones have StoragePolicyQuota of
vm-operator 506dc5d `external/storage-policy-quota` beside it, which is not played). Limits of memory and of all storage are those of the
namespace's `resource_spec` (vmware-vcenter 9.1.1 `com/vmware/vcenter/namespaces_client.py`). That nodes' disks count against the limits of
storage was measured on VCF 9.1: 40 GiB for two nodes, and some 8 GiB of VM Operator's own, which are not played. That their memory counts
against the limit of memory, and that volumes inside a cluster, which are the lab's own, count against nothing, is our assumption.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fedfleet_lab.datastore.quantities import parse_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fedfleet_lab.datacentre.desired import Desired, Pool
    from fedfleet_lab.datacentre.machines import Size, Vm

MEMORY = "memory"
STORAGE = "requests.storage"
ROOT_DISK_MIB = 20 * 1024
"""The claim of a node's root disk: 20 GiB as measured on VCF 9.1; 16 GB on 7.0 and 8.0 (GUID-5AC24EB3)."""


def storage_of(storage_class: str) -> str:
    """Returns what Kubernetes' ResourceQuota calls the storage of a class."""
    return f"{storage_class}.storageclass.storage.k8s.io/{STORAGE}"


def excess(desired: Desired, classes: Mapping[str, Size], limits: Mapping[str, int], vms: Sequence[Vm]) -> str:
    """Returns which limit keeps a cluster from becoming what is wanted, and by how much; empty where none does.

    A limit below what the cluster has already takes nothing away.

    Args:
        desired: the cluster; its VM classes are among `classes`.
        classes: VM classes of the namespace by name.
        limits: MiB by MEMORY, STORAGE, and `storage_of` a class; what is not named has no limit.
        vms: all VMs there are.
    """
    namespace, own = desired.key[0], "/".join(desired.key)
    pools = (desired.control_plane, *desired.pools)
    wanted = _sum(
        _node(pool.storage_class, classes[pool.vm_class].memory_mib, _volumes(pool)) for pool in pools for _ in range(pool.replicas)
    )
    mine = used(vm for vm in vms if vm.place.cluster == own)
    others = used(vm for vm in vms if vm.place.cluster != own and vm.place.cluster.startswith(f"{namespace}/"))
    for name, limit in sorted(limits.items()):
        if wanted[name] > mine[name] and wanted[name] + others[name] > limit:
            return (
                f"exceeded quota: namespace {namespace}, requested: {name}={wanted[name]}Mi, used by others: {name}={others[name]}Mi, "
                f"limited: {name}={limit}Mi"
            )
    return ""


def used(vms: Iterable[Vm]) -> Counter[str]:
    """Returns what VMs use, in MiB by the names of limits."""
    return _sum(_node(vm.place.storage_class, vm.memory_mib, [volume.size for volume in vm.place.volumes]) for vm in vms)


def _volumes(pool: Pool) -> list[str]:
    return [size for _, _, size in pool.volumes]


def _node(storage_class: str, memory_mib: int, volumes: Iterable[str]) -> Counter[str]:
    disks = ROOT_DISK_MIB + sum(parse_bytes(size) >> 20 for size in volumes)
    return Counter({MEMORY: memory_mib, STORAGE: disks, storage_of(storage_class): disks})


def _sum(amounts: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for amount in amounts:
        total.update(amount)
    return total
