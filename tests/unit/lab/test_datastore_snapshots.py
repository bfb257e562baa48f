"""Which content belongs to a snapshot, and which class makes it."""

from typing import Any

import pytest

from fedfleet_lab.datastore.cache import Cache
from fedfleet_lab.datastore.errors import RequestRefusedError
from fedfleet_lab.datastore.kinds import PROVISIONER, SNAPSHOT_CLASS, SNAPSHOT_CONTENT
from fedfleet_lab.datastore.snapshots import class_of, content_manifest, content_of, handle_of, ready_content

DEFAULT = {"snapshot.storage.kubernetes.io/is-default-class": "true"}


def snapshot(uid: str = "u-1", **spec: Any) -> dict[str, Any]:
    source = {"persistentVolumeClaimName": "data"}
    return {"metadata": {"namespace": "here", "name": "s", "uid": uid}, "spec": {"source": source, **spec}}


def snapshot_class(name: str, driver: str = PROVISIONER, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    return {"metadata": {"name": name, "annotations": annotations or {}}, "driver": driver, "deletionPolicy": "Delete"}


def content(**status: Any) -> dict[str, Any]:
    return {**content_manifest(snapshot(), snapshot_class("lab-snapshots"), "pvc-1"), "status": status}


@pytest.fixture
def cache() -> Cache:
    known = Cache()
    known.replace(SNAPSHOT_CLASS, [snapshot_class("theirs", "example.com/other"), snapshot_class("ours", annotations=DEFAULT)])
    return known


def test_the_default_class_makes_snapshots_that_name_none(cache: Cache) -> None:
    found = class_of(snapshot(), cache)
    assert found is not None
    assert found["metadata"]["name"] == "ours"


def test_snapshots_of_another_drivers_class_are_left_alone(cache: Cache) -> None:
    assert class_of(snapshot(volumeSnapshotClassName="theirs"), cache) is None


def test_a_class_that_does_not_exist_is_named_with_those_that_do(cache: Cache) -> None:
    with pytest.raises(RequestRefusedError, match=r"no VolumeSnapshotClass missing.*ours, theirs"):
        class_of(snapshot(volumeSnapshotClassName="missing"), cache)


def test_a_snapshot_finds_the_content_made_for_it(cache: Cache) -> None:
    made = content()
    cache.put(SNAPSHOT_CONTENT, made)
    assert content_of(snapshot(), cache) is made


def test_a_content_of_an_earlier_snapshot_of_that_name_is_not_its_own(cache: Cache) -> None:
    cache.put(SNAPSHOT_CONTENT, content())
    chosen = {"source": {"volumeSnapshotContentName": "snapcontent-u-1"}}
    assert content_of(snapshot(uid="u-2", **chosen), cache) is None


@pytest.mark.parametrize("status", [{}, {"readyToUse": False}])
def test_a_volume_cannot_start_with_a_snapshot_that_is_not_ready(cache: Cache, status: dict[str, bool]) -> None:
    cache.put(SNAPSHOT_CONTENT, content(**status))
    with pytest.raises(RequestRefusedError, match="not ready"):
        ready_content(snapshot(), cache)


def test_a_handle_says_pool_and_name() -> None:
    assert handle_of(content(snapshotHandle="mirrored/snapcontent-u-1")) == ("mirrored", "snapcontent-u-1")


@pytest.mark.parametrize("handle", ["", "mirrored", "/name", "mirrored/", "mirrored/../../etc", "mirrored/.."])
def test_a_handle_that_could_lead_elsewhere_is_refused(handle: str) -> None:
    with pytest.raises(RequestRefusedError, match="no usable handle"):
        handle_of(content(snapshotHandle=handle))
