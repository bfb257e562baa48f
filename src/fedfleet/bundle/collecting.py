"""What goes into a bundle of one site: its objects, events, logs and versions, as texts by name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from fedfleet.bundle.redaction import Redactor, secret_values
from fedfleet.errors import FedFleetError
from fedfleet.kube import ForbiddenError, KubeError
from fedfleet.kube.connection import THREADS
from fedfleet.kube.evidence import as_lines
from fedfleet.safe_yaml import SAFE_DUMPER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from fedfleet.kube import Client, KubeObject
    from fedfleet.sites import InventorySite

LOG_LINES = 500
LOG_BYTES = 256 * 1024
# Kinds of the site's own namespace, and of the cluster as far as they may be read.
_KINDS = (
    ("Pod", "v1"), ("Service", "v1"), ("ConfigMap", "v1"), ("PersistentVolumeClaim", "v1"), ("ServiceAccount", "v1"), ("ResourceQuota", "v1"),
    ("LimitRange", "v1"), ("Deployment", "apps/v1"), ("StatefulSet", "apps/v1"), ("ReplicaSet", "apps/v1"), ("Job", "batch/v1"),
    ("NetworkPolicy", "networking.k8s.io/v1"), ("Ingress", "networking.k8s.io/v1"), ("PodDisruptionBudget", "policy/v1"),
    ("EndpointSlice", "discovery.k8s.io/v1"),
)  # fmt: skip
_CLUSTER_KINDS = (("Node", "v1"), ("StorageClass", "storage.k8s.io/v1"), ("IngressClass", "networking.k8s.io/v1"))
_EVENTS = 500


@dataclass(frozen=True)
class Page:
    """One file of a bundle: its name in it, and its text, with nothing secret in it any more."""

    name: str
    text: str


def all_secrets(sites: Sequence[InventorySite]) -> dict[str, list[KubeObject] | Page]:
    """Every site's Secrets by the site's name, or the page that says why they cannot be read.

    They are read before anything else: what is secret at one site may be written down at another.
    """
    found: dict[str, list[KubeObject] | Page] = {}
    for site in sites:
        try:
            with site.connect() as client:
                found[site.name] = client.list("Secret", site.namespace, api_version="v1")
        except ForbiddenError as error:
            # Without knowing what is secret, nothing that may hold it is written.
            text = f"The Secrets of {site.namespace} cannot be read, so nothing else was collected. {error.summary}.\n"
            found[site.name] = Page(f"{site.name}/secrets-unreadable.txt", text)
        except FedFleetError as error:
            found[site.name] = Page(f"{site.name}/unreachable.txt", Redactor(()).text(str(error)) + "\n")
    return found


def knowing(secrets: Iterable[list[KubeObject] | Page]) -> Redactor:
    """A redactor that knows all values of all Secrets."""
    return Redactor(value for found in secrets if not isinstance(found, Page) for value in secret_values(found))


def site_pages(site: InventorySite, secrets: Sequence[KubeObject], redactor: Redactor, told: Callable[[str], None]) -> Iterator[Page]:
    """The pages of a site, the most telling first; what cannot be read is a page that says why."""
    try:
        with site.connect() as client:
            yield from _pages(client, site, secrets, redactor, told)
    except FedFleetError as error:
        yield Page(f"{site.name}/interrupted.txt", redactor.text(str(error)) + "\n")


def _pages(
    client: Client, site: InventorySite, secrets: Sequence[KubeObject], redactor: Redactor, told: Callable[[str], None]
) -> Iterator[Page]:
    namespace = site.namespace
    told(f"{site.name}: reading objects and events")
    pods = client.list("Pod", namespace, api_version="v1")
    events = _events(client, namespace)
    yield Page(f"{site.name}/status.txt", redactor.text(status_text(client.version(), pods, events)))
    yield Page(f"{site.name}/events.txt", redactor.text("\n".join(as_lines(events, _EVENTS)) + "\n"))
    yield _objects(site.name, "Secret", secrets, redactor)
    for kind, version in _KINDS:
        found = pods if kind == "Pod" else _listed(client, site, kind, version, namespace)
        yield found if isinstance(found, Page) else _objects(site.name, kind, found, redactor)
    for kind, version in _CLUSTER_KINDS:
        found = _listed(client, site, kind, version, None)
        yield found if isinstance(found, Page) else _objects(f"{site.name}/cluster", kind, found, redactor)
    told(f"{site.name}: reading logs of {len(pods)} pods")
    yield from _logs(client, site, pods, redactor)


def _listed(client: Client, site: InventorySite, kind: str, version: str, namespace: str | None) -> list[KubeObject] | Page:
    try:
        return client.list(kind, namespace, api_version=version)
    except KubeError as error:
        return Page(f"{site.name}/unreadable/{kind}.txt", f"{error.summary}\n")


def _events(client: Client, namespace: str) -> list[KubeObject]:
    try:
        return client.list("Event.", namespace, api_version="v1")
    except KubeError:
        return []


def _objects(folder: str, kind: str, found: Sequence[KubeObject], redactor: Redactor) -> Page:
    cleaned = [redactor.object(each) for each in found]
    text = yaml.dump_all(cleaned, Dumper=SAFE_DUMPER, sort_keys=False, allow_unicode=True, width=10_000)
    # Once more over the whole: folding and quoting make other texts of the same values.
    return Page(f"{folder}/objects/{kind}.yaml", redactor.text(text))


def _logs(client: Client, site: InventorySite, pods: Sequence[KubeObject], redactor: Redactor) -> Iterator[Page]:
    wanted = [
        (pod["metadata"]["name"], container["name"], previous)
        for pod in pods
        for container in [*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]]
        for previous in (False, True)
        if not previous or _restarted(pod, container["name"])
    ]

    def read(which: tuple[str, str, bool]) -> Page:
        pod, container, previous = which
        name = f"{site.name}/logs/{pod}/{container}{'.previous' if previous else ''}.log"
        try:
            text = client.logs(pod, site.namespace, container, LOG_LINES, previous=previous)
        except KubeError as error:
            return Page(name, f"[no log: {error.summary}]\n")
        return Page(name, redactor.text(tail(text, LOG_BYTES)))

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        yield from pool.map(read, wanted)


def _restarted(pod: KubeObject, container: str) -> bool:
    status = pod.get("status") or {}
    statuses = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return any(each["name"] == container and each.get("restartCount") for each in statuses)


def tail(text: str, size: int) -> str:
    """The end of a text, of at most ``size`` bytes, from the beginning of a line; says what is missing."""
    encoded = text.encode()
    if len(encoded) <= size:
        return text
    kept = encoded[-size:].partition(b"\n")[2].decode("utf-8", "replace")
    return f"[the first {len(encoded) - size} bytes are left out]\n{kept}"


def status_text(version: str, pods: Sequence[KubeObject], events: Sequence[KubeObject]) -> str:
    """What `kubectl describe` says of pods, in short: where they run, their containers, conditions and last events."""
    lines = [f"Kubernetes {version}", ""]
    for pod in sorted(pods, key=lambda each: str(each["metadata"]["name"])):
        status, name = pod.get("status") or {}, pod["metadata"]["name"]
        lines.append(f"pod {name}: {status.get('phase')} on {pod['spec'].get('nodeName') or 'no node'}, since {status.get('startTime')}")
        for each in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
            lines.append(
                f"  container {each['name']}: {_state(each.get('state'))}, {each.get('restartCount', 0)} restarts; image {each.get('imageID')}"
            )
            if each.get("lastState"):
                lines.append(f"    before: {_state(each['lastState'])}")
        false = [each for each in status.get("conditions") or [] if each.get("status") != "True"]
        lines += [f"  {each['type']} is {each['status']}: {each.get('reason', '')} {each.get('message', '')}".rstrip() for each in false]
        own = [event for event in events if (event.get("involvedObject") or {}).get("name") == name]
        lines += [f"  {line}" for line in as_lines(own, 5)]
    return "\n".join(lines) + "\n"


def _state(state: Any) -> str:
    for kind, more in (state or {}).items():
        told = [str(more[key]) for key in ("reason", "exitCode", "startedAt", "finishedAt", "message") if more.get(key) is not None]
        return f"{kind} ({', '.join(told)})" if told else str(kind)
    return "unknown"
