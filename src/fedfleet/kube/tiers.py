"""In which order the objects of a set are applied: each tier at once, one tier after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Member = TypeVar("Member")

GROUND = 0
CONFIGURATION = 1
SERVICES = 2
WORKLOADS = 3
WEBHOOKS = 4

_TIERS = {
    GROUND: ("Namespace", "CustomResourceDefinition"),
    CONFIGURATION: (
        "ClusterRole",
        "ConfigMap",
        "IngressClass",
        "LimitRange",
        "NetworkPolicy",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "PriorityClass",
        "ResourceQuota",
        "Role",
        "RuntimeClass",
        "Secret",
        "ServiceAccount",
        "StorageClass",
        "VolumeSnapshotClass",
    ),
    # A binding to a role that is not there yet needs rights that a namespace's administrator has not.
    SERVICES: ("ClusterRoleBinding", "RoleBinding", "Service", "ValidatingAdmissionPolicy"),
    # They make the API call a Service or deny requests; the set itself must not be caught by them half-way.
    WEBHOOKS: (
        "APIService",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    ),
}
_TIER_OF = {kind: tier for tier, kinds in _TIERS.items() for kind in kinds}


def tier_of(kind: str) -> int:
    """The tier of a kind; one we don't know goes with the workloads, when all it may need is there."""
    return _TIER_OF.get(kind, WORKLOADS)


def in_tiers(members: Iterable[Member], kind_of: Callable[[Member], str]) -> Sequence[tuple[int, list[Member]]]:
    """The members by tier, in the order of application; tiers without members are left out."""
    tiers: dict[int, list[Member]] = {}
    for member in members:
        tiers.setdefault(tier_of(kind_of(member)), []).append(member)
    return sorted(tiers.items(), key=lambda entry: entry[0])
