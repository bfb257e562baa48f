"""Snapshots as the API describes them (snapshot.storage.k8s.io/v1, external-snapshotter client v8.4.0); pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet_lab.datastore.errors import RequestRefusedError
from fedfleet_lab.datastore.kinds import PROVISIONER, SNAPSHOT, SNAPSHOT_CLASS, SNAPSHOT_CONTENT

if TYPE_CHECKING:
    from fedfleet_lab.datastore.cache import Cache
    from fedfleet_lab.kubeapi import Object

SNAPSHOT_FINALIZER = "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection"
CONTENT_FINALIZER = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection"
_DEFAULT_CLASS = "snapshot.storage.kubernetes.io/is-default-class"


def status_of(item: Object) -> Object:
    """Returns a snapshot's or content's status; empty where it has none yet."""
    status: Object = item.get("status") or {}
    return status


def content_of(snapshot: Object, cache: Cache) -> Object | None:
    """Returns the content that a snapshot is bound to; None where it is not, or the content belongs to another one."""
    chosen = snapshot["spec"]["source"].get("volumeSnapshotContentName")
    name = status_of(snapshot).get("boundVolumeSnapshotContentName") or chosen or content_name(snapshot)
    content = cache.get(SNAPSHOT_CONTENT, name)
    if content is None:
        return None
    reference, metadata = content["spec"]["volumeSnapshotRef"], snapshot["metadata"]
    named = (reference.get("namespace"), reference.get("name")) == (metadata["namespace"], metadata["name"])
    # A content that an administrator made ahead names its snapshot, but cannot know its uid.
    return content if named and reference.get("uid", metadata["uid"]) == metadata["uid"] else None


def content_name(snapshot: Object) -> str:
    """Returns the name of the content that is made for a snapshot; the same at every attempt."""
    return f"snapcontent-{snapshot['metadata']['uid']}"


def handle_of(content: Object) -> tuple[str, str]:
    """Returns the pool and the name in it of a content's snapshot.

    Raises:
        RequestRefusedError: the handle was not written by this driver.
    """
    handle = status_of(content).get("snapshotHandle") or content["spec"]["source"].get("snapshotHandle") or ""
    pool, slash, name = handle.partition("/")
    if not (pool and slash and name) or "/" in name or name.startswith("."):
        raise RequestRefusedError(
            f"VolumeSnapshotContent {content['metadata']['name']} has no usable handle", expected="POOL/NAME", found=handle
        )
    return pool, name


def ready_content(snapshot: Object | None, cache: Cache) -> Object:
    """Returns the content of a snapshot that a volume is to start with.

    Raises:
        RequestRefusedError: the snapshot does not exist, or is not ready.
    """
    content = None if snapshot is None else content_of(snapshot, cache)
    if snapshot is None or content is None or not status_of(content).get("readyToUse"):
        raise RequestRefusedError(
            "The snapshot that the volume is to start with is not ready",
            expected="an existing VolumeSnapshot with status.readyToUse",
        )
    return content


def class_of(snapshot: Object, cache: Cache) -> Object | None:
    """Returns the class of a snapshot that this driver is to make; None where another driver is meant.

    Raises:
        RequestRefusedError: it names a class that does not exist, or none and there is no default.
    """
    name = snapshot["spec"].get("volumeSnapshotClassName")
    if name is None:
        defaults = [item for item in cache.all(SNAPSHOT_CLASS) if _is_default(item)]
        return next((item for item in defaults if item["driver"] == PROVISIONER), None)
    found = cache.get(SNAPSHOT_CLASS, name)
    if found is None:
        known = ", ".join(sorted(item["metadata"]["name"] for item in cache.all(SNAPSHOT_CLASS))) or "none"
        raise RequestRefusedError(f"There is no VolumeSnapshotClass {name}", found=known)
    return found if found["driver"] == PROVISIONER else None


def _is_default(item: Object) -> bool:
    return bool(item["metadata"].get("annotations", {}).get(_DEFAULT_CLASS) == "true")


def content_manifest(snapshot: Object, snapshot_class: Object, volume: str) -> Object:
    """Returns the VolumeSnapshotContent that asks for a snapshot of a PersistentVolume."""
    metadata = snapshot["metadata"]
    return {
        "apiVersion": SNAPSHOT_CONTENT.api_version,
        "kind": SNAPSHOT_CONTENT.name,
        "metadata": {"name": content_name(snapshot), "finalizers": [CONTENT_FINALIZER]},
        "spec": {
            "deletionPolicy": snapshot_class["deletionPolicy"],
            "driver": PROVISIONER,
            "source": {"volumeHandle": volume},
            "sourceVolumeMode": "Filesystem",
            "volumeSnapshotClassName": snapshot_class["metadata"]["name"],
            "volumeSnapshotRef": {
                "apiVersion": SNAPSHOT.api_version,
                "kind": SNAPSHOT.name,
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        },
    }
