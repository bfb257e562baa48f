"""What is done to a site's workloads by way of the cluster's own means: pods are evicted, workloads brought to nothing and back.

Drill files name these functions; their arguments beside the scene are the file's `arguments`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from fedfleet.drills.faults import NoFaultError, ready_pods
from fedfleet.drills.probes import is_ready, workloads_of
from fedfleet.drills.scene import Scene

if TYPE_CHECKING:
    from fedfleet.kube import Client, KubeObject

# How many replicas a workload had, for whoever brings them back.
BEFORE: Final = "fedfleet.dev/replicas-before-drill"
_GONE_SECONDS: Final = 120.0
_PAUSE: Final = 0.5
_APPS: Final = "apps/v1"


def evict_pods(scene: Scene, component: str, within: float = 120) -> dict[str, object]:
    """Have every pod of a component evicted, one after the other: with its grace, and when its disruption budget allows it, as a node's drain does.

    Returns when all are on their way out; `refused` counts how often a budget said no.

    Raises:
        NoFaultError: none was Ready, or a budget said no for so many seconds.
    """
    client, namespace = scene.client(), scene.site.namespace
    victims = [str(pod["metadata"]["name"]) for pod in ready_pods(client, namespace, component)]
    deadline = time.monotonic() + within
    refused = 0
    for pod in victims:
        while not client.evict(pod, namespace):
            refused += 1
            if time.monotonic() > deadline:
                raise NoFaultError(
                    "A disruption budget does not let a pod be evicted", found=f"no, {refused} times", where=f"pod {namespace}/{pod}"
                )
            scene.pause(_PAUSE)
    return {"pods": victims, "refused": refused}


def scale_down(scene: Scene) -> dict[str, object]:
    """Bring every workload of the site to no replica, as when a site is shut down; volumes stay. Returns when no pod is Ready.

    Raises:
        NoFaultError: nothing is deployed, or pods stay.
    """
    client, namespace = scene.client(), scene.site.namespace
    workloads = [each for each in workloads_of(client, namespace) if _replicas(each)]
    if not workloads:
        raise NoFaultError("There is nothing to bring down", expected="a workload with replicas", where=namespace)
    for each in workloads:
        scene.pause(0)
        bring_down(client, each, 0)
    deadline = time.monotonic() + _GONE_SECONDS
    while any(is_ready(pod) for pod in client.list("Pod", namespace, api_version="v1")):
        if time.monotonic() > deadline:
            raise NoFaultError("Pods stay though no replica is wanted", where=namespace)
        scene.pause(_PAUSE)
    return {"workloads": _names(workloads)}


def scale_up(scene: Scene) -> dict[str, object]:
    """Undo ``scale_down``, whether it was done or not."""
    client, namespace = scene.client(), scene.site.namespace
    down = [each for each in workloads_of(client, namespace) if bring_back(client, each) is not None]
    return {"workloads": _names(down)}


def bring_down(client: Client, workload: KubeObject, replicas: int) -> None:
    """Bring a workload to so many replicas; how many it had lies on the object itself: whoever undoes this may know nothing else."""
    _scale(client, workload, replicas, str(_replicas(workload)))


def bring_back(client: Client, workload: KubeObject) -> int | None:
    """Undo ``bring_down``; how many replicas it has again, None where it was not brought down."""
    before = replicas_before(workload)
    if before is not None:
        _scale(client, workload, before, None)
    return before


def replicas_before(workload: KubeObject) -> int | None:
    """How many replicas a workload that is brought down had; None where it is not."""
    before = (workload["metadata"].get("annotations") or {}).get(BEFORE)
    return None if before is None else int(before)


def _scale(client: Client, workload: KubeObject, replicas: int, before: str | None) -> None:
    metadata = workload["metadata"]
    change = {"metadata": {"annotations": {BEFORE: before}}, "spec": {"replicas": replicas}}
    client.patch(workload["kind"], metadata["name"], metadata["namespace"], change, api_version=_APPS)


def _replicas(workload: KubeObject) -> int:
    return int(workload["spec"].get("replicas", 1))


def _names(workloads: list[KubeObject]) -> list[str]:
    return [f"{each['kind']} {each['metadata']['name']}" for each in workloads]
