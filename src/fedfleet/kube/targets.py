"""One object that is waited for: how it is, what keeps it, and what is known when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.kube import evidence, objects, troubles
from fedfleet.kube.errors import ForbiddenError, UnreachableError, WaitError
from fedfleet.kube.predicates import Verdict, condition, judge
from fedfleet.kube.selectors import selector_text
from fedfleet.kube.troubles import Trouble

if TYPE_CHECKING:
    from fedfleet.kube.claims import BindingModes
    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery
    from fedfleet.kube.refs import KubeObject, ObjectRef

_WITH_PODS = frozenset({"DaemonSet", "Deployment", "Job", "Pod", "StatefulSet"})
_EVENTS = 12
_PODS_ASKED_FOR_EVENTS = 3


class Target:
    """An object that is waited for.

    Attributes:
        verdict: how it was when last looked at.
        obj: the object itself then; None when it was not there.
        troubles: what kept it then, though perhaps not for good.
    """

    def __init__(self, connection: Connection, discovery: Discovery, ref: ObjectRef) -> None:
        self._connection = connection
        self._discovery = discovery
        self._resource = discovery.resource(ref.kind, ref.api_version or None)
        self.ref = ref
        self.verdict = Verdict(ready=False, text="not there")
        self.obj: KubeObject | None = None
        self.troubles: list[Trouble] = []
        self._pods: list[KubeObject] = []
        self._happened: list[KubeObject] = []
        self._seen_first: frozenset[tuple[str, int]] | None = None
        self._claims: dict[str, list[KubeObject]] = {}
        self._claims_seen_first: dict[str, frozenset[tuple[str, int]]] = {}
        self._restarts: dict[tuple[str, str], int] = {}
        self._since: dict[tuple[str, ...], float] = {}

    def see(self) -> KubeObject | None:
        """Read the object, and nothing about it."""
        self.obj = objects.read(self._connection, self._resource, self.ref.namespace, self.ref.name)
        return self.obj

    def look(self, modes: BindingModes) -> None:
        """See how the object is now, and its pods where it has some and is not ready."""
        found, self._pods, self._claims = self.see(), [], {}
        if found is None:
            self.verdict = Verdict(ready=False, text="not there")
            return
        found = {"apiVersion": self._resource.api_version, "kind": self._resource.kind} | found
        self.verdict = judge(found)
        if not self.verdict.ready and found["kind"] == "PersistentVolumeClaim":
            self.verdict = modes.judge(found, self.verdict)
        if not self.verdict.ready and found["kind"] in _WITH_PODS:
            self._pods = self._pods_of(found)
            if len(self._pods) < troubles.wanted_pods(found):
                self._happened = self._own_events()
                if self._seen_first is None:
                    self._seen_first = frozenset(troubles.mark(event) for event in self._happened)
        self._look_at_claims(found)

    def _look_at_claims(self, found: KubeObject) -> None:
        """See what happened to the claims that keep it: itself, or those of pods that have no node yet."""
        if self.verdict.ready:
            return
        own = [self.ref.name] if found["kind"] == "PersistentVolumeClaim" else []
        for claim in dict.fromkeys([*own, *(name for pod in self._pods for name in troubles.claims_of(pod))]):
            place = (self._connection, self._discovery, self.ref.namespace, "PersistentVolumeClaim", claim)
            self._claims[claim] = evidence.events_of(*place)
            self._claims_seen_first.setdefault(claim, frozenset(troubles.mark(event) for event in self._claims[claim]))

    def describe(self) -> str:
        """How far it is, with what its pods say."""
        said = "; ".join(dict.fromkeys(text for pod in self._pods if (text := troubles.short(pod))))
        return f"{self.verdict.text} ({said})" if said and not self.verdict.ready else self.verdict.text

    def hopeless(self, now: float) -> Trouble | None:
        """What makes waiting longer pointless; ``now`` is on the monotonic clock."""
        if self.verdict.hopeless:
            return Trouble(("verdict",), self.verdict.text, 0.0, next_step=self.verdict.next_step)
        self.troubles = found = [] if self.verdict.ready else self._find_troubles()
        self._since = {trouble.key: self._since.get(trouble.key, now) for trouble in found}
        return next((trouble for trouble in found if now - self._since[trouble.key] >= trouble.grace), None)

    def _find_troubles(self) -> list[Trouble]:
        found = [troubles.of_pod(pod, self._restarts) for pod in self._pods]
        found += [troubles.of_provisioning(claim, events, self._claims_seen_first[claim]) for claim, events in self._claims.items()]
        if self.obj is not None and self.ref.kind in _WITH_PODS and len(self._pods) < troubles.wanted_pods(self.obj):
            failure = condition(self.obj, "ReplicaFailure")
            found.append(troubles.of_replica_failure(self.ref, failure))
            found.append(troubles.of_refusals(self.ref, self._happened, self._seen_first or frozenset()))
        return [trouble for trouble in found if trouble is not None]

    def failure(self, summary: str, status: str, trouble: Trouble | None = None, next_step: str = "") -> WaitError:
        """The error with all that is known: status, events, and the log of the container that fails."""
        return WaitError(
            summary,
            ref=self.ref,
            status=status,
            events=self._told_events(),
            log=self._last_words(trouble),
            hopeless=trouble is not None,
            next_step=trouble.next_step if trouble else next_step,
        )

    def _pods_of(self, obj: KubeObject) -> list[KubeObject]:
        if obj["kind"] == "Pod":
            return [obj]
        selector = selector_text(obj["spec"].get("selector") or {})
        if not selector:
            return []
        pods = self._discovery.resource("Pod.", "v1")
        return objects.read_all(self._connection, pods, obj["metadata"]["namespace"], labels=selector)

    def _own_events(self) -> list[KubeObject]:
        ref = self.ref
        return evidence.events_of(self._connection, self._discovery, ref.namespace, self._resource.kind, ref.name)

    def _told_events(self) -> list[str]:
        try:
            events = self._own_events()
            events += [event for happened in self._claims.values() for event in happened if self.ref.kind != "PersistentVolumeClaim"]
            for pod in self._pods[:_PODS_ASKED_FOR_EVENTS] if self.ref.kind != "Pod" else []:
                name = pod["metadata"]["name"]
                events += evidence.events_of(self._connection, self._discovery, self.ref.namespace, "Pod", name)
        except (ForbiddenError, UnreachableError):
            # The error that is being told counts for more than what would go with it.
            return []
        return evidence.as_lines(events, _EVENTS)

    def _last_words(self, trouble: Trouble | None) -> str:
        for pod in self._pods:
            failing = trouble is not None and trouble.pod == pod["metadata"]["name"]
            if failing or (not (trouble and trouble.pod) and troubles.short(pod)):
                container = trouble.container if trouble and failing else evidence.failing_container(pod)
                return evidence.last_words(self._connection, self._discovery, self.ref.namespace, pod, container)
        return ""
