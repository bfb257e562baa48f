"""What applying or removing a set did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from fedfleet.kube.compare import unified_diff
from fedfleet.kube.predicates import judge
from fedfleet.kube.refs import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Collection

    from fedfleet.kube.refs import FieldConflict, KubeObject

ActionTaken = Literal["created", "updated", "unchanged", "pruned", "deleted"]


@dataclass(frozen=True)
class ObjectChange:
    """What happened to one object.

    Attributes:
        taken: fields that another manager owned and that were taken over without being forced to.
        before, after: as the API had and has it (None: not there).
    """

    kind: str
    namespace: str
    name: str
    action: ActionTaken
    taken: tuple[FieldConflict, ...] = ()
    before: KubeObject | None = field(default=None, repr=False)
    after: KubeObject | None = field(default=None, repr=False)

    @property
    def ref(self) -> ObjectRef:
        """The object."""
        api_version = (self.after or self.before or {}).get("apiVersion", "")
        return ObjectRef(self.kind, self.namespace, self.name, api_version)

    @property
    def diff(self) -> str:
        """A unified diff of what matters, values of Secrets hidden, then whose fields were taken; empty when nothing changed."""
        if self.action == "unchanged":
            return ""
        lines = [unified_diff(self.before, self.after, str(self.ref))]
        lines += [f"# {conflict.field} is taken back from {conflict.manager}" for conflict in self.taken]
        return "\n".join(lines)


@dataclass(frozen=True)
class ApplyResult:
    """What happened to a set: its objects in the order of the definition, then those pruned."""

    objects: tuple[ObjectChange, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was created, updated, pruned or deleted."""
        return any(change.action != "unchanged" for change in self.objects)

    def unready(self, kinds: Collection[str]) -> list[ObjectRef]:
        """The objects of those kinds that are still there and were not ready when they were applied."""
        return [
            change.ref for change in self.objects if change.kind in kinds and change.after is not None and not judge(change.after).ready
        ]

    @property
    def counts(self) -> dict[str, int]:
        """How many objects met with each action."""
        found: dict[str, int] = {}
        for change in self.objects:
            found[change.action] = found.get(change.action, 0) + 1
        return found
