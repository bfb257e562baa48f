"""Watches the cluster and hands every object that may need something done to those who do it."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, NoReturn

from fedfleet_lab.datastore.cache import Cache, Key, key_of
from fedfleet_lab.datastore.errors import RequestRefusedError
from fedfleet_lab.datastore.events import Events
from fedfleet_lab.datastore.kinds import CLAIM, SNAPSHOT, SNAPSHOT_CONTENT, STORAGE_CLASS, VOLUME, WATCHED
from fedfleet_lab.datastore.provisioner import Provisioner
from fedfleet_lab.datastore.snapshotter import Snapshotter
from fedfleet_lab.datastore.workqueue import WorkQueue
from fedfleet_lab.errors import LabError
from fedfleet_lab.kubeapi import ApiError, Kind, KubeApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fedfleet_lab.datastore.layout import Datastore
    from fedfleet_lab.kubeapi import Object

_LOG = logging.getLogger(__name__)

# Seconds until a failed object is looked at again: the first time, and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_WATCH_PAUSE = 1.0
_CONFLICT = 409

_FAILED = {
    CLAIM: "ProvisioningFailed",
    VOLUME: "VolumeFailedDelete",
    SNAPSHOT: "SnapshotCreationFailed",
    SNAPSHOT_CONTENT: "SnapshotContentFailed",
}


class Controller:
    """One thread a kind watches, one thread works: the file system's commands are quick and want no company."""

    def __init__(self, kubeconfig: Path, datastore: Datastore) -> None:
        self._kubeconfig = kubeconfig
        self._api = KubeApi.of(kubeconfig)
        self._cache = Cache()
        self._queue: WorkQueue[tuple[Kind, Key]] = WorkQueue()
        self._failures: dict[tuple[Kind, Key], int] = {}
        self._events = Events(self._api)
        self._snapshotter = Snapshotter(self._api, self._cache, datastore, self._events)
        provisioner = Provisioner(self._api, self._cache, datastore, self._events)
        self._work = {
            CLAIM: provisioner.reconcile_claim,
            VOLUME: provisioner.reconcile_volume,
            SNAPSHOT: self._snapshotter.reconcile_snapshot,
            SNAPSHOT_CONTENT: self._snapshotter.reconcile_content,
        }

    def run(self) -> NoReturn:
        """Works until the process ends."""
        for kind in WATCHED:
            threading.Thread(target=self._watch, args=(kind,), name=kind.plural, daemon=True).start()
        while True:
            self._attempt(self._queue.take())

    def _attempt(self, entry: tuple[Kind, Key]) -> None:
        kind, (namespace, name) = entry
        item = self._cache.get(kind, name, namespace)
        if item is None:
            self._failures.pop(entry, None)
            return
        try:
            self._work[kind](item)
        except LabError as error:
            if isinstance(error, ApiError) and error.status == _CONFLICT:
                # Someone else changed the object; the watch brings its new state here.
                return
            self._try_again(entry)
            _LOG.warning("%s %s/%s: %s", kind.name, namespace, name, error)
            self._tell(kind, item, error)
        except Exception:
            # One object that is not as expected must not keep all others from being served.
            self._try_again(entry)
            _LOG.exception("%s %s/%s", kind.name, namespace, name)
        else:
            self._failures.pop(entry, None)

    def _try_again(self, entry: tuple[Kind, Key]) -> None:
        failures = self._failures.get(entry, 0)
        self._failures[entry] = failures + 1
        self._queue.add(entry, min(_FIRST_PAUSE * 2**failures, _LONGEST_PAUSE))

    def _tell(self, kind: Kind, item: Object, error: LabError) -> None:
        """Says on the object itself what is wrong with it; the log alone is not where its user looks."""
        if isinstance(error, ApiError):
            return
        try:
            self._events.warning(item, _FAILED[kind], str(error))
            if kind in (SNAPSHOT, SNAPSHOT_CONTENT) and isinstance(error, RequestRefusedError):
                self._snapshotter.note_error(kind, item, str(error))
        except ApiError as refusal:
            _LOG.warning("cannot say so on the object: %s", refusal)

    def _watch(self, kind: Kind) -> NoReturn:
        api = KubeApi.of(self._kubeconfig)
        while True:
            try:
                items, version = api.list(kind)
                self._cache.replace(kind, items)
                for item in items:
                    self._changed(kind, item)
                for change, item in api.watch(kind, version):
                    if change == "ERROR":
                        # Mostly "too old resource version": only a new list helps.
                        break
                    if change != "BOOKMARK":
                        self._note(kind, change, item)
            except (ApiError, ValueError) as error:
                # A connection that is cut in the middle of an event leaves half a line of JSON.
                _LOG.warning("watching %s: %s", kind.plural, error)
                time.sleep(_WATCH_PAUSE)

    def _note(self, kind: Kind, change: str, item: Object) -> None:
        if change == "DELETED":
            self._cache.remove(kind, item)
        else:
            self._cache.put(kind, item)
        self._changed(kind, item)

    def _changed(self, kind: Kind, item: Object) -> None:
        for entry in {(kind, key_of(item)), *self._related(kind, item)}:
            if entry[0] in self._work:
                self._queue.add(entry)

    def _related(self, kind: Kind, item: Object) -> Iterator[tuple[Kind, Key]]:
        """Yields what else a change of this object may let go on."""
        if kind is VOLUME:
            reference = item["spec"].get("claimRef") or {}
            yield CLAIM, (reference.get("namespace", ""), reference.get("name", ""))
        elif kind is SNAPSHOT_CONTENT:
            reference = item["spec"]["volumeSnapshotRef"]
            yield SNAPSHOT, (reference.get("namespace", ""), reference.get("name", ""))
        elif kind is SNAPSHOT:
            yield SNAPSHOT_CONTENT, ("", (item.get("status") or {}).get("boundVolumeSnapshotContentName", ""))
            yield from self._waiting_claims(item["metadata"]["namespace"], SNAPSHOT.name)
        elif kind is CLAIM:
            yield from self._waiting_snapshots(*key_of(item))
        elif kind is STORAGE_CLASS:
            # Kinds are listed side by side: claims that came first could not be told from other provisioners'.
            yield from ((CLAIM, key_of(claim)) for claim in self._cache.all(CLAIM))

    def _waiting_claims(self, namespace: str, source: str) -> Iterator[tuple[Kind, Key]]:
        for claim in self._cache.all(CLAIM):
            reference = claim["spec"].get("dataSource") or {}
            if claim["metadata"]["namespace"] == namespace and reference.get("kind") == source:
                yield CLAIM, key_of(claim)

    def _waiting_snapshots(self, namespace: str, claim: str) -> Iterator[tuple[Kind, Key]]:
        for snapshot in self._cache.all(SNAPSHOT):
            named = snapshot["spec"]["source"].get("persistentVolumeClaimName") == claim
            if named and snapshot["metadata"]["namespace"] == namespace:
                yield SNAPSHOT, key_of(snapshot)
