"""Takes snapshots of volumes and removes them; what the snapshot controller and a driver's sidecar do elsewhere."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from fedfleet_lab.datastore.claims import is_ours, pool_of
from fedfleet_lab.datastore.errors import RequestRefusedError
from fedfleet_lab.datastore.kinds import CLAIM, PROVISIONER, SNAPSHOT, SNAPSHOT_CONTENT, VOLUME
from fedfleet_lab.datastore.quantities import parse_bytes
from fedfleet_lab.datastore.snapshots import (
    CONTENT_FINALIZER,
    SNAPSHOT_FINALIZER,
    class_of,
    content_manifest,
    content_of,
    handle_of,
    status_of,
)
from fedfleet_lab.datastore.volumes import VolumeStore

if TYPE_CHECKING:
    from fedfleet_lab.datastore.cache import Cache
    from fedfleet_lab.datastore.events import Events
    from fedfleet_lab.datastore.layout import Datastore
    from fedfleet_lab.kubeapi import Kind, KubeApi, Object

_LOG = logging.getLogger(__name__)
_NANOSECONDS = 10**9


class Snapshotter:
    """Brings snapshots in line with what was asked for. Every method may be called again at any time."""

    def __init__(self, api: KubeApi, cache: Cache, datastore: Datastore, events: Events) -> None:
        self._api = api
        self._cache = cache
        self._datastore = datastore
        self._events = events

    def reconcile_snapshot(self, item: Object) -> None:
        """Binds a VolumeSnapshot to a content, and tells its user how far that is.

        Raises:
            RequestRefusedError: it asks for something the datastore cannot give.
            ApiError: the API server failed; it is worth trying again.
        """
        content = content_of(item, self._cache)
        if "deletionTimestamp" in item["metadata"]:
            self._release(item, content)
            return
        if content is None:
            self._ask_for_content(item)
        elif content["spec"]["driver"] == PROVISIONER:
            self._bind(item, content)

    def _ask_for_content(self, item: Object) -> None:
        chosen = item["spec"]["source"].get("volumeSnapshotContentName")
        if chosen is not None:
            # It may be another driver's, or come later; its appearance brings the snapshot here again.
            return
        snapshot_class = class_of(item, self._cache)
        if snapshot_class is None:
            return
        volume = self._source_volume(item)
        # The finalizer first: a content must not come to be for a snapshot that could vanish unnoticed.
        self._add_finalizer(SNAPSHOT, item, SNAPSHOT_FINALIZER)
        self._api.create(SNAPSHOT_CONTENT, content_manifest(item, snapshot_class, volume["metadata"]["name"]))

    def _source_volume(self, item: Object) -> Object:
        namespace, name = item["metadata"]["namespace"], item["spec"]["source"]["persistentVolumeClaimName"]
        claim = self._cache.get(CLAIM, name, namespace)
        volume = self._cache.get(VOLUME, (claim or {"spec": {}})["spec"].get("volumeName", ""))
        if claim is None or volume is None or claim["status"].get("phase") != "Bound":
            raise RequestRefusedError(f"PersistentVolumeClaim {namespace}/{name} has no volume yet", expected="a bound claim")
        if not is_ours(volume):
            raise RequestRefusedError(f"The volume of claim {namespace}/{name} is not in this datastore")
        return volume

    def _bind(self, item: Object, content: Object) -> None:
        reference, metadata = content["spec"]["volumeSnapshotRef"], item["metadata"]
        self._add_finalizer(SNAPSHOT, item, SNAPSHOT_FINALIZER)
        if "uid" not in reference:
            change = {"spec": {"volumeSnapshotRef": {"uid": metadata["uid"]}}}
            self._api.patch(SNAPSHOT_CONTENT.path_of(content), change)
        found = status_of(content)
        wanted: Object = {"boundVolumeSnapshotContentName": content["metadata"]["name"]}
        wanted["readyToUse"] = bool(found.get("readyToUse"))
        if wanted["readyToUse"]:
            created = dt.datetime.fromtimestamp(found["creationTime"] // _NANOSECONDS, dt.UTC)
            wanted |= {"creationTime": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "restoreSize": str(found["restoreSize"])}
            wanted["error"] = None
        known = status_of(item)
        if any(known.get(field) != value for field, value in wanted.items()):
            self._api.patch(f"{SNAPSHOT.path_of(item)}/status", {"status": wanted})
            if wanted["readyToUse"]:
                self._events.normal(item, "SnapshotReady", "The snapshot is ready to use")

    def _release(self, item: Object, content: Object | None) -> None:
        if SNAPSHOT_FINALIZER not in item["metadata"].get("finalizers", []):
            return
        if content is not None and content["spec"]["deletionPolicy"] == "Delete":
            self._api.delete(SNAPSHOT_CONTENT.path_of(content))
        self._remove_finalizer(SNAPSHOT, item, SNAPSHOT_FINALIZER)

    def reconcile_content(self, item: Object) -> None:
        """Takes the snapshot that a VolumeSnapshotContent asks for, or removes it when the content is deleted.

        Raises:
            RequestRefusedError: its volume or snapshot is not there.
            DatastoreError: disk, file system or API server failed; it is worth trying again.
        """
        if item["spec"]["driver"] != PROVISIONER:
            return
        if "deletionTimestamp" in item["metadata"]:
            self._remove(item)
        elif not status_of(item).get("readyToUse"):
            self._add_finalizer(SNAPSHOT_CONTENT, item, CONTENT_FINALIZER)
            self._take(item)

    def _take(self, item: Object) -> None:
        name, source = item["metadata"]["name"], item["spec"]["source"]
        if "volumeHandle" in source:
            volume = self._cache.get(VOLUME, source["volumeHandle"])
            if volume is None or not is_ours(volume):
                raise RequestRefusedError(f"The volume {source['volumeHandle']} to take a snapshot of is gone")
            pool, size = pool_of(volume), parse_bytes(volume["spec"]["capacity"]["storage"])
            VolumeStore(self._datastore.pool(pool)).take_snapshot(source["volumeHandle"], name)
            _LOG.info("took snapshot %s of %s", name, source["volumeHandle"])
        else:
            pool, name = handle_of(item)
            path = VolumeStore(self._datastore.pool(pool)).snapshot_path(name)
            if not path.exists():
                raise RequestRefusedError(f"Pool {pool} has no snapshot {name}")
            # What a snapshot made elsewhere once held is not known; it fits where its content does.
            size = 0
        status = {
            "snapshotHandle": f"{pool}/{name}",
            "creationTime": int(dt.datetime.now(dt.UTC).timestamp()) * _NANOSECONDS,
            "restoreSize": size,
            "readyToUse": True,
            "error": None,
        }
        self._api.patch(f"{SNAPSHOT_CONTENT.path_of(item)}/status", {"status": status})

    def _remove(self, item: Object) -> None:
        reference = item["spec"]["volumeSnapshotRef"]
        snapshot = self._cache.get(SNAPSHOT, reference.get("name", ""), reference.get("namespace", ""))
        bound = snapshot is not None and snapshot["metadata"]["uid"] == reference.get("uid")
        if bound and snapshot is not None and "deletionTimestamp" not in snapshot["metadata"]:
            return
        if CONTENT_FINALIZER not in item["metadata"].get("finalizers", []):
            return
        if item["spec"]["deletionPolicy"] == "Delete" and status_of(item).get("snapshotHandle"):
            pool, name = handle_of(item)
            VolumeStore(self._datastore.pool(pool)).delete_snapshot(name)
            _LOG.info("removed snapshot %s", name)
        self._remove_finalizer(SNAPSHOT_CONTENT, item, CONTENT_FINALIZER)

    def note_error(self, kind: Kind, item: Object, message: str) -> None:
        """Writes into a snapshot's or content's status what keeps it from being ready."""
        if (status_of(item).get("error") or {}).get("message") == message:
            return
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        change = {"status": {"readyToUse": False, "error": {"message": message, "time": now}}}
        self._api.patch(f"{kind.path_of(item)}/status", change)

    def _add_finalizer(self, kind: Kind, item: Object, finalizer: str) -> None:
        present = item["metadata"].get("finalizers", [])
        if finalizer not in present:
            self._set_finalizers(kind, item, [*present, finalizer])

    def _remove_finalizer(self, kind: Kind, item: Object, finalizer: str) -> None:
        left = [name for name in item["metadata"].get("finalizers", []) if name != finalizer]
        self._set_finalizers(kind, item, left)

    def _set_finalizers(self, kind: Kind, item: Object, finalizers: list[str]) -> None:
        version = item["metadata"]["resourceVersion"]
        change = {"metadata": {"finalizers": finalizers or None, "resourceVersion": version}}
        self._api.patch(kind.path_of(item), change)
