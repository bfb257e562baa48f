"""The kinds of objects that the datastore deals in, and the names it goes by in them."""

from __future__ import annotations

from fedfleet_lab.kubeapi import Kind

PROVISIONER = "datastore.lab.fedfleet.dev"
"""Name of the provisioner in StorageClasses and of the driver in VolumeSnapshotClasses."""

POOL_PARAMETER = "pool"
"""The one parameter of a StorageClass: which pool its volumes are in."""

VOLUME_FINALIZER = f"{PROVISIONER}/subvolume"
"""Keeps a PersistentVolume until its subvolume is gone."""

_SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1"

CLAIM = Kind("PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims", namespaced=True)
VOLUME = Kind("PersistentVolume", "/api/v1", "persistentvolumes")
EVENT = Kind("Event", "/api/v1", "events", namespaced=True)
STORAGE_CLASS = Kind("StorageClass", "/apis/storage.k8s.io/v1", "storageclasses")
SNAPSHOT = Kind("VolumeSnapshot", _SNAPSHOTS, "volumesnapshots", namespaced=True)
SNAPSHOT_CONTENT = Kind("VolumeSnapshotContent", _SNAPSHOTS, "volumesnapshotcontents")
SNAPSHOT_CLASS = Kind("VolumeSnapshotClass", _SNAPSHOTS, "volumesnapshotclasses")

WATCHED = (STORAGE_CLASS, SNAPSHOT_CLASS, VOLUME, SNAPSHOT_CONTENT, SNAPSHOT, CLAIM)
"""In the order in which they are first read: what claims refer to comes before the claims."""
