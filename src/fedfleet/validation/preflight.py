"""Hold a cluster against what a site will ask of it, before anything is touched.

Everything that is missing is said at once, each with what was needed, what is there and what to do: nobody wants to
find the second gap after having closed the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.errors import FedFleetError
from fedfleet.validation.quantities import cores_of, gibibytes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.kube import Client

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


@dataclass(frozen=True)
class Sizing:
    """Least a cluster must be able to give away, in nodes, CPU cores and GiB of memory."""

    nodes: int
    cores: float
    memory_gib: float


@dataclass(frozen=True)
class StorageNeed:
    """StorageClass names by intent (empty: the default class), those made later, and whether volumes must be able to grow."""

    intents: Mapping[str, str]
    created_later: frozenset[str] = frozenset()
    expansion: bool = True


@dataclass(frozen=True)
class Needs:
    """Everything a site asks of its cluster; what is None or empty is not looked at."""

    namespace: str = ""
    namespace_required: bool = False
    sizing: Sizing | None = None
    storage: StorageNeed | None = None
    ingress_class: str = ""


@dataclass(frozen=True)
class Shortfall:
    """One thing that is missing."""

    what: str
    needed: str
    found: str
    fix: str

    def __str__(self) -> str:
        return f"{self.what}: needed {self.needed}, found {self.found}; {self.fix}"


class PreflightError(FedFleetError):
    """The cluster is not what the site needs.

    Attributes:
        shortfalls: everything that is missing.
    """

    def __init__(self, shortfalls: Sequence[Shortfall], where: str) -> None:
        self.shortfalls = tuple(shortfalls)
        count = len(self.shortfalls)
        super().__init__(
            f"The cluster lacks {count} thing{'' if count == 1 else 's'} that this site needs",
            found=" | ".join(str(shortfall) for shortfall in self.shortfalls),
            where=where,
            next_step="Close the gaps and run again; nothing has been changed so far",
        )


def examine(client: Client, needs: Needs) -> tuple[Shortfall, ...]:
    """Ask the cluster for everything ``needs`` names, and return what is missing.

    Raises:
        fedfleet.kube.KubeError: the cluster cannot be asked (unreachable, forbidden, bad kubeconfig).
    """
    missing: list[Shortfall] = []
    if needs.namespace:
        missing += _namespace_shortfalls(client, needs.namespace, required=needs.namespace_required)
    if needs.sizing is not None:
        missing += sizing_shortfalls(client.list("Node"), needs.sizing)
    if needs.storage is not None:
        missing += storage_shortfalls(client.list("StorageClass"), needs.storage)
    if needs.ingress_class:
        found = client.list("IngressClass")
        missing += ingress_shortfalls(found, needs.ingress_class)
    return tuple(missing)


def _namespace_shortfalls(client: Client, name: str, *, required: bool) -> list[Shortfall]:
    if required and not client.list("ServiceAccount", name):
        # Every namespace has the service account `default`; listing it needs no right outside the namespace.
        return [
            Shortfall(
                what=f"namespace {name}",
                needed="it there, with the site's rights in it",
                found="no such namespace, or one that is being made",
                fix="have the platform team apply what `ansible-playbook fedfleet.federation.rbac` writes for this site",
            )
        ]
    return []


def sizing_shortfalls(nodes: Sequence[Mapping[str, Any]], sizing: Sizing) -> list[Shortfall]:
    """What the schedulable, ready ``nodes`` lack in number, CPU and memory."""
    usable = [node for node in nodes if _takes_pods(node)]
    allocatable = [node["status"].get("allocatable", {}) for node in usable]
    cores = sum(cores_of(str(node.get("cpu", "0"))) for node in allocatable)
    memory = sum(gibibytes_of(str(node.get("memory", "0"))) for node in allocatable)
    missing = []
    if len(usable) < sizing.nodes:
        missing.append(Shortfall("nodes", f"{sizing.nodes} that are ready and take pods", str(len(usable)), "add nodes or make them ready"))
    if cores < sizing.cores:
        missing.append(
            Shortfall(
                "CPU",
                f"{sizing.cores:g} cores",
                f"{cores:g}, {sizing.cores - cores:g} short",
                "add nodes, take a larger VM class, or choose a smaller site_profile",
            )
        )
    if memory < sizing.memory_gib:
        missing.append(
            Shortfall(
                "memory",
                f"{sizing.memory_gib:g} GiB",
                f"{memory:.1f} GiB, {sizing.memory_gib - memory:.1f} short",
                "add nodes, take a larger VM class, or choose a smaller site_profile",
            )
        )
    return missing


def _takes_pods(node: Mapping[str, Any]) -> bool:
    if node.get("spec", {}).get("unschedulable"):
        return False
    if any(taint.get("effect") in ("NoSchedule", "NoExecute") for taint in node.get("spec", {}).get("taints") or []):
        return False
    conditions = node.get("status", {}).get("conditions") or []
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def storage_shortfalls(classes: Sequence[Mapping[str, Any]], need: StorageNeed) -> list[Shortfall]:
    """Which intents have no class, or one whose volumes cannot grow."""
    by_name = {str(item["metadata"]["name"]): item for item in classes}
    default = next((item for item in classes if _is_default(item)), None)
    there = ", ".join(sorted(by_name)) or "none"
    missing = []
    for name in sorted(set(need.intents.values()) - need.created_later):
        intents = " and ".join(sorted(intent for intent, wanted in need.intents.items() if wanted == name))
        found = by_name.get(name) if name else default
        if found is None:
            missing.append(
                Shortfall(
                    f"StorageClass for {intents}",
                    name or "a default class",
                    there,
                    "name one that is there in storage_classes, or have this one made with storage_create",
                )
            )
        elif need.expansion and not found.get("allowVolumeExpansion"):
            missing.append(
                Shortfall(
                    f"StorageClass for {intents}",
                    "one whose volumes can grow",
                    f"{found['metadata']['name']} without allowVolumeExpansion",
                    "set it on the class, choose another, or accept it with storage_expansion_required: false",
                )
            )
    return missing


def _is_default(item: Mapping[str, Any]) -> bool:
    return (item["metadata"].get("annotations") or {}).get(_DEFAULT_CLASS) == "true"


def ingress_shortfalls(classes: Sequence[Mapping[str, Any]], name: str) -> list[Shortfall]:
    """The IngressClass ``name``, when it is not among ``classes``."""
    names = sorted(str(item["metadata"]["name"]) for item in classes)
    if name in names:
        return []
    return [
        Shortfall(
            "IngressClass",
            name,
            ", ".join(names) or "none",
            "set ingress_class_name to one that is there, or let ingress_provider deploy one",
        )
    ]
