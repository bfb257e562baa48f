"""Waiting until objects are what they were applied to be, or until there is no point in waiting."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fedfleet.kube import evidence, objects, troubles
from fedfleet.kube.connection import THREADS
from fedfleet.kube.errors import ForbiddenError, UnreachableError, WaitError
from fedfleet.kube.predicates import Verdict, condition, judge, waitable_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery, Resource
    from fedfleet.kube.refs import KubeObject, ObjectRef
    from fedfleet.kube.troubles import Trouble

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
_PROGRESS_SECONDS = 10.0
_WITH_PODS = frozenset({"DaemonSet", "Deployment", "Job", "Pod", "StatefulSet"})


@dataclass
class _Target:
    """One object that is waited for, and what was last seen of it."""

    ref: ObjectRef
    resource: Resource
    verdict: Verdict = field(default_factory=lambda: Verdict(ready=False, text="not there"))
    obj: KubeObject | None = None
    pods: list[KubeObject] = field(default_factory=list)
    first_events: frozenset[tuple[str, int]] | None = None
    restarts: dict[tuple[str, str], int] = field(default_factory=dict)
    trouble_since: dict[tuple[str, ...], float] = field(default_factory=dict)

    def describe(self) -> str:
        """How far it is, with what its pods say."""
        said = dict.fromkeys(text for pod in self.pods if (text := troubles.short(pod)))
        return f"{self.verdict.text} ({'; '.join(said)})" if said and not self.verdict.ready else self.verdict.text


class Waiter:
    """Waits for objects; times are seconds on the monotonic clock."""

    def __init__(self, connection: Connection, discovery: Discovery, progress: Callable[[str], None] | None) -> None:
        self._connection = connection
        self._discovery = discovery
        self._progress = progress
        self._binding_modes: dict[str, str | None] = {}

    def until_ready(self, refs: Sequence[ObjectRef], timeout: float) -> None:
        """Return once every object is ready.

        Raises:
            WaitError: time is up, or one of them cannot become ready.
            UnknownKindError: a kind without a predicate; nothing was waited for.
        """
        for ref in refs:
            if ref.kind not in waitable_kinds():
                judge({"kind": ref.kind, "metadata": {}})
        pending = [_Target(ref, self._discovery.resource(ref.kind, ref.api_version or None)) for ref in dict.fromkeys(refs)]
        total, deadline, pause = len(pending), time.monotonic() + timeout, _FIRST_PAUSE
        said, said_at = "", time.monotonic()
        with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="wait") as pool:
            while pending:
                try:
                    list(pool.map(self._look, pending))
                except UnreachableError as error:
                    # A control plane that restarts is no reason to give up on what runs under it.
                    if time.monotonic() >= deadline:
                        raise
                    line = f"waiting for the Kubernetes API: {error.summary}"
                else:
                    for target in pending:
                        self._give_up_if_hopeless(target)
                    pending = [target for target in pending if not target.verdict.ready]
                    if not pending:
                        return
                    line = _line(pending, total)
                now = time.monotonic()
                if now >= deadline:
                    raise self._timed_out(pending, timeout)
                if self._progress and (line != said or now - said_at >= _PROGRESS_SECONDS):
                    self._progress(line)
                    said, said_at = line, now
                time.sleep(min(pause, max(deadline - now, 0.0)))
                pause = min(pause * 1.5, _LONGEST_PAUSE)

    def until_gone(self, refs: Sequence[ObjectRef], timeout: float) -> None:
        """Return once none of the objects is there any more.

        Raises:
            WaitError: time is up.
        """
        pending = [_Target(ref, self._discovery.resource(ref.kind, ref.api_version or None)) for ref in dict.fromkeys(refs)]
        deadline, pause, said = time.monotonic() + timeout, _FIRST_PAUSE, ""
        while pending:
            for target in pending:
                target.obj = objects.read(self._connection, target.resource, target.ref.namespace, target.ref.name)
            pending = [target for target in pending if target.obj is not None]
            if not pending:
                return
            if time.monotonic() >= deadline:
                first = pending[0]
                metadata = (first.obj or {}).get("metadata", {})
                held = ", ".join(metadata.get("finalizers") or []) or "nothing that the API tells of"
                raise WaitError(
                    f"{first.ref} is still there after {timeout:.0f} s",
                    ref=first.ref,
                    status=f"being deleted since {metadata['deletionTimestamp']}, held by {held}"
                    if metadata.get("deletionTimestamp")
                    else "nobody has asked for its deletion",
                    events=self._events(first),
                    next_step="Look at what holds it; the controller of a finalizer may be down",
                )
            line = f"waiting until {len(pending)} object(s) are gone: {pending[0].ref}"
            if self._progress and line != said:
                self._progress(line)
                said = line
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _look(self, target: _Target) -> None:
        ref = target.ref
        target.obj = objects.read(self._connection, target.resource, ref.namespace, ref.name)
        if target.obj is None:
            target.verdict, target.pods = Verdict(ready=False, text="not there"), []
            return
        obj = {"apiVersion": target.resource.api_version, "kind": target.resource.kind} | target.obj
        target.verdict = judge(obj)
        if not target.verdict.ready and ref.kind == "PersistentVolumeClaim":
            target.verdict = self._judge_claim(obj, target.verdict)
        if not target.verdict.ready and ref.kind in _WITH_PODS:
            target.pods = self._pods(obj)
            if target.first_events is None:
                target.first_events = frozenset(troubles.mark(event) for event in self._raw_events(target))

    def _judge_claim(self, obj: KubeObject, verdict: Verdict) -> Verdict:
        """A pending claim is as it should be where its volume is made for its first pod."""
        name = obj["spec"].get("storageClassName")
        if verdict.text != "pending" or not name:
            return verdict
        if name not in self._binding_modes:
            classes = self._discovery.resource("StorageClass")
            try:
                found = objects.read(self._connection, classes, "", name)
            except ForbiddenError:
                # A namespace's administrator may not read classes; the claim's own events tell then.
                found = {"volumeBindingMode": self._told_by_events(obj)}
            self._binding_modes[name] = None if found is None else str(found.get("volumeBindingMode") or "Immediate")
        mode = self._binding_modes[name]
        if mode is None:
            return Verdict(ready=False, text=f"there is no StorageClass {name!r}", hopeless=True)
        if mode == "WaitForFirstConsumer":
            return Verdict(ready=True, text="pending until its first pod")
        return verdict

    def _told_by_events(self, obj: KubeObject) -> str | None:
        metadata = obj["metadata"]
        events = evidence.events_of(self._connection, self._discovery, metadata["namespace"], obj["kind"], metadata["name"])
        return "WaitForFirstConsumer" if any(e.get("reason") == "WaitForFirstConsumer" for e in events) else None

    def _pods(self, obj: KubeObject) -> list[KubeObject]:
        if obj["kind"] == "Pod":
            return [obj]
        selector = selector_text(obj["spec"].get("selector") or {})
        if not selector:
            return []
        resource = self._discovery.resource("Pod.", "v1")
        return objects.read_all(self._connection, resource, obj["metadata"]["namespace"], labels=selector)

    def _give_up_if_hopeless(self, target: _Target) -> None:
        if target.verdict.hopeless:
            raise self._failed(target, target.verdict.text, None)
        if target.verdict.ready or target.obj is None:
            return
        now = time.monotonic()
        found = [trouble for pod in target.pods if (trouble := troubles.of_pod(pod, target.restarts)) is not None]
        if target.ref.kind == "Deployment":
            refused = troubles.of_replica_failure(target.ref.kind, target.ref.name, condition(target.obj, "ReplicaFailure"))
            found += [refused] if refused else []
        elif target.ref.kind in _WITH_PODS and not target.pods:
            refused = troubles.of_refusals(target.ref.kind, target.ref.name, self._raw_events(target), target.first_events or frozenset())
            # A refusal is told of once in a while only, so it counts as long as there are no pods.
            keys = {("refused", target.ref.kind, target.ref.name)} & target.trouble_since.keys()
            found += [refused] if refused else []
            if not refused and keys:
                return
        target.trouble_since = {trouble.key: target.trouble_since.get(trouble.key, now) for trouble in found}
        for trouble in found:
            if now - target.trouble_since[trouble.key] >= trouble.grace:
                raise self._failed(target, trouble.text, trouble)

    def _failed(self, target: _Target, status: str, trouble: Trouble | None) -> WaitError:
        return WaitError(
            f"{target.ref} cannot become ready",
            ref=target.ref,
            status=status,
            events=self._events(target),
            log=self._log(target, trouble),
            hopeless=True,
            next_step=trouble.next_step if trouble else "",
        )

    def _timed_out(self, pending: Sequence[_Target], timeout: float) -> WaitError:
        target = pending[0]
        others = "; ".join(f"{other.ref}: {other.describe()}" for other in pending[1:])
        return WaitError(
            f"{target.ref} is not ready after {timeout:.0f} s",
            ref=target.ref,
            status=target.describe() + (f". Not ready either: {others}" if others else ""),
            events=self._events(target),
            log=self._log(target, None),
            next_step="If it only needs longer, run again or raise the timeout",
        )

    def _raw_events(self, target: _Target) -> list[KubeObject]:
        ref = target.ref
        return evidence.events_of(self._connection, self._discovery, ref.namespace, target.resource.kind, ref.name)

    def _events(self, target: _Target) -> list[str]:
        try:
            events = self._raw_events(target)
            for pod in target.pods[:3]:
                if target.ref.kind != "Pod":
                    events += evidence.events_of(self._connection, self._discovery, target.ref.namespace, "Pod", pod["metadata"]["name"])
        except (ForbiddenError, UnreachableError):
            return []
        return evidence.as_lines(events, 12)

    def _log(self, target: _Target, trouble: Trouble | None) -> str:
        pods = {pod["metadata"]["name"]: pod for pod in target.pods}
        if trouble is not None and trouble.pod in pods:
            return evidence.last_words(self._connection, self._discovery, target.ref.namespace, pods[trouble.pod], trouble.container)
        for pod in pods.values():
            if troubles.short(pod):
                return evidence.last_words(self._connection, self._discovery, target.ref.namespace, pod, evidence.failing_container(pod))
        return ""


def selector_text(selector: dict[str, Any]) -> str:
    """A label selector as the API takes it in a query."""
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for rule in selector.get("matchExpressions") or []:
        values = ",".join(rule.get("values") or [])
        parts.append(
            {
                "In": f"{rule['key']} in ({values})",
                "NotIn": f"{rule['key']} notin ({values})",
                "Exists": rule["key"],
                "DoesNotExist": f"!{rule['key']}",
            }[rule["operator"]]
        )
    return ",".join(parts)


def _line(pending: Sequence[_Target], total: int) -> str:
    first = pending[0]
    place = f"{first.ref.namespace}/" if first.ref.namespace else ""
    more = f" ({total - len(pending)} of {total} objects ready)" if total > 1 else ""
    return f"waiting for {first.ref.kind.lower()}/{place}{first.ref.name}: {first.describe()}{more}"
