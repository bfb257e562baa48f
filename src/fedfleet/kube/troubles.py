"""Signs, in a pod or in events, that waiting longer is of little use. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.kube.refs import KubeObject

MAX_RESTARTS = 5
"""So often may a container crash before it is given up; the fifth comes about two minutes after the first."""

# Seconds for which a container may wait for a reason before it is given up. Those that nothing but a new definition
# cures have none; the others are also seen in passing while registries and Secrets of the same run come up.
_GRACE = {
    "InvalidImageName": 0.0,
    "ErrImageNeverPull": 0.0,
    "ImageInspectError": 15.0,
    "ErrImagePull": 30.0,
    "ImagePullBackOff": 30.0,
    "CreateContainerConfigError": 20.0,
    "CreateContainerError": 20.0,
    "RunContainerError": 20.0,
}
_SAME = {"ErrImagePull": "ImagePullBackOff", "RunContainerError": "CreateContainerError"}
_CRASHING_BEFORE_SECONDS = 90.0
_REFUSED_SECONDS = 10.0


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
    found: list[Trouble] = []
    for container in _containers(pod):
        waiting = (container.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason") or ""
        name, uid = container["name"], pod["metadata"].get("uid", "")
        restarts = int(container.get("restartCount") or 0)
        first = restarts_at_first.setdefault((uid, name), restarts)
        message = waiting.get("message") or _last_end(container)
        text = f"pod {pod['metadata']['name']}, container {name}: {reason}" + (f": {message}" if message else "")
        key = (uid, name, _SAME.get(reason, reason))
        place = {"pod": pod["metadata"]["name"], "container": name}
        if reason == "CrashLoopBackOff" and restarts >= MAX_RESTARTS:
            grace = _CRASHING_BEFORE_SECONDS if first >= MAX_RESTARTS else 0.0
            found.append(Trouble(key, f"{text} ({restarts} restarts)", grace, **place, next_step="Read the container's log below"))
        elif reason in _GRACE:
            found.append(Trouble(key, text, _GRACE[reason], **place, next_step=_advice(reason)))
    return min(found, key=lambda trouble: trouble.grace) if found else None


def of_refusals(kind: str, name: str, events: Iterable[KubeObject], seen_first: frozenset[tuple[str, int]]) -> Trouble | None:
    """The refusal to create pods that the newest FailedCreate event tells of.

    ``seen_first`` are the marks of events that were there when waiting began: those may be long put right.
    """
    fresh = [
        event
        for event in events
        if event.get("type") == "Warning" and event.get("reason") == "FailedCreate" and mark(event) not in seen_first
    ]
    if not fresh:
        return None
    message = str(max(fresh, key=_when).get("message") or "")
    return Trouble(("refused", kind, name), f"its pods are refused: {message}", _REFUSED_SECONDS, next_step=_refusal_advice(message))


def of_replica_failure(kind: str, name: str, failure: dict[str, Any]) -> Trouble | None:
    """The same, from a Deployment's ReplicaFailure condition."""
    if failure.get("status") != "True":
        return None
    message = str(failure.get("message") or failure.get("reason") or "")
    return Trouble(("refused", kind, name), f"its pods are refused: {message}", _REFUSED_SECONDS, next_step=_refusal_advice(message))


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


def _last_end(container: dict[str, Any]) -> str:
    ended = (container.get("lastState") or {}).get("terminated") or {}
    if not ended:
        return ""
    return f"ended with {ended.get('exitCode')} ({ended.get('reason')})"


def _when(event: KubeObject) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")


def _advice(reason: str) -> str:
    if "Image" in reason:
        return "Check the image's name and version, and that the nodes reach the registry and are let in"
    if reason == "CreateContainerConfigError":
        return "Check that every ConfigMap and Secret, and every key of them, that the container refers to is there"
    return "Check the container's command, mounts and security context"


def _refusal_advice(message: str) -> str:
    if "exceeded quota" in message:
        return "Ask for a larger quota of the namespace, or ask for less"
    if "violates PodSecurity" in message:
        return "Make the pod fit the namespace's Pod Security level"
    return "Look at the admission rules of the namespace"
