"""What is known about an object that failed: events and the last log lines, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.kube import objects
from fedfleet.kube.answers import Action, checked
from fedfleet.kube.errors import KubeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery
    from fedfleet.kube.refs import KubeObject


def events_of(connection: Connection, discovery: Discovery, namespace: str, kind: str, name: str) -> list[KubeObject]:
    """The events about one object, oldest first."""
    resource = discovery.resource("Event.", "v1")
    # Events about the cluster's own objects are kept in the namespace "default".
    fields = f"involvedObject.kind={kind},involvedObject.name={name}"
    return sorted(objects.read_all(connection, resource, namespace or "default", fields=fields), key=when)


def when(event: KubeObject) -> str:
    """When it was last seen, as the API writes times (they sort as text)."""
    series = event.get("series") or {}
    return str(
        series.get("lastObservedTime")
        or event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
        or ""
    )


def as_lines(events: Iterable[KubeObject], limit: int) -> list[str]:
    """The last ``limit`` events, a line each: time, what, and how often."""
    lines = []
    for event in sorted(events, key=when)[-limit:]:
        count = int(event.get("count") or (event.get("series") or {}).get("count") or 1)
        about = event.get("involvedObject") or {}
        times = f" ({count} times)" if count > 1 else ""
        lines.append(
            f"{when(event)} {event.get('type')} {about.get('kind')}/{about.get('name')} "
            f"{event.get('reason')}{times}: {' '.join(str(event.get('message') or '').split())}"
        )
    return lines


def log(
    connection: Connection,
    discovery: Discovery,
    namespace: str,
    pod: str,
    *,
    container: str | None = None,
    tail: int = 50,
    previous: bool = False,
) -> str:
    """The last lines of a container's log; of its ``previous`` run if asked."""
    query = [("tailLines", str(tail))]
    query += [("container", container)] if container else []
    query += [("previous", "true")] if previous else []
    path = discovery.resource("Pod.", "v1").path(namespace, pod, "log")
    action = Action("get", "pods/log", namespace, pod, f"read the log of pod {namespace}/{pod}")
    return checked(connection.request("GET", path, query=query, accept="*/*"), action).body.decode("utf-8", "replace")


def last_words(connection: Connection, discovery: Discovery, namespace: str, pod: KubeObject, container: str, tail: int = 20) -> str:
    """The last lines that a failing container left, from its run before if this one has said nothing yet."""
    name = pod["metadata"]["name"]
    for previous in (False, True):
        try:
            text = log(connection, discovery, namespace, name, container=container, tail=tail, previous=previous)
        except KubeError:
            # It never ran, or its log is gone; the events say why.
            continue
        if text.strip():
            return text.strip()
    return ""


def failing_container(pod: KubeObject) -> str:
    """The container of a pod whose log is worth reading: the first that is not ready."""
    status = pod.get("status") or {}
    statuses: Sequence[dict[str, object]] = [
        *(status.get("initContainerStatuses") or []),
        *(status.get("containerStatuses") or []),
    ]
    for container in statuses:
        if not container.get("ready"):
            return str(container["name"])
    return str(pod["spec"]["containers"][0]["name"])
