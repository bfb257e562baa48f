"""Keeping the parent object of a set true, and pruning by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.kube import applyset, objects, tiers
from fedfleet.kube.changes import ObjectChange
from fedfleet.kube.errors import StaleError, UnknownKindError
from fedfleet.kube.snapshot import Place, place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery, Resource
    from fedfleet.kube.refs import ApplySetRef, KubeObject
    from fedfleet.kube.snapshot import Snapshot

_ATTEMPTS = 4


class Ownership:
    """What one set owns.

    The order makes it safe to be interrupted anywhere: the parent names a kind and namespace before the first object
    of it is applied (``claim``), and stops naming it only after the last one is gone (``settle``).
    """

    def __init__(self, connection: Connection, discovery: Discovery, ref: ApplySetRef, *, dry_run: bool) -> None:
        self._connection = connection
        self._discovery = discovery
        self._ref = ref
        self._dry_run = dry_run
        self._parents = discovery.resource("ConfigMap", "v1")
        self._recorded, self._version = self._read()

    def _read(self) -> tuple[applyset.Extent, str]:
        found = objects.read(self._connection, self._parents, self._ref.namespace, self._ref.name)
        return applyset.recorded(self._ref, found), found["metadata"]["resourceVersion"] if found else ""

    def claim(self, needed: applyset.Extent) -> None:
        """Record that members may be in ``needed``, beside where they were before."""
        self._write(needed, keep=True)

    def settle(self, needed: applyset.Extent) -> None:
        """Record that members are in ``needed`` and nowhere else."""
        self._write(needed, keep=False)

    def _write(self, needed: applyset.Extent, *, keep: bool) -> None:
        if self._dry_run:
            return
        for attempt in range(1, _ATTEMPTS + 1):
            wanted = needed | self._recorded if keep else needed
            wanted |= applyset.Extent(namespaces=frozenset({self._ref.namespace}))
            if self._version and wanted == self._recorded:
                return
            definition = applyset.parent(self._ref, wanted, self._version)
            try:
                written, _ = objects.apply(self._connection, self._parents, definition, manager=applyset.MANAGER, force=True)
            except StaleError:
                if attempt == _ATTEMPTS:
                    raise
                self._recorded, self._version = self._read()
                continue
            self._recorded, self._version = wanted, written["metadata"]["resourceVersion"]
            return

    def dissolve(self) -> None:
        """Delete the parent; of members that were never pruned nothing is recorded any more."""
        if self._version and not self._dry_run:
            objects.remove(self._connection, self._parents, self._ref.namespace, self._ref.name)

    def prune(self, pool: ThreadPoolExecutor, snapshot: Snapshot, wanted: Collection[Place]) -> list[ObjectChange]:
        """Delete the members that are not at a place of ``wanted``, workloads first."""
        found = [
            (resource, member)
            for resource, members in pool.map(lambda where: self._members(snapshot, *where), self._places())
            for member in applyset.prunable(members)
            if place_of(resource, member["metadata"].get("namespace") or "", member["metadata"]["name"]) not in wanted
        ]
        pruned: list[ObjectChange] = []
        for tier in sorted({tiers.tier_of(member["kind"]) for _, member in found}, reverse=True):
            leaving = [entry for entry in found if tiers.tier_of(entry[1]["kind"]) == tier]
            pruned += [change for change in pool.map(lambda entry: self._delete(*entry), leaving) if change is not None]
        return pruned

    def _places(self) -> Sequence[tuple[Resource, str]]:
        """Every kind and namespace that the parent names."""
        places: list[tuple[Resource, str]] = []
        for kind in sorted(self._recorded.kinds):
            if kind.partition(".")[0] in applyset.NEVER_PRUNED:
                continue
            try:
                resource = self._discovery.resource(kind if "." in kind else f"{kind}.")
            except UnknownKindError:
                # Its definition is gone, and its objects with it.
                continue
            places += [(resource, namespace) for namespace in (self._recorded.namespaces if resource.namespaced else [""])]
        return places

    def _members(self, snapshot: Snapshot, resource: Resource, namespace: str) -> tuple[Resource, list[KubeObject]]:
        identity = applyset.set_id(self._ref)
        members = snapshot.labelled(resource, namespace, applyset.MEMBER_LABEL, identity)
        if members is None:
            labels = f"{applyset.MEMBER_LABEL}={identity}"
            members = objects.read_all(self._connection, resource, namespace or None, labels=labels)
        return resource, members

    def _delete(self, resource: Resource, member: KubeObject) -> ObjectChange | None:
        metadata = member["metadata"]
        namespace, name = metadata.get("namespace") or "", metadata["name"]
        gone = objects.remove(self._connection, resource, namespace, name, uid=metadata["uid"], dry_run=self._dry_run)
        if not gone:
            return None
        return ObjectChange(resource.kind, namespace, name, "pruned", before=member)
