"""Nodes, CPU and memory against what the site asks for, and the site's own numbers against the reference. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.kube import holds
from fedfleet.kube.quantities import cores_of, gibibytes_of
from fedfleet.preflight.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube import KubeObject
    from fedfleet.preflight.needs import Parts, Reference, Sizing, Workers

_LARGER = "add nodes, take a larger VM class, or choose a smaller site_profile"
_INSTANCE_TYPE = "node.kubernetes.io/instance-type"
_OVER = frozenset({"Succeeded", "Failed"})


def usable_nodes(nodes: Sequence[KubeObject]) -> list[KubeObject]:
    """The nodes that are ready and take pods without a toleration."""
    return [node for node in nodes if _takes_pods(node)]


def sizing_findings(nodes: Sequence[KubeObject], sizing: Sizing, profile: str = "") -> list[Finding]:
    """What the usable ``nodes`` lack in number, CPU and memory that Kubernetes can give away."""
    usable = usable_nodes(nodes)
    cores, memory = _sum(usable)
    where = f"all nodes that take pods; profile {profile}" if profile else "all nodes that take pods"
    found = []
    if len(usable) < sizing.nodes:
        short = sizing.nodes - len(usable)
        left_out = f", {len(nodes) - len(usable)} more are not ready or take none" if len(nodes) > len(usable) else ""
        text = f"{len(usable)}, {short} short{left_out}"
        found.append(Finding("nodes", f"{sizing.nodes} that are ready and take pods", text, where, "add nodes or make them ready"))
    if cores < sizing.cores:
        text = f"{cores:g}, {sizing.cores - cores:g} short"
        found.append(Finding("CPU", f"{sizing.cores:g} cores in total", text, where, _LARGER))
    if memory < sizing.memory_gib:
        text = f"{memory:.1f} GiB, {sizing.memory_gib - memory:.1f} short"
        found.append(Finding("memory", f"{sizing.memory_gib:g} GiB in total", text, where, _LARGER))
    return found


def free_findings(nodes: Sequence[KubeObject], pods: Sequence[KubeObject], sizing: Sizing, namespace: str) -> list[Finding]:
    """Whether others' pods leave enough: large enough nodes are of little use when somebody else has asked for them.

    A warning only: others may leave, and what is asked for need not be used.
    """
    usable = usable_nodes(nodes)
    names = {node["metadata"]["name"] for node in usable}
    cores, memory = _sum(usable)
    others = [pod for pod in pods if pod["metadata"].get("namespace") != namespace and pod["spec"].get("nodeName") in names]
    others = [pod for pod in others if (pod.get("status") or {}).get("phase") not in _OVER]
    free_cores, free_memory = cores - sum(map(_cores, others)), memory - sum(map(_memory, others))
    found = []
    for what, unit, whole, free, wanted in (
        ("free CPU", "cores", cores, free_cores, sizing.cores),
        ("free memory", "GiB", memory, free_memory, sizing.memory_gib),
    ):
        if whole >= wanted > free:
            text = f"{free:.1f} {unit}, {wanted - free:.1f} short: {len(others)} pods of others have asked for the rest"
            fix = "move others away or add nodes, before pods of this site stay Pending"
            found.append(
                Finding(what, f"{wanted:g} {unit} that nobody has asked for", text, "all nodes that take pods", fix, Severity.WARNING)
            )
    return found


def worker_findings(nodes: Sequence[KubeObject], workers: Workers) -> list[Finding]:
    """Whether enough nodes are large enough for a Spark worker each: cores as the machine has them, memory as Kubernetes can give it away."""
    usable = usable_nodes(nodes)
    fit = [
        node
        for node in usable
        if cores_of(str((node["status"].get("capacity") or {}).get("cpu", "0"))) >= workers.cores
        and gibibytes_of(str((node["status"].get("allocatable") or {}).get("memory", "0"))) >= workers.memory_gib
    ]
    if len(fit) >= workers.nodes:
        return []
    sizes = ", ".join(sorted({_size(node) for node in usable})) or "no node takes pods"
    return [
        Finding(
            "nodes for Spark workers",
            f"{workers.nodes} with {workers.cores:g} cores and {workers.memory_gib:g} GiB each, one worker a node",
            f"{len(fit)}, {workers.nodes - len(fit)} short; there are nodes of {sizes}",
            "all nodes that take pods",
            "take a larger VM class (best-effort-2xlarge or larger), or smaller workers with fate_sizing",
        )
    ]


def vm_class_findings(nodes: Sequence[KubeObject], reference: Reference) -> list[Finding]:
    """Nodes whose VM class is not of the wanted kind, as far as they say which they have."""
    classes = {node["metadata"]["name"]: (node["metadata"].get("labels") or {}).get(_INSTANCE_TYPE, "") for node in nodes}
    others = {name: found for name, found in classes.items() if found and not found.startswith(reference.vm_class)}
    if not reference.vm_class or not others:
        return []
    text = ", ".join(f"{name}: {found}" for name, found in sorted(others.items()))
    fix = "have the nodes made from a guaranteed class: what best-effort classes promise, other VMs of the host may take"
    return [Finding("VM class", f"{reference.vm_class}*", text, f"label {_INSTANCE_TYPE}", fix, Severity.WARNING)]


def undercut(parts: Parts, reference: Reference) -> list[Finding]:
    """Where the site's own numbers are below the reference; each a warning."""
    found = []
    for name, limits in sorted(parts.pods.items()):
        worker = name in parts.workers
        cores, memory = (reference.worker_cores, reference.worker_memory_gib) if worker else (reference.pod_cores, reference.pod_memory_gib)
        if limits.get("cpu") and cores_of(str(limits["cpu"])) < cores:
            found.append(_below(f"pod {name}", f"{cores:g} cores", f"{cores_of(str(limits['cpu'])):g} cores", "limits.cpu"))
        if limits.get("memory") and gibibytes_of(str(limits["memory"])) < memory:
            found.append(_below(f"pod {name}", f"{memory:g} GiB", f"{gibibytes_of(str(limits['memory'])):g} GiB", "limits.memory"))
    for name, size in sorted(parts.volumes.items()):
        least = reference.volume_gib
        if name in parts.dataset_volumes:
            least = max(least, reference.dataset_factor * reference.dataset_gib)
        if gibibytes_of(str(size)) < least:
            found.append(_below(f"volume {name}", f"{least:g} GiB", f"{gibibytes_of(str(size)):g} GiB", "volumes"))
    return found


def dataset_findings(parts: Parts, reference: Reference) -> list[Finding]:
    """Volumes that cannot hold the dataset the inventory speaks of, whatever the profile."""
    least = reference.dataset_factor * reference.dataset_gib
    small = {name: size for name, size in parts.volumes.items() if name in parts.dataset_volumes and gibibytes_of(str(size)) < least}
    return [
        Finding(
            f"volume {name}",
            f"{least:g} GiB: {reference.dataset_factor:g} times the dataset of {reference.dataset_gib:g} GiB",
            f"{gibibytes_of(str(size)):g} GiB, {least - gibibytes_of(str(size)):g} short",
            "fate_sizing.volumes",
            "give it more, or correct preflight_dataset_gib",
        )
        for name, size in sorted(small.items())
    ]


def _below(what: str, wanted: str, found: str, where: str) -> Finding:
    return Finding(what, f"at least {wanted}", found, f"fate_sizing, {where}", "give it what the reference has", Severity.WARNING)


def _takes_pods(node: KubeObject) -> bool:
    spec = node.get("spec") or {}
    if spec.get("unschedulable"):
        return False
    if any(taint.get("effect") in ("NoSchedule", "NoExecute") for taint in spec.get("taints") or []):
        return False
    return holds(node, "Ready")


def _sum(nodes: Sequence[KubeObject]) -> tuple[float, float]:
    allocatable = [node["status"].get("allocatable") or {} for node in nodes]
    return (
        sum(cores_of(str(node.get("cpu", "0"))) for node in allocatable),
        sum(gibibytes_of(str(node.get("memory", "0"))) for node in allocatable),
    )


def _size(node: KubeObject) -> str:
    cores = cores_of(str((node["status"].get("capacity") or {}).get("cpu", "0")))
    memory = gibibytes_of(str((node["status"].get("allocatable") or {}).get("memory", "0")))
    return f"{cores:g} cores and {memory:.1f} GiB"


def _requests(pod: KubeObject, resource: str) -> list[str]:
    containers = pod["spec"].get("containers") or []
    asked = [((container.get("resources") or {}).get("requests") or {}).get(resource) for container in containers]
    return [str(amount) for amount in asked if amount is not None]


def _cores(pod: KubeObject) -> float:
    return sum(map(cores_of, _requests(pod, "cpu")))


def _memory(pod: KubeObject) -> float:
    return sum(map(gibibytes_of, _requests(pod, "memory")))
