"""When is an object what it was applied to be? One pure function a kind, over the object as the API has it.

There is no default: that something exists says nothing about it, so an unknown kind is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.kube.errors import UnknownKindError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.kube.refs import KubeObject


@dataclass(frozen=True)
class Verdict:
    """What a predicate says: ready or not, and in a few words how far it is.

    Attributes:
        hopeless: it will not become ready however long one waits.
        next_step: what to do about that.
    """

    ready: bool
    text: str
    hopeless: bool = False
    next_step: str = ""


def judge(obj: KubeObject) -> Verdict:
    """Apply the predicate of the object's kind.

    Raises:
        UnknownKindError: there is none.
    """
    kind = obj["kind"]
    require_waitable(kind)
    if obj["metadata"].get("deletionTimestamp"):
        doomed = kind in ("Namespace", "CustomResourceDefinition")
        return Verdict(ready=False, text="being deleted", hopeless=doomed, next_step="Wait until it is gone, then run again")
    return _PREDICATES[kind](obj)


def require_waitable(kind: str) -> None:
    """Do nothing for a kind that has a predicate.

    Raises:
        UnknownKindError: it has none.
    """
    if kind not in _PREDICATES:
        raise UnknownKindError(
            f"There is no telling when a {kind} is ready",
            expected=f"one of {', '.join(waitable_kinds())}",
            found=kind,
            next_step="Leave it out of what is waited for",
        )


def waitable_kinds() -> tuple[str, ...]:
    """The kinds that have a predicate."""
    return tuple(sorted(_PREDICATES))


def _status(obj: KubeObject) -> dict[str, Any]:
    return obj.get("status") or {}


def condition(obj: KubeObject, kind: str) -> dict[str, Any]:
    """The condition of that type, or an empty one."""
    for found in _status(obj).get("conditions") or []:
        if found.get("type") == kind:
            return dict(found)
    return {}


def holds(obj: KubeObject, kind: str) -> bool:
    """Whether the condition of that type is true."""
    return condition(obj, kind).get("status") == "True"


def _observed(obj: KubeObject) -> bool:
    """Whether the controller has seen the definition that is stored."""
    return int(_status(obj).get("observedGeneration") or 0) >= int(obj["metadata"].get("generation") or 0)


_UNSEEN = Verdict(ready=False, text="not yet seen by its controller")


def _deployment(obj: KubeObject) -> Verdict:
    if not _observed(obj):
        return _UNSEEN
    status, wanted = _status(obj), _wanted(obj, "replicas")
    updated, total = status.get("updatedReplicas") or 0, status.get("replicas") or 0
    available = status.get("availableReplicas") or 0
    text = f"{min(available, updated)} of {wanted} ready"
    if updated < wanted:
        return Verdict(ready=False, text=f"{text}, {updated} updated")
    if total > updated:
        return Verdict(ready=False, text=f"{text}, {total - updated} old still there")
    return Verdict(ready=available >= wanted, text=text)


def _stateful_set(obj: KubeObject) -> Verdict:
    if not _observed(obj):
        return _UNSEEN
    status, wanted = _status(obj), _wanted(obj, "replicas")
    strategy = obj["spec"].get("updateStrategy") or {}
    ready = status.get("readyReplicas") or 0
    text = f"{ready} of {wanted} ready"
    if strategy.get("type") != "OnDelete":
        partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
        # With currentRevision at updateRevision updatedReplicas is left out (StatefulSetStatus).
        updated = wanted if status.get("currentRevision") == status.get("updateRevision") else status.get("updatedReplicas") or 0
        if updated < wanted - partition:
            return Verdict(ready=False, text=f"{text}, {updated} updated")
    if (status.get("replicas") or 0) > wanted:
        return Verdict(ready=False, text=f"{text}, {status['replicas'] - wanted} too many")
    return Verdict(ready=ready >= wanted, text=text)


def _daemon_set(obj: KubeObject) -> Verdict:
    if not _observed(obj):
        return _UNSEEN
    status = _status(obj)
    wanted = status.get("desiredNumberScheduled") or 0
    available = status.get("numberAvailable") or 0
    text = f"{available} of {wanted} ready"
    updated = status.get("updatedNumberScheduled") or 0
    if (obj["spec"].get("updateStrategy") or {}).get("type") != "OnDelete" and updated < wanted:
        return Verdict(ready=False, text=f"{text}, {updated} updated")
    return Verdict(ready=available >= wanted, text=text)


def _wanted(obj: KubeObject, field: str) -> int:
    value = obj["spec"].get(field)
    return 1 if value is None else int(value)


def _job(obj: KubeObject) -> Verdict:
    status, wanted = _status(obj), _wanted(obj, "completions")
    if holds(obj, "Complete"):
        return Verdict(ready=True, text="complete")
    if holds(obj, "Failed"):
        failed = condition(obj, "Failed")
        return Verdict(ready=False, text=f"failed: {failed.get('reason')}: {failed.get('message')}", hopeless=True)
    if obj["spec"].get("suspend"):
        return Verdict(ready=False, text="suspended", hopeless=True)
    return Verdict(ready=False, text=f"{status.get('succeeded') or 0} of {wanted} complete")


def _pod(obj: KubeObject) -> Verdict:
    status = _status(obj)
    phase = status.get("phase") or "Pending"
    if phase == "Succeeded":
        return Verdict(ready=True, text="succeeded")
    if phase == "Failed":
        return Verdict(ready=False, text=f"failed: {status.get('reason') or ''} {status.get('message') or ''}".strip(), hopeless=True)
    if holds(obj, "Ready"):
        return Verdict(ready=True, text="ready")
    unscheduled = condition(obj, "PodScheduled")
    if unscheduled.get("status") == "False":
        return Verdict(ready=False, text=f"not scheduled: {unscheduled.get('message') or unscheduled.get('reason')}")
    containers = status.get("containerStatuses") or []
    ready = sum(1 for container in containers if container.get("ready"))
    wanted = len(obj["spec"].get("containers") or [])
    return Verdict(ready=False, text=f"{phase}, {ready} of {wanted} containers ready")


def _claim(obj: KubeObject) -> Verdict:
    phase = _status(obj).get("phase") or "Pending"
    return Verdict(ready=phase == "Bound", text=phase.lower(), hopeless=phase == "Lost")


def _service(obj: KubeObject) -> Verdict:
    if obj["spec"].get("type") != "LoadBalancer":
        return Verdict(ready=True, text="no load balancer asked for")
    return _address(obj, "no load balancer address yet")


def _ingress(obj: KubeObject) -> Verdict:
    return _address(obj, "no address yet from the ingress controller")


def _address(obj: KubeObject, missing: str) -> Verdict:
    points = (_status(obj).get("loadBalancer") or {}).get("ingress") or []
    found = [point.get("ip") or point.get("hostname") for point in points if point.get("ip") or point.get("hostname")]
    return Verdict(ready=bool(found), text=", ".join(found) or missing)


def _namespace(obj: KubeObject) -> Verdict:
    phase = _status(obj).get("phase") or "Pending"
    return Verdict(ready=phase == "Active", text=phase.lower(), hopeless=phase == "Terminating")


def _definition(obj: KubeObject) -> Verdict:
    names = condition(obj, "NamesAccepted")
    if names.get("status") == "False":
        return Verdict(ready=False, text=f"names not accepted: {names.get('message')}", hopeless=True)
    return Verdict(ready=holds(obj, "Established"), text="established" if holds(obj, "Established") else "not established")


def _node(obj: KubeObject) -> Verdict:
    found = condition(obj, "Ready")
    if found.get("status") == "True":
        return Verdict(ready=True, text="ready")
    return Verdict(ready=False, text=f"not ready: {found.get('message') or found.get('reason') or 'has not reported'}")


_PREDICATES: dict[str, Callable[[KubeObject], Verdict]] = {
    "CustomResourceDefinition": _definition,
    "DaemonSet": _daemon_set,
    "Deployment": _deployment,
    "Ingress": _ingress,
    "Job": _job,
    "Namespace": _namespace,
    "Node": _node,
    "PersistentVolumeClaim": _claim,
    "Pod": _pod,
    "Service": _service,
    "StatefulSet": _stateful_set,
}
