"""Small values this package speaks in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KubeObject = dict[str, Any]
"""An object as the API has it: parsed JSON, nothing added."""


@dataclass(frozen=True, order=True)
class ObjectRef:
    """Which object: kind, namespace (empty for the cluster's own) and name; the API version where it matters."""

    kind: str
    namespace: str
    name: str
    api_version: str = ""

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"

    @property
    def group(self) -> str:
        """The API group; empty for the core group and when no version is known."""
        group, slash, _ = self.api_version.rpartition("/")
        return group if slash else ""

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> ObjectRef:
        """The reference to an object that has apiVersion, kind and metadata.name."""
        metadata = definition["metadata"]
        return cls(
            kind=definition["kind"],
            namespace=metadata.get("namespace") or "",
            name=metadata["name"],
            api_version=definition["apiVersion"],
        )


@dataclass(frozen=True)
class FieldConflict:
    """A field that another manager owns: its path as the API writes it, and the manager's name."""

    field: str
    manager: str


@dataclass(frozen=True)
class ExecResult:
    """What a command in a container left behind; both streams as bytes."""

    returncode: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class ApplySetRef:
    """The parent object of a set of objects that are applied, and pruned, together.

    The parent is a ConfigMap with the labels and annotations of Kubernetes' ApplySet specification
    (KEP-3659), which ``kubectl apply --prune --applyset`` understands too.
    """

    name: str
    namespace: str
    prune: bool = True
