"""Makes volumes for claims, lets them grow, and removes them when they are released."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fedfleet_lab.datastore.claims import (
    Claim,
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
from fedfleet_lab.datastore.kinds import CLAIM, SNAPSHOT, STORAGE_CLASS, VOLUME, VOLUME_FINALIZER
from fedfleet_lab.datastore.quantities import parse_bytes
from fedfleet_lab.datastore.snapshots import handle_of, ready_content
from fedfleet_lab.datastore.volumes import VolumeStore

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.datastore.cache import Cache
    from fedfleet_lab.datastore.claims import Source
    from fedfleet_lab.datastore.events import Events
    from fedfleet_lab.datastore.layout import Datastore
    from fedfleet_lab.kubeapi import KubeApi, Object

_LOG = logging.getLogger(__name__)


class Provisioner:
    """Brings volumes in line with claims. Every method may be called again at any time, with the state at hand."""

    def __init__(self, api: KubeApi, cache: Cache, datastore: Datastore, events: Events) -> None:
        self._api = api
        self._cache = cache
        self._datastore = datastore
        self._events = events

    def reconcile_claim(self, item: Object) -> None:
        """Makes the claim's volume, or lets it grow to what the claim now asks for.

        Raises:
            RequestRefusedError: the claim asks for something the datastore cannot give.
            DatastoreError: disk, file system or API server failed; it is worth trying again.
        """
        claim = Claim.parse(item)
        if claim.volume:
            self._grow(claim, item)
            return
        storage_class = self._cache.get(STORAGE_CLASS, claim.storage_class)
        if storage_class is not None and is_due(claim, storage_class):
            self._provision(claim, item, storage_class)

    def _provision(self, claim: Claim, item: Object, storage_class: Object) -> None:
        check_mode(item)
        pool = pool_name(storage_class)
        store = VolumeStore(self._datastore.pool(pool))
        source = source_of(item)
        content = None if source is None else self._content(claim, source, pool)
        path = store.create(claim.new_volume, claim.size, source=content)
        if self._api.create(VOLUME, volume_manifest(claim, storage_class, pool, path)):
            _LOG.info("made %s (%s) for %s/%s", claim.new_volume, claim.request, claim.namespace, claim.name)
            message = f"Made volume {claim.new_volume} of {claim.request} in pool {pool}"
            self._events.normal(item, "ProvisioningSucceeded", message)

    def _content(self, claim: Claim, source: Source, pool: str) -> Path:
        """Returns the directory that the new volume starts as a copy of."""
        if source.kind == SNAPSHOT.name:
            content = ready_content(self._cache.get(SNAPSHOT, source.name, claim.namespace), self._cache)
            size = int(content["status"]["restoreSize"])
            found_in, name = handle_of(content)
            path = VolumeStore(self._datastore.pool(found_in)).snapshot_path(name)
        else:
            volume = self._volume_of(claim.namespace, source.name)
            size, found_in = capacity_of(volume), pool_of(volume)
            path = VolumeStore(self._datastore.pool(found_in)).path(volume["metadata"]["name"])
        if found_in != pool:
            raise RequestRefusedError(
                f"{source.kind} {source.name} is in pool {found_in}", expected=f"one in pool {pool}, as the StorageClass says"
            )
        if claim.size < size:
            raise RequestRefusedError(
                f"{source.kind} {source.name} does not fit", expected=f"a claim of {size} bytes or more", found=claim.request
            )
        return path

    def _volume_of(self, namespace: str, name: str) -> Object:
        source = self._cache.get(CLAIM, name, namespace)
        volume = self._cache.get(VOLUME, (source or {"spec": {}})["spec"].get("volumeName", ""))
        if volume is None or not is_ours(volume):
            raise RequestRefusedError(
                f"PersistentVolumeClaim {name} has no volume in this datastore to copy", where=f"namespace {namespace}"
            )
        return volume

    def _grow(self, claim: Claim, item: Object) -> None:
        volume = self._cache.get(VOLUME, claim.volume)
        if volume is None or not is_ours(volume) or item["status"].get("phase") != "Bound":
            return
        if claim.size > capacity_of(volume):
            VolumeStore(self._datastore.pool(pool_of(volume))).resize(claim.volume, claim.size)
            self._api.patch(VOLUME.path(name=claim.volume), {"spec": {"capacity": {"storage": claim.request}}})
            _LOG.info("let %s of %s/%s grow to %s", claim.volume, claim.namespace, claim.name, claim.request)
        elif claim.size < capacity_of(volume):
            return
        if parse_bytes(item["status"]["capacity"]["storage"]) < claim.size:
            # Pods see the new size at once: there is no file system in the volume that would have to grow with it.
            change = {"status": {"capacity": {"storage": claim.request}, "conditions": None}}
            self._api.patch(f"{CLAIM.path(claim.namespace, claim.name)}/status", change)
            self._events.normal(item, "VolumeResizeSuccessful", f"The volume now holds {claim.request}")

    def reconcile_volume(self, item: Object) -> None:
        """Removes a released volume as its reclaim policy says, and whatever is left of a deleted one.

        Raises:
            DatastoreError: disk, file system or API server failed; it is worth trying again.
        """
        if not is_ours(item):
            return
        metadata, spec = item["metadata"], item["spec"]
        reclaim = spec["persistentVolumeReclaimPolicy"] == "Delete"
        if "deletionTimestamp" not in metadata:
            if reclaim and item["status"].get("phase") == "Released":
                self._api.delete(VOLUME.path_of(item))
            return
        # Kubernetes' own finalizer stays as long as a claim is bound to the volume.
        if metadata.get("finalizers") != [VOLUME_FINALIZER]:
            return
        if reclaim:
            VolumeStore(self._datastore.pool(pool_of(item))).delete(metadata["name"])
            _LOG.info("removed %s", metadata["name"])
        change = {"metadata": {"finalizers": None, "resourceVersion": metadata["resourceVersion"]}}
        self._api.patch(VOLUME.path_of(item), change)
