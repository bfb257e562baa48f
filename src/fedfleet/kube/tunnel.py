"""A port of a pod, reachable on this machine for as long as it is needed, as with ``kubectl port-forward``."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.kube import objects
from fedfleet.kube.answers import Action
from fedfleet.kube.carrier import Carrier
from fedfleet.kube.errors import KubeError, TunnelError
from fedfleet.kube.predicates import judge
from fedfleet.kube.selectors import selector_text
from fedfleet.kube.streams import V4, ChannelStream

if TYPE_CHECKING:
    from types import TracebackType

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery
    from fedfleet.kube.refs import KubeObject

_OPEN_SECONDS = 15.0
_END_SECONDS = 5.0


@dataclass(frozen=True)
class _Goal:
    """Where a connection leads: a port of a pod."""

    pod: str
    port: int


class Tunnel:
    """A listener on 127.0.0.1 whose every connection leads to the target; a context manager.

    Attributes:
        host, port: where to connect to.
        failure: why the last connection came to nothing, in words; empty when none failed.
    """

    def __init__(self, connection: Connection, discovery: Discovery, namespace: str, target: str, port: int | str) -> None:
        self._connection = connection
        self._discovery = discovery
        self._namespace = namespace
        self._target = target
        self._wanted_port = port
        # Asked at once, so that what cannot work fails here and not in the middle of a conversation.
        self._first_goal = self._goal()
        # Closing the writing end makes the reading end readable for every thread at once.
        self._stop, self._running = os.pipe()
        self._closed = False
        self._threads: list[threading.Thread] = []
        self.failure = ""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host, self.port = self._listener.getsockname()[:2]
        self._acceptor = threading.Thread(target=self._accept, name=f"tunnel {target}", daemon=True)
        self._acceptor.start()

    def __enter__(self) -> Tunnel:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and end every connection."""
        if self._closed:
            return
        self._closed = True
        os.close(self._running)
        with contextlib.suppress(OSError):
            # Wakes accept(), which close() alone does not.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(timeout=_END_SECONDS)
        for thread in self._threads:
            thread.join(timeout=_END_SECONDS)
        # One that still waits for a silent API must not find another file under this number.
        if not any(thread.is_alive() for thread in self._threads):
            os.close(self._stop)

    def _accept(self) -> None:
        while not self._closed:
            try:
                local, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._carry, args=(local,), name=f"tunnel {self._target}", daemon=True)
            self._threads = [other for other in self._threads if other.is_alive()] + [thread]
            thread.start()

    def _carry(self, local: socket.socket) -> None:
        """Lead one connection to the target and back until either side ends it."""
        with local:
            try:
                stream = self._open()
            except KubeError as error:
                self.failure = error.short
                return
            self.failure = ""
            try:
                told = Carrier(local, stream, self._stop).run()
            except OSError as error:
                told = str(error)
            finally:
                stream.close()
            if told:
                self.failure = told

    def _open(self) -> ChannelStream:
        # A pod stays where it is; which pod is behind a Service has to be asked again.
        goal = self._first_goal if self._target.startswith("pod") else self._goal()
        return ChannelStream.open(
            self._connection,
            self._discovery.resource("Pod.", "v1").path(self._namespace, goal.pod, "portforward"),
            query=[("ports", str(goal.port))],
            protocols=(V4,),
            action=Action("create", "pods/portforward", self._namespace, goal.pod, f"open a tunnel to pod {self._namespace}/{goal.pod}"),
            timeout=_OPEN_SECONDS,
        )

    def _goal(self) -> _Goal:
        """The pod and port to lead to now; a Service's pods come and go."""
        kind, _, name = self._target.partition("/")
        if kind in ("pod", "pods") and name:
            pod = self._read("Pod.", name)
            if pod.get("status", {}).get("phase") != "Running":
                raise TunnelError(
                    f"Pod {self._namespace}/{name} has no running container to lead to",
                    expected="phase Running",
                    found=judge({"kind": "Pod"} | pod).text,
                )
            return _Goal(name, _container_port(pod, self._wanted_port, self._target))
        if kind in ("service", "svc", "services") and name:
            return self._behind(name)
        raise TunnelError("That is no target for a tunnel", expected="pod/NAME or service/NAME", found=repr(self._target))

    def _behind(self, name: str) -> _Goal:
        service = self._read("Service.", name)
        ports = service["spec"].get("ports") or []
        wanted = self._wanted_port
        port = next((entry for entry in ports if wanted in (entry.get("port"), entry.get("name"))), None)
        if port is None:
            raise TunnelError(
                f"Service {self._namespace}/{name} has no such port",
                expected=", ".join(str(entry.get("port")) for entry in ports),
                found=str(wanted),
            )
        selector = selector_text({"matchLabels": service["spec"].get("selector") or {}})
        if not selector:
            raise TunnelError(f"Service {self._namespace}/{name} selects no pods", next_step="Name a pod instead")
        pods = objects.read_all(self._connection, self._discovery.resource("Pod.", "v1"), self._namespace, labels=selector)
        for pod in pods:
            if judge({"kind": "Pod"} | pod).ready and pod.get("status", {}).get("phase") == "Running":
                return _Goal(pod["metadata"]["name"], _container_port(pod, port.get("targetPort", port["port"]), name))
        said = "; ".join(f"{pod['metadata']['name']}: {judge({'kind': 'Pod'} | pod).text}" for pod in pods)
        raise TunnelError(
            f"Service {self._namespace}/{name} has no ready pod",
            expected="one at least",
            found=said or f"no pod with labels {selector}",
            next_step="Wait for its workload, or look at why it is not ready",
        )

    def _read(self, kind: str, name: str) -> KubeObject:
        found = objects.read(self._connection, self._discovery.resource(kind, "v1"), self._namespace, name)
        if found is None:
            raise TunnelError(
                f"There is no {kind.rstrip('.').lower()} {self._namespace}/{name} to lead a tunnel to",
                where=self._connection.access.server,
            )
        return found


def _container_port(pod: KubeObject, port: int | str, target: str) -> int:
    if isinstance(port, int) or str(port).isdigit():
        return int(port)
    for container in pod["spec"]["containers"]:
        for entry in container.get("ports") or []:
            if entry.get("name") == port:
                return int(entry["containerPort"])
    raise TunnelError(f"{target} has no port named {port!r}", where=f"pod {pod['metadata'].get('namespace')}/{pod['metadata']['name']}")
