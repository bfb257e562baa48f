"""What of a running cluster may change, and what is refused before anything is sent."""

from dataclasses import replace

import pytest

from fedfleet.vsphere import RefusedChangeError, tkc_manifests, vks_manifests
from fedfleet.vsphere.workload_changes import Running, read, refusals, require_possible, version_to_write
from fedfleet.vsphere.workload_specs import Pool, Volume, Wanted

VOLUME = Volume("containerd", "/var/lib/containerd", "60Gi")
POOL = Pool("np1", 2, "best-effort-large", volumes=(VOLUME,))
WANTED = Wanted(
    "fl-a",
    "fl-site-a",
    "v1.34.2+vmware.2",
    "best-effort-small",
    "sp-fl",
    (POOL,),
    release="v1.34.2---vmware.2-vkr.1",
    cluster_class="builtin-generic-v3.6.0",
)


def running(wanted: Wanted = WANTED) -> Running:
    return read(vks_manifests.build(wanted)[0])


@pytest.mark.parametrize(
    "built",
    [
        vks_manifests.build(WANTED)[0],
        vks_manifests.build(WANTED, "cluster.x-k8s.io/v1beta1")[0],
        vks_manifests.build(replace(WANTED, cluster_class="tanzukubernetescluster"))[0],
        tkc_manifests.build(WANTED)[0],
    ],
    ids=["v1beta2", "v1beta1", "older variables", "tkc"],
)
def test_what_was_made_is_read_back_from_each_api(built: dict[str, object]) -> None:
    found = read(built)
    assert found.version.startswith("v1.34.2+vmware.2")
    assert (found.control_plane_replicas, found.control_plane_vm_class, found.storage_class) == (1, "best-effort-small", "sp-fl")
    assert found.pools["np1"].replicas == 2
    assert found.pools["np1"].vm_class == "best-effort-large"
    same = replace(WANTED, cluster_class=found.cluster_class)
    assert refusals(found, same) == []


@pytest.mark.parametrize(
    "wanted",
    [
        WANTED,
        replace(WANTED, pools=(replace(POOL, replicas=5),)),
        replace(WANTED, pools=(replace(POOL, replicas=0),)),
        replace(WANTED, pools=(replace(POOL, vm_class="guaranteed-large"),)),
        replace(WANTED, pools=(POOL, Pool("np2", 1, "small"))),
        replace(WANTED, control_plane_replicas=3),
        replace(WANTED, control_plane_vm_class="guaranteed-small"),
        replace(WANTED, version="v1.35.0+vmware.1"),
        replace(WANTED, cluster_class="builtin-generic-v3.7.0"),
    ],
    ids=["nothing", "more", "none", "class", "pool", "control plane", "its class", "version", "cluster class"],
)
def test_what_may_change(wanted: Wanted) -> None:
    assert refusals(running(), wanted) == []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (replace(WANTED, version="v1.36.0+vmware.1"), "more than one minor version"),
        (replace(WANTED, version="v1.33.9+vmware.1"), "never lowered"),
        (replace(WANTED, pod_cidrs=("10.0.0.0/16",)), "the pods' networks"),
        (replace(WANTED, service_cidrs=("10.0.0.0/16",)), "the services' networks"),
        (replace(WANTED, storage_class="other"), "StorageClass sp-fl"),
        (replace(WANTED, cluster_class="tanzukubernetescluster"), "other variables"),
        (replace(WANTED, pools=(replace(POOL, volumes=()),)), "volumes of pool np1"),
        (replace(WANTED, pools=(replace(POOL, volumes=(replace(VOLUME, capacity="80Gi"),)),)), "is lost"),
        (replace(WANTED, pools=(Pool("np2", 1, "small"),)), "scale it to 0"),
    ],
)
def test_what_is_refused(wanted: Wanted, said: str) -> None:
    with pytest.raises(RefusedChangeError, match=said):
        require_possible(running(), wanted)


def test_every_reason_is_told_at_once() -> None:
    wrong = replace(WANTED, version="v1.30.0", pod_cidrs=("10.0.0.0/16",), storage_class="other")
    assert len(refusals(running(), wrong)) >= 3


def test_a_control_plane_does_not_shrink() -> None:
    assert "control plane" in refusals(running(replace(WANTED, control_plane_replicas=3)), WANTED)[0]


def test_volumes_may_be_replaced_where_that_is_said() -> None:
    assert refusals(running(), replace(WANTED, pools=(replace(POOL, volumes=()),)), replace_volumes=True) == []


def test_an_empty_pool_may_be_left_out() -> None:
    empty = replace(WANTED, pools=(POOL, Pool("np2", 0, "small")))
    assert refusals(running(empty), WANTED) == []


def test_a_version_given_in_part_stays_what_it_is() -> None:
    assert version_to_write(running(), "v1.34") == "v1.34.2+vmware.2"
    assert version_to_write(running(), "v1.35.0+vmware.1") == "v1.35.0+vmware.1"
