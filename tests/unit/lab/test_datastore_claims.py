"""What the provisioner reads out of claims, and the volumes it answers them with."""

from pathlib import Path
from typing import Any

import pytest

from fedfleet_lab.datastore.claims import (
    Claim,
    Source,
    capacity_of,
    check_mode,
    is_due,
    is_ours,
    pool_name,
    pool_of,
    source_of,
    volume_manifest,
)
from fedfleet_lab.datastore.errors import RequestRefusedError
from fedfleet_lab.datastore.kinds import PROVISIONER
from fedfleet_lab.datastore.quantities import parse_bytes

SCHEDULED = {"volume.kubernetes.io/selected-node": "node1"}


def claim(annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    resources = {"requests": {"storage": "10Gi"}}
    return {
        "metadata": {"namespace": "here", "name": "data", "uid": "u-1", "annotations": annotations or {}},
        "spec": {"storageClassName": "lab-mirrored", "accessModes": ["ReadWriteOnce"], "resources": resources, **spec},
    }


def storage_class(**fields: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "lab-mirrored"},
        "provisioner": PROVISIONER,
        "parameters": {"pool": "mirrored"},
        "volumeBindingMode": "WaitForFirstConsumer",
        **fields,
    }


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1), ("10Gi", 10 << 30), ("1.5G", 1_500_000_000), ("1e3", 1000), ("500m", 1), ("2Ei", 2 << 60), ("0.5Ki", 512)],
)
def test_quantities_are_read_as_kubernetes_writes_them(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "Gi", "ten", "10 GiB", "1.2.3M"])
def test_anything_else_is_no_quantity(text: str) -> None:
    with pytest.raises(RequestRefusedError, match="no quantity"):
        parse_bytes(text)


def test_a_claim_waits_for_its_first_pod() -> None:
    assert not is_due(Claim.parse(claim()), storage_class())
    assert is_due(Claim.parse(claim(SCHEDULED)), storage_class())


def test_a_claim_of_an_immediate_class_does_not_wait() -> None:
    assert is_due(Claim.parse(claim()), storage_class(volumeBindingMode="Immediate"))


@pytest.mark.parametrize("spec", [{"volumeName": "pvc-1"}])
def test_a_claim_that_has_a_volume_gets_no_other(spec: dict[str, str]) -> None:
    assert not is_due(Claim.parse(claim(SCHEDULED, **spec)), storage_class())


def test_claims_of_other_provisioners_are_theirs() -> None:
    assert not is_due(Claim.parse(claim(SCHEDULED)), storage_class(provisioner="example.com/other"))


@pytest.mark.parametrize("parameters", [None, {}, {"pool": "mirrored", "fsType": "xfs"}])
def test_a_class_names_its_pool_and_nothing_else(parameters: dict[str, str] | None) -> None:
    with pytest.raises(RequestRefusedError, match="wrong parameters"):
        pool_name(storage_class(parameters=parameters))


def test_a_volume_is_bound_to_its_claim_and_fits_every_node() -> None:
    wanted = Claim.parse(claim(SCHEDULED))
    volume = volume_manifest(wanted, storage_class(reclaimPolicy="Retain"), "mirrored", Path("/pool/volumes/pvc-u-1"))
    assert volume["metadata"]["name"] == "pvc-u-1"
    assert volume["spec"]["claimRef"]["uid"] == "u-1"
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    (term,) = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"] == [{"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}]
    assert (is_ours(volume), pool_of(volume), capacity_of(volume)) == (True, "mirrored", 10 << 30)


def test_volumes_that_others_made_are_left_alone() -> None:
    assert not is_ours({"metadata": {"annotations": {"pv.kubernetes.io/provisioned-by": "example.com/other"}}})
    assert not is_ours({"metadata": {}})


@pytest.mark.parametrize(
    ("reference", "source"),
    [
        ({"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"}, Source("VolumeSnapshot", "s")),
        ({"kind": "PersistentVolumeClaim", "name": "other"}, Source("PersistentVolumeClaim", "other")),
    ],
)
def test_a_volume_may_start_with_a_snapshot_or_another_claim(reference: dict[str, str], source: Source) -> None:
    assert source_of(claim(dataSource=reference)) == source
    assert source_of(claim(dataSourceRef=reference)) == source


@pytest.mark.parametrize(
    "reference",
    [
        {"apiGroup": "example.com", "kind": "Populator", "name": "p"},
        {"apiGroup": "example.com", "kind": "VolumeSnapshot", "name": "s"},
        {"kind": "PersistentVolumeClaim", "name": "other", "namespace": "elsewhere"},
    ],
)
def test_a_volume_cannot_start_with_anything_else(reference: dict[str, str]) -> None:
    with pytest.raises(RequestRefusedError, match="cannot start with"):
        source_of(claim(dataSourceRef=reference))


def test_raw_blocks_are_refused() -> None:
    with pytest.raises(RequestRefusedError, match="no raw block volumes"):
        check_mode(claim(volumeMode="Block"))
