"""Taking a set away again: in the reverse order of applying it, and nothing that is not of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fedfleet.kube import objects, tiers
from fedfleet.kube.changes import ApplyResult, ObjectChange
from fedfleet.kube.connection import THREADS
from fedfleet.kube.errors import UnknownKindError
from fedfleet.kube.members import Member, members_of
from fedfleet.kube.ownership import Ownership
from fedfleet.kube.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery
    from fedfleet.kube.members import Terms
    from fedfleet.kube.refs import KubeObject


def remove_set(connection: Connection, discovery: Discovery, definitions: Sequence[KubeObject], terms: Terms) -> ApplyResult:
    """Delete the members of the terms' set and its parent, then the objects that ``definitions`` name.

    Of a set, claims, Secrets and namespaces stay; what is named is deleted whatever it is. What is not there is
    passed over.
    """
    changes: list[ObjectChange] = []
    snapshot = Snapshot()
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="remove") as pool:
        members = [member for member in _served(definitions, discovery, terms) if member.resource is not None]
        if terms.apply_set is not None:
            ownership = Ownership(connection, discovery, terms.apply_set, dry_run=terms.dry_run)
            changes += ownership.prune(pool, snapshot, ())
            ownership.dissolve()
        snapshot.fetch(
            connection,
            pool,
            [(member.resource, member.ref.namespace, member.ref.name) for member in members if member.resource],
        )

        def delete(member: Member) -> ObjectChange | None:
            before = snapshot.before(member.place) if member.place else None
            ref = member.ref
            if member.resource is None or before is None or before["metadata"].get("deletionTimestamp"):
                return None
            gone = objects.remove(connection, member.resource, ref.namespace, ref.name, dry_run=terms.dry_run)
            return ObjectChange(ref.kind, ref.namespace, ref.name, "deleted", before=before) if gone else None

        for _, group in reversed(tiers.in_tiers(members, lambda member: member.ref.kind)):
            changes += [change for change in pool.map(delete, group) if change is not None]
    return ApplyResult(tuple(changes))


def _served(definitions: Sequence[KubeObject], discovery: Discovery, terms: Terms) -> list[Member]:
    """The definitions whose kind the cluster serves; of the others there can be no object."""
    found = []
    for definition in definitions:
        try:
            found += members_of([definition], discovery, terms)
        except UnknownKindError:
            continue
    return found
