"""Which releases can be used, and which changes a running cluster takes."""

from typing import Any

import pytest

from fedfleet.vsphere.clusters import Cluster, Pool, require_allowed, vks
from fedfleet.vsphere.errors import VsphereError
from fedfleet.vsphere.releases import Release, choose

NEW = Release("v1.34.4---vmware.1-vkr.1", "v1.34.4+vmware.1-vkr.1", "v1.34.4+vmware.1", usable=True)
OLD = Release("v1.33.6---vmware.1-vkr.2", "v1.33.6+vmware.1-vkr.2", "v1.33.6+vmware.1", usable=True)
EARLY = Release("v1.35.1---vmware.1-vkr.1", "v1.35.1+vmware.1-vkr.1", "v1.35.1+vmware.1", usable=False, reason="has no image for nodes yet")
RELEASES = (EARLY, NEW, OLD)


def wanted(version: str) -> Cluster:
    return Cluster("fl-a", "fl", version, Pool(3, "best-effort-small"), Pool(3, "best-effort-2xlarge"), "gold")


@pytest.mark.parametrize("version", ["v1.34", "v1.34.4", "v1.34.4+vmware.1", "v1.34.4+vmware.1-vkr.1", "v1.34.4---vmware.1-vkr.1"])
def test_a_version_means_the_newest_release_that_begins_so(version: str) -> None:
    assert choose(RELEASES, version) is NEW


def test_a_release_that_cannot_be_used_yet_is_told_with_its_reason() -> None:
    with pytest.raises(VsphereError, match=r"has no image for nodes yet") as caught:
        choose(RELEASES, "v1.35.1+vmware.1")
    assert "v1.34.4+vmware.1-vkr.1" in caught.value.expected


def test_a_prefix_ends_where_a_number_ends() -> None:
    with pytest.raises(VsphereError, match="no usable release"):
        choose(RELEASES, "v1.3")


@pytest.mark.parametrize("version", ["v1.33.9+vmware.1", "v1.34.4+vmware.1"])
def test_the_same_minor_and_the_next_are_allowed(version: str) -> None:
    require_allowed(wanted(version), vks(wanted("v1.33.6+vmware.1")))


@pytest.mark.parametrize("version", ["v1.32.1+vmware.1", "v1.35.1+vmware.1"])
def test_no_minor_is_passed_over_and_none_goes_down(version: str) -> None:
    with pytest.raises(VsphereError, match=r"v1\.34"):
        require_allowed(wanted(version), vks(wanted("v1.33.6+vmware.1")))


def test_every_worker_has_a_volume_for_images_and_claims_have_a_class() -> None:
    topology: Any = vks(wanted("v1.34"))["spec"]["topology"]
    variables = {variable["name"]: variable["value"] for variable in topology["variables"]}
    assert variables["volumes"] == [{"name": "containerd", "mountPath": "/var/lib/containerd", "capacity": "32Gi", "storageClass": "gold"}]
    assert variables["vsphereOptions"]["persistentVolumes"]["defaultStorageClass"] == "gold"
