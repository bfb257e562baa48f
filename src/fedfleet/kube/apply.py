"""Applying a whole set: concurrently within a tier, tier after tier, then pruning what left the set."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fedfleet.kube import applyset, compare, objects, tiers
from fedfleet.kube.applied import applied_already
from fedfleet.kube.changes import ActionTaken, ApplyResult, ObjectChange
from fedfleet.kube.connection import THREADS
from fedfleet.kube.errors import (
    DefinitionError,
    KubeError,
    NotFoundError,
    OwnershipError,
    SetError,
    UnreachableError,
    WaitError,
)
from fedfleet.kube.members import Member, members_of
from fedfleet.kube.ownership import Ownership
from fedfleet.kube.predicates import judge
from fedfleet.kube.snapshot import Snapshot
from fedfleet.kube.takeover import may_take_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery, Resource
    from fedfleet.kube.members import Terms
    from fedfleet.kube.refs import FieldConflict, KubeObject, ObjectRef

_GROUND_SECONDS = 30.0


class Application:
    """One application of one set."""

    def __init__(self, connection: Connection, discovery: Discovery, terms: Terms) -> None:
        self._connection = connection
        self._discovery = discovery
        self._terms = terms
        self._snapshot = Snapshot()

    def run(self, definitions: Sequence[KubeObject]) -> ApplyResult:
        """Apply the checked ``definitions``.

        Raises:
            DefinitionError, UnknownKindError: found before anything was touched.
            KubeError: one object was refused; SetError: several were. What was applied stays applied.
        """
        members = members_of(definitions, self._discovery, self._terms)
        with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="apply") as pool:
            placed = [(member.resource, member.ref) for member in members if member.resource is not None]
            self._snapshot.fetch(self._connection, pool, [(resource, ref.namespace, ref.name) for resource, ref in placed])
            self._refuse_members_of_others(members)
            changes: dict[ObjectRef, ObjectChange] = {}
            ownership: Ownership | None = None
            for tier, group in tiers.in_tiers(members, lambda member: member.definition["kind"]):
                if tier > tiers.GROUND and ownership is None:
                    ownership = self._claim(members)
                for member in group:
                    if member.resource is None and not self._terms.dry_run:
                        member.resolve(self._discovery, self._terms)
                applied = self._apply_tier(pool, group, len(members))
                changes |= applied
                if tier == tiers.GROUND and not self._terms.dry_run:
                    self._await_ground([member for member in group if not _is_ready(applied[member.ref])])
            pruned: list[ObjectChange] = []
            if self._terms.apply_set is not None:
                ownership = ownership or self._claim(members)
                if ownership is not None:
                    pruned = self._prune(pool, ownership, members)
        return ApplyResult((*(changes[member.ref] for member in members), *pruned))

    def _before(self, member: Member) -> KubeObject | None:
        return self._snapshot.before(member.place) if member.place else None

    def _refuse_members_of_others(self, members: Sequence[Member]) -> None:
        foreign = [
            f"{member.ref} ({other})"
            for member in members
            if (other := applyset.foreign_set(self._before(member), self._terms.apply_set)) is not None
        ]
        if foreign and not self._terms.force:
            raise DefinitionError(
                "Objects of the definition belong to another set",
                expected="every object in one set only",
                found=", ".join(foreign),
                next_step="Rename them, or remove them from the other set first; nothing was touched",
            )

    def _apply_tier(self, pool: ThreadPoolExecutor, group: Sequence[Member], total: int) -> dict[ObjectRef, ObjectChange]:
        pending = [(member, pool.submit(self._apply, member)) for member in group]
        changes: dict[ObjectRef, ObjectChange] = {}
        errors: list[KubeError] = []
        for member, future in pending:
            if future.cancelled():
                continue
            try:
                changes[member.ref] = future.result()
            except UnreachableError:
                # The rest would only run into the same silence, one after the other.
                for _, other in pending:
                    other.cancel()
                raise
            except KubeError as error:
                errors.append(error)
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise SetError(errors, total)
        return changes

    def _apply(self, member: Member) -> ObjectChange:
        ref, before = member.ref, self._before(member)
        if member.resource is None:
            return ObjectChange(ref.kind, ref.namespace, ref.name, "created", after=member.definition)
        if before is not None and applied_already(member.definition, before, self._terms.manager):
            return ObjectChange(ref.kind, ref.namespace, ref.name, "unchanged", before=before, after=before)
        try:
            after, created, taken = self._written(member, member.resource)
        except NotFoundError:
            # A dry run brings no namespace about, so the objects that would go into a new one have no place yet.
            if self._terms.dry_run and before is None:
                return ObjectChange(ref.kind, ref.namespace, ref.name, "created", after=member.definition)
            raise
        action: ActionTaken
        if created or before is None:
            action = "created" if created else "updated"
        else:
            action = "unchanged" if self._same(member.definition, before, after) else "updated"
        return ObjectChange(ref.kind, ref.namespace, ref.name, action, taken, before=before, after=after)

    def _written(self, member: Member, resource: Resource) -> tuple[KubeObject, bool, tuple[FieldConflict, ...]]:
        """Write one object: as it is now, whether it was created, and the fields that were taken over."""
        terms = self._terms

        def write(*, force: bool) -> tuple[KubeObject, bool]:
            return objects.apply(
                self._connection, resource, member.definition,
                manager=terms.manager, force=force, dry_run=terms.dry_run,
            )  # fmt: skip

        try:
            return *write(force=terms.force), ()
        except OwnershipError as error:
            # A set puts right what somebody changed by hand in it; a controller that owns a field has its reasons.
            if not applyset.is_member(self._before(member), terms.apply_set) or not may_take_over(error.conflicts, terms.take_over_from):
                raise
            return *write(force=True), error.conflicts

    def _same(self, definition: KubeObject, before: KubeObject, after: KubeObject) -> bool:
        return compare.same(before, after) or compare.left_alone(definition, before, after, self._terms.manager)

    def _await_ground(self, group: Sequence[Member]) -> None:
        """Wait until namespaces are active and definitions established; both take milliseconds when all is well."""
        deadline = time.monotonic() + _GROUND_SECONDS
        for member in group:
            if member.resource is None:
                continue
            pause = 0.02
            while True:
                found = objects.read(self._connection, member.resource, "", member.ref.name)
                verdict = judge(found) if found is not None else None
                if verdict is not None and verdict.ready:
                    break
                hopeless = verdict is not None and verdict.hopeless
                if hopeless or time.monotonic() > deadline:
                    raise WaitError(
                        f"{member.ref} cannot be used",
                        ref=member.ref,
                        status=verdict.text if verdict else "not there",
                        hopeless=hopeless,
                        next_step=(verdict.next_step if verdict else "") or "Look at what its controller says of it, then run again",
                    )
                time.sleep(pause)
                pause = min(pause * 2, 1.0)

    def _extent(self, members: Sequence[Member]) -> applyset.Extent:
        return applyset.Extent(
            kinds=frozenset(applyset.group_kind(member.ref.kind, member.ref.group) for member in members),
            namespaces=frozenset(member.ref.namespace for member in members if member.ref.namespace),
        )

    def _claim(self, members: Sequence[Member]) -> Ownership | None:
        if self._terms.apply_set is None:
            return None
        ownership = Ownership(self._connection, self._discovery, self._terms.apply_set, dry_run=self._terms.dry_run)
        ownership.claim(self._extent(members))
        return ownership

    def _prune(self, pool: ThreadPoolExecutor, ownership: Ownership, members: Sequence[Member]) -> list[ObjectChange]:
        if self._terms.apply_set is None or not self._terms.apply_set.prune:
            return []
        wanted = {member.place for member in members if member.place is not None}
        pruned = ownership.prune(pool, self._snapshot, wanted)
        ownership.settle(self._extent(members))
        return pruned


def _is_ready(change: ObjectChange) -> bool:
    return change.after is not None and judge(change.after).ready
