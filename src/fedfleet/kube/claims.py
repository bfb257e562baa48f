"""Whether a pending claim is as it should be: that depends on its StorageClass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.kube import evidence, objects
from fedfleet.kube.errors import ForbiddenError
from fedfleet.kube.predicates import Verdict

if TYPE_CHECKING:
    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery
    from fedfleet.kube.refs import KubeObject

_LATE = "WaitForFirstConsumer"
_NO_CLASS = "Make that StorageClass, or delete the claim and name another class"
_NO_DEFAULT = "Name a StorageClass in storage_classes, or have the platform team mark one as the default"
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


class BindingModes:
    """The binding modes of StorageClasses, each asked for once; None for a class that is not there."""

    def __init__(self, connection: Connection, discovery: Discovery) -> None:
        self._connection = connection
        self._discovery = discovery
        self._modes: dict[str, str | None] = {}

    def judge(self, claim: KubeObject, verdict: Verdict) -> Verdict:
        """``verdict`` on a claim that is not bound, made right with what its class says."""
        name = claim["spec"].get("storageClassName")
        if verdict.text != "pending" or verdict.hopeless or claim["spec"].get("volumeName"):
            return verdict
        if name is None and not self._has_default():
            text = "pending: it names no StorageClass, and the cluster has no default one"
            return Verdict(ready=False, text=text, hopeless=True, next_step=_NO_DEFAULT)
        if not name:
            return verdict
        if name not in self._modes:
            self._modes[name] = self._ask(name, claim)
        mode = self._modes[name]
        if mode is None:
            return Verdict(ready=False, text=f"pending: there is no StorageClass {name!r}", hopeless=True, next_step=_NO_CLASS)
        if mode == _LATE:
            return Verdict(ready=True, text="pending until its first pod")
        return verdict

    def _has_default(self) -> bool:
        """Whether the cluster has a default class; asked anew each time, for one may be marked while a claim waits."""
        try:
            classes = objects.read_all(self._connection, self._discovery.resource("StorageClass"), None)
        except ForbiddenError:
            return True
        return any((found["metadata"].get("annotations") or {}).get(_DEFAULT) == "true" for found in classes)

    def _ask(self, name: str, claim: KubeObject) -> str | None:
        try:
            found = objects.read(self._connection, self._discovery.resource("StorageClass"), "", name)
        except ForbiddenError:
            # A namespace's administrator may not read classes; the claim's own events tell.
            metadata = claim["metadata"]
            events = evidence.events_of(self._connection, self._discovery, metadata["namespace"], "PersistentVolumeClaim", metadata["name"])
            return _LATE if any(event.get("reason") == _LATE for event in events) else "Immediate"
        return str(found.get("volumeBindingMode") or "Immediate") if found is not None else None
