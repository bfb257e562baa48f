"""What of a cluster a vSphere Namespace has room for."""

import pytest

from fedfleet_lab.config import Volume
from fedfleet_lab.datacentre.admissible import Offer, objection
from fedfleet_lab.datacentre.desired import Desired, Pool
from fedfleet_lab.datacentre.machines import WORKER, Place, Size, Vm
from fedfleet_lab.datacentre.quotas import MEMORY, STORAGE, storage_of, used

GIB = 1024
CLASSES = {"small": Size(2, 4 * GIB), "large": Size(8, 64 * GIB)}
CONTROL = Pool("", 1, "small", "gold", "v1.34")
# With their root disks, a control plane takes 20 GiB and each worker 52.
WORKERS = Pool("workers", 2, "large", "gold", "v1.34", (("containerd", "/var/lib/containerd", "32Gi"),))
CLUSTER = Desired(("fl", "fl-a"), "v1.34", CONTROL, (WORKERS,))


def said(limits: dict[str, int], *vms: Vm) -> tuple[str, str]:
    return objection(CLUSTER, Offer(CLASSES, ("gold",), {"v1.34.4": "v1.34.4"}, limits), vms)


def vm(cluster: str) -> Vm:
    volumes = (Volume(1, "containerd", "/var/lib/containerd", "32Gi", remembered=True),)
    return Vm(
        "vm",
        on=True,
        place=Place(1, 1, WORKER, cluster, "workers", volumes=volumes, storage_class="gold"),
        handle=None,
        memory_mib=64 * GIB,
    )


def test_without_limits_nothing_is_too_much() -> None:
    assert said({}) == ("", "")


@pytest.mark.parametrize(("name", "needed"), [(storage_of("gold"), 124 * GIB), (STORAGE, 124 * GIB), (MEMORY, 132 * GIB)])
def test_a_limit_holds_to_the_last_mib(name: str, needed: int) -> None:
    assert said({name: needed}) == ("", "")
    reason, message = said({name: needed - 1})
    assert reason == "QuotaExceeded"
    assert f"requested: {name}={needed}Mi, used by others: {name}=0Mi, limited: {name}={needed - 1}Mi" in message


def test_a_limit_of_another_class_is_nobodys() -> None:
    assert said({storage_of("silver"): 1}) == ("", "")


def test_what_other_clusters_of_the_namespace_have_is_gone() -> None:
    limits = {MEMORY: 132 * GIB + 63 * GIB}
    assert said(limits, vm("elsewhere/fl-b")) == ("", "")
    assert f"used by others: {MEMORY}={64 * GIB}Mi" in said(limits, vm("fl/fl-b"))[1]


def test_a_limit_below_what_a_cluster_has_takes_nothing_away() -> None:
    have = [vm("fl/fl-a"), vm("fl/fl-a"), vm("fl/fl-a")]
    assert said({MEMORY: 1, storage_of("gold"): 1}, *have) == ("", "")
    assert said({MEMORY: 1}, *have[:2])[0] == "QuotaExceeded"


def test_what_a_vm_uses_is_its_memory_and_all_its_disks() -> None:
    assert used([vm("fl/fl-a")]) == {MEMORY: 64 * GIB, STORAGE: 52 * GIB, storage_of("gold"): 52 * GIB}
