"""Signs, in a pod or in events, that waiting longer is of little use. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.kube.refs import KubeObject, ObjectRef

MAX_RESTARTS = 5
"""So often may a container crash before it is given up; the fifth comes about two minutes after the first."""

# Seconds for which a container may wait for a reason before it is given up. Those that nothing but a new definition
# cures have none; the others are also seen in passing while registries and Secrets of the same run come up.
_GRACE = {
    "InvalidImageName": 0.0,
    "ErrImageNeverPull": 0.0,
    "ImageInspectError": 15.0,
    "ErrImagePull": 120.0,
    "ImagePullBackOff": 120.0,
    "CreateContainerConfigError": 20.0,
    "CreateContainerError": 20.0,
    "RunContainerError": 20.0,
}
_SAME = {"ErrImagePull": "ImagePullBackOff", "RunContainerError": "CreateContainerError"}
# What registries say of an image that is not there or not for us (containerd quotes them, and the names of gRPC's codes).
_NO_SUCH_IMAGE = re.compile(
    r"not found|NotFound|manifest unknown|name unknown|no match for platform|unauthorized|authentication required|denied|forbidden",
    re.IGNORECASE,
)
_NO_SUCH_IMAGE_SECONDS = 15.0
# How a container ends that could not even begin, before it is called CrashLoopBackOff like all others.
_NEVER_BEGAN = frozenset({"ContainerCannotRun", "StartError"})
_CRASHING_BEFORE_SECONDS = 90.0
_REFUSED_SECONDS = 10.0
_UNPROVISIONED_SECONDS = 20.0


@dataclass(frozen=True)
class Trouble:
    """Something that keeps a pod from running.

    Attributes:
        key: equal for the same trouble seen again, so that its age can be kept.
        text: what it is, in words.
        grace: seconds it must last before it is believed.
        pod, container: whose log may tell more; empty where there is none.
    """

    key: tuple[str, ...]
    text: str
    grace: float
    pod: str = ""
    container: str = ""
    next_step: str = ""


def of_pod(pod: KubeObject, restarts_at_first: dict[tuple[str, str], int]) -> Trouble | None:
    """The worst trouble of a pod; ``restarts_at_first`` is kept from call to call by the waiter.

    A container that had crashed often before anyone waited for it may be on its way back after an outage: it is
    given more time than one that crashes in front of our eyes.
    """
    if pod["metadata"].get("deletionTimestamp"):
        return None
    uid = pod["metadata"].get("uid", "")
    found = [
        trouble
        for container in _containers(pod)
        if (trouble := _of_container(pod, container, restarts_at_first.setdefault((uid, container["name"]), _restarts(container))))
    ]
    return min(found, key=lambda trouble: trouble.grace) if found else None


def _of_container(pod: KubeObject, container: dict[str, Any], restarts_at_first: int) -> Trouble | None:
    waiting = (container.get("state") or {}).get("waiting") or {}
    ended = (container.get("lastState") or {}).get("terminated") or {}
    reason, message = waiting.get("reason") or "", waiting.get("message") or ""
    if reason in ("CrashLoopBackOff", "RunContainerError") and ended:
        message = f"ended with {ended.get('exitCode')}, {ended.get('reason')}: {ended.get('message') or ''}".rstrip(": ")
    if reason == "CrashLoopBackOff" and ended.get("reason") in _NEVER_BEGAN:
        reason = "RunContainerError"
    if reason == "CrashLoopBackOff" and _restarts(container) >= MAX_RESTARTS:
        grace = _CRASHING_BEFORE_SECONDS if restarts_at_first >= MAX_RESTARTS else 0.0
        message = f"{message} ({_restarts(container)} restarts)"
    elif reason in _GRACE:
        # A registry that is not up yet answers later; one that has answered says the same until somebody pushes the image.
        answered = "Pull" in reason and _NO_SUCH_IMAGE.search(message)
        grace = min(_GRACE[reason], _NO_SUCH_IMAGE_SECONDS) if answered else _GRACE[reason]
    else:
        return None
    name, pod_name = container["name"], pod["metadata"]["name"]
    return Trouble(
        key=(pod["metadata"].get("uid", ""), name, _SAME.get(reason, reason)),
        text=f"pod {pod_name}, container {name}: {reason}" + (f": {message}" if message else ""),
        grace=grace,
        pod=pod_name,
        container=name,
        next_step=_advice(reason),
    )


def wanted_pods(obj: KubeObject) -> int:
    """How many pods a workload asks for."""
    spec, status = obj["spec"], obj.get("status") or {}
    if obj["kind"] == "DaemonSet":
        return int(status.get("desiredNumberScheduled") or 0)
    wanted = spec.get("parallelism" if obj["kind"] == "Job" else "replicas")
    return 1 if wanted is None else int(wanted)


def of_refusals(ref: ObjectRef, events: Iterable[KubeObject], seen_first: frozenset[tuple[str, int]]) -> Trouble | None:
    """The refusal to create pods that the newest event about creating them tells of.

    ``seen_first`` are the marks of events that were there when waiting began: those may be long put right.
    """
    creations = [event for event in events if event.get("reason") in ("FailedCreate", "SuccessfulCreate")]
    if not creations:
        return None
    # Times are in whole seconds: in doubt it is a success, and the next attempt will tell.
    newest = max(creations, key=lambda event: (_when(event), event["reason"] == "SuccessfulCreate"))
    if newest["reason"] != "FailedCreate" or mark(newest) in seen_first:
        return None
    return _refused(ref, str(newest.get("message") or ""))


def of_replica_failure(ref: ObjectRef, failure: dict[str, Any]) -> Trouble | None:
    """The same, from a Deployment's ReplicaFailure condition."""
    if failure.get("status") != "True":
        return None
    return _refused(ref, str(failure.get("message") or failure.get("reason") or ""))


def of_provisioning(claim: str, events: Iterable[KubeObject], seen_first: frozenset[tuple[str, int]]) -> Trouble | None:
    """The failure to make a volume that the newest event about making it tells of; ``seen_first`` as for refusals."""
    attempts = [event for event in events if event.get("reason") in ("ProvisioningFailed", "ProvisioningSucceeded")]
    if not attempts:
        return None
    newest = max(attempts, key=lambda event: (_when(event), event["reason"] == "ProvisioningSucceeded"))
    if newest["reason"] != "ProvisioningFailed" or mark(newest) in seen_first:
        return None
    return Trouble(
        ("provisioning", claim),
        f"claim {claim} gets no volume: {newest.get('message') or 'its provisioner does not say why'}",
        _UNPROVISIONED_SECONDS,
        next_step="Claim less, name another StorageClass, or have the platform team look at the class' provisioner; no data is lost",
    )


def claims_of(pod: KubeObject) -> list[str]:
    """The names of the claims that a pod without a node waits for; none of a pod that has one."""
    if pod["spec"].get("nodeName"):
        return []
    sources = [volume.get("persistentVolumeClaim") or {} for volume in pod["spec"].get("volumes") or []]
    return [str(source["claimName"]) for source in sources if source.get("claimName")]


def _refused(ref: ObjectRef, message: str) -> Trouble:
    if "exceeded quota" in message:
        advice = "Ask for a larger quota of the namespace, or ask for less"
    elif "violates PodSecurity" in message:
        advice = "Make the pod fit the namespace's Pod Security level"
    else:
        advice = "Look at the admission rules of the namespace"
    return Trouble(("refused", ref.kind, ref.name), f"its pods are refused: {message}", _REFUSED_SECONDS, next_step=advice)


def mark(event: KubeObject) -> tuple[str, int]:
    """Tells an event, and each repetition of it, from any other."""
    series = event.get("series") or {}
    return (event["metadata"].get("uid", ""), int(event.get("count") or series.get("count") or 1))


def short(pod: KubeObject) -> str:
    """What a pod is doing, in a word or two, for a line of progress; empty when it is ready."""
    for container in _containers(pod):
        state = container.get("state") or {}
        reason = (state.get("waiting") or {}).get("reason")
        if reason and reason != "PodInitializing":
            return str(reason)
    for found in (pod.get("status") or {}).get("conditions") or []:
        if found.get("type") == "PodScheduled" and found.get("status") == "False":
            return f"not scheduled: {found.get('message') or found.get('reason')}"
        if found.get("type") == "Ready" and found.get("status") == "True":
            return ""
    running = [
        container["name"] for container in _containers(pod) if (container.get("state") or {}).get("running") and not container.get("ready")
    ]
    return f"{', '.join(running)} running, not ready" if running else str((pod.get("status") or {}).get("phase") or "")


def _containers(pod: KubeObject) -> list[dict[str, Any]]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def _restarts(container: dict[str, Any]) -> int:
    return int(container.get("restartCount") or 0)


def _when(event: KubeObject) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")


def _advice(reason: str) -> str:
    if reason == "CrashLoopBackOff":
        return "Read the container's last lines"
    if "Image" in reason:
        return "Check the image's name and version, and that the nodes reach the registry and are let in"
    if reason == "CreateContainerConfigError":
        return "Check that every ConfigMap and Secret, and every key of them, that the container refers to is there"
    return "Check the container's command, mounts and security context"
