"""Checks of the site's volumes and pods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fedfleet.checks.look import seen
from fedfleet.checks.model import Check, Level, Outcome, judged
from fedfleet.kube import judge
from fedfleet.kube.quantities import gibibytes_of
from fedfleet.kube.troubles import of_pod

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fedfleet.checks.look import Look
    from fedfleet.kube import KubeObject


DISK_PERCENT = (80.0, 95.0)
# A file system has a little less than its claim; one with so many times more is not the claim's alone.
_SHARED = 1.5
RESTART_WINDOW = timedelta(hours=1)
# What each kind of site cannot be without, by kind and name.
COMPONENTS = {
    "party": (("StatefulSet", "python"), ("Deployment", "nginx")),
    "exchange": (("Deployment", "traffic-server"), ("Deployment", "nginx")),
}


def claims(look: Look) -> Iterable[Outcome]:
    """Claims that have their volume."""
    for claim in seen(look.claims):
        phase = str((claim.get("status") or {}).get("phase") or "Pending")
        yield Outcome(Level.OK if phase == "Bound" else Level.FAILURE, f"claim {claim['metadata']['name']}", phase, "Bound")


def classes(look: Look) -> Iterable[Outcome]:
    """Classes of the site's claims: there, and volumes of them may grow."""
    known = {item["metadata"]["name"]: item for item in seen(look.classes)}
    for name in sorted({str(claim["spec"].get("storageClassName") or "") for claim in seen(look.claims)} - {""}):
        item = known.get(name)
        if item is None:
            yield Outcome(Level.FAILURE, f"StorageClass {name}", "not there any more", "the class that claims name")
        else:
            grows = bool(item.get("allowVolumeExpansion"))
            text = "volumes can grow" if grows else "volumes cannot grow"
            yield Outcome(Level.OK if grows else Level.WARNING, f"StorageClass {name}", text, "volumes that can grow")


def disks(look: Look) -> Iterable[Outcome]:
    """How full volumes are. Where a volume is a folder of a larger one, df tells of that: what fills it fills them all."""
    claimed = {claim["metadata"]["name"]: _capacity(claim) for claim in seen(look.claims)}
    for disk in seen(look.disks):
        size = f"{disk.percent:.0f} % of {disk.size / 1024**3:.1f} GiB used"
        capacity = claimed.get(disk.claim, 0.0)
        if capacity and disk.size / 1024**3 > _SHARED * capacity:
            size += f", which this claim of {capacity:g} GiB shares with others"
        yield Outcome(judged(disk.percent, *DISK_PERCENT), f"volume {disk.claim}", size, f"at most {DISK_PERCENT[0]:g} %")


def _capacity(claim: KubeObject) -> float:
    """GiB; 0 for a claim that has no volume yet."""
    return gibibytes_of(str(((claim.get("status") or {}).get("capacity") or {}).get("storage", "0")))


def components(look: Look) -> Iterable[Outcome]:
    """What the site cannot be without is deployed."""
    there = {(item["kind"], item["metadata"]["name"]) for item in seen(look.workloads)}
    for kind, name in COMPONENTS[look.place.kind]:
        found = (kind, name) in there
        yield Outcome(Level.OK if found else Level.FAILURE, f"{kind} {name}", "deployed" if found else "not there", "deployed")


def workloads(look: Look) -> Iterable[Outcome]:
    """Everything that is deployed is ready; where some replicas are, it is a warning."""
    for item in seen(look.workloads):
        verdict = judge(item)
        ready = (item.get("status") or {}).get("readyReplicas") or 0
        level = Level.OK if verdict.ready else Level.WARNING if ready else Level.FAILURE
        yield Outcome(level, f"{item['kind']} {item['metadata']['name']}", verdict.text, "all ready")


def troubles(look: Look) -> Iterable[Outcome]:
    """Pods that something keeps from running."""
    found = seen(look.pods)
    for pod in found:
        name, trouble = f"pod {pod['metadata']['name']}", of_pod(pod, {})
        if trouble is not None:
            yield Outcome(Level.FAILURE, name, trouble.text.removeprefix(f"{name}, "), "running", trouble.next_step)
        elif crashing := _crashing(pod):
            yield Outcome(Level.FAILURE, name, f"{', '.join(crashing)} crashes again and again", "running")
        elif (pod.get("status") or {}).get("phase") == "Pending":
            text = judge(pod).text
            if text.startswith("not scheduled"):
                yield Outcome(Level.FAILURE, name, text, "a node that takes it")
        elif (pod.get("status") or {}).get("reason") == "Evicted":
            yield Outcome(Level.WARNING, name, "evicted", "none")
    if found and not any((pod.get("status") or {}).get("phase") == "Running" for pod in found):
        yield Outcome(Level.FAILURE, "pods", "none is running", "running")
    elif found:
        yield Outcome(Level.OK, "pods", f"{len(found)} looked at", "no trouble")


def _crashing(pod: KubeObject) -> list[str]:
    """Containers that wait to be started again; whoever waits for a pod gives them longer than somebody who looks once."""
    status = pod.get("status") or {}
    containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return [each["name"] for each in containers if ((each.get("state") or {}).get("waiting") or {}).get("reason") == "CrashLoopBackOff"]


def restarts(look: Look) -> Iterable[Outcome]:
    """Containers that ended not long ago and were started again."""
    for pod in seen(look.pods):
        for name, ended, reason, count in _ends(pod):
            if look.now - ended < RESTART_WINDOW:
                minutes = (look.now - ended) // timedelta(minutes=1)
                text = f"restarted {minutes} min ago after {reason}, {count} times in all"
                yield Outcome(Level.WARNING, f"pod {pod['metadata']['name']}, {name}", text, "no restart within an hour")


def _ends(pod: KubeObject) -> Iterator[tuple[str, datetime, str, int]]:
    for container in (pod.get("status") or {}).get("containerStatuses") or []:
        ended = (container.get("lastState") or {}).get("terminated") or {}
        if ended.get("finishedAt"):
            moment = datetime.fromisoformat(ended["finishedAt"]).astimezone(UTC)
            reason = f"{ended.get('reason') or 'its end'} (exit code {ended.get('exitCode')})"
            yield container["name"], moment, reason, int(container.get("restartCount") or 0)


def addresses(look: Look) -> Iterable[Outcome]:
    """Services that others reach have an address."""
    for service in seen(look.services):
        if service["spec"].get("type") == "LoadBalancer":
            verdict = judge(service)
            yield Outcome(
                Level.OK if verdict.ready else Level.FAILURE, f"Service {service['metadata']['name']}", verdict.text, "an address"
            )


POD_CHECKS = (
    Check(
        "storage-claims", "storage", "claims are bound",
        "Look at the claim's events: kubectl describe pvc NAME. Preflight says whether its class can bind",
        "A pod whose claim has no volume does not start.",
        claims,
    ),
    Check(
        "storage-classes", "storage", "StorageClasses are there and let volumes grow",
        "Bring the class back, or set allowVolumeExpansion on it",
        "Volumes stay when their class goes, but no new one can be made. A full volume that cannot grow means moving the data. Needs cluster rights.",
        classes,
    ),
    Check(
        "storage-full", "storage", "volumes have room",
        "Give the volume more with fate_sizing.volumes and run site.yml, or remove old jobs and data",
        "MariaDB, Pulsar and HDFS stop taking anything when their volume is full, and jobs fail. Read with df inside the pods.",
        disks,
    ),
    Check(
        "pods-deployed", "pods", "the site's components are deployed",
        "Run site.yml",
        "FATE Flow and nginx at a party, Traffic Server and nginx at an exchange: without one of them the site is not in the federation.",
        components,
    ),
    Check(
        "pods-ready", "pods", "everything that is deployed is ready",
        "Look at the pods that are not: kubectl get pods, then kubectl describe and kubectl logs",
        "Each Deployment and StatefulSet has as many ready replicas as it asks for. Some missing is a warning: the others carry on.",
        workloads,
    ),
    Check(
        "pods-trouble", "pods", "no pod is in trouble",
        "Read the container's last lines: kubectl logs NAME --previous",
        "Crashing containers, images that cannot be pulled, configuration that is missing, pods that no node takes.",
        troubles,
    ),
    Check(
        "pods-restarts", "pods", "no container restarted lately",
        "Read what it said before: kubectl logs NAME --previous. OOMKilled asks for a larger memory limit",
        "A container that was restarted works again, but what it did at the time may have failed. A job whose FATE Flow restarted hangs.",
        restarts,
    ),
    Check(
        "pods-addresses", "pods", "load balancers have addresses",
        "Look at the Service's events, and at the load balancer's address pool",
        "Without an address nobody outside reaches the site. The address is on the site's card: when it changes, the card has to be sent again.",
        addresses,
    ),
)  # fmt: skip
