"""Which kinds the cluster serves, and under which paths; asked once a session, and again for a kind not seen."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fedfleet.kube.answers import Action, checked
from fedfleet.kube.errors import UnknownKindError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.kube.connection import Connection

# Aggregated discovery (Kubernetes 1.30, served since 1.26): every kind in two answers.
_AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json"
)

# Where several groups serve a kind of one name, people mean the first of these.
_PREFERRED = ("", "apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io", "policy")


@dataclass(frozen=True)
class Resource:
    """How one kind is served. ``api_version`` is ``v1`` or ``group/version``."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool
    names: frozenset[str] = frozenset()

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        group, slash, _ = self.api_version.rpartition("/")
        return group if slash else ""

    def path(self, namespace: str | None = None, name: str | None = None, subresource: str | None = None) -> str:
        """The URL path of a collection, or of an object and what lies below it."""
        parts = ["/apis" if self.group else "/api", self.api_version]
        if namespace and self.namespaced:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        if subresource:
            parts.append(subresource)
        return "/".join(parts)


class Discovery:
    """The cluster's kinds, cached as long as this object lives."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._resources: tuple[Resource, ...] | None = None

    def resource(self, kind: str, api_version: str | None = None) -> Resource:
        """The resource for a kind, plural, singular or short name in any case; ``Kind.group`` narrows it down.

        Raises:
            UnknownKindError: the cluster serves no such kind.
        """
        for fresh in (False, True):
            found = choose(self.all(fresh=fresh), kind, api_version)
            if found is not None:
                return found
        asked = f"{kind} ({api_version})" if api_version else kind
        served = sorted({known.api_version for known in self.all() if _answers_to(known, kind)})
        raise UnknownKindError(
            f"The cluster serves no {asked}",
            expected=f"one of {', '.join(served)}" if served else "",
            where=self._connection.access.server,
            next_step="Install what defines it (its CRDs) first, or correct the kind and apiVersion",
        )

    def all(self, *, fresh: bool = False) -> tuple[Resource, ...]:
        """Every kind that is served; the core group first, then in the API's order of preference."""
        with self._lock:
            if self._resources is None or fresh:
                with ThreadPoolExecutor(max_workers=2) as pool:
                    core, groups = pool.map(self._ask, ("/api", "/apis"))
                self._resources = (*core, *groups)
            return self._resources

    def _ask(self, root: str) -> tuple[Resource, ...]:
        action = Action("discover", "kinds")
        answer = checked(self._connection.request("GET", root, accept=_AGGREGATED), action).json()
        if answer.get("kind") == "APIGroupDiscoveryList":
            return tuple(_aggregated(answer))
        # A server older than 1.26 lists its groups only.
        if answer.get("kind") == "APIVersions":
            versions = list(answer["versions"])
        else:
            versions = [entry["groupVersion"] for group in answer["groups"] for entry in group["versions"]]
        found: list[Resource] = []
        for version in versions:
            reply = self._connection.request("GET", f"{root}/{version}")
            # An aggregated API whose server is down must not hide all the others.
            if reply.status == 200:
                found += _listed(reply.json())
        return tuple(found)


def _aggregated(answer: dict[str, Any]) -> Iterable[Resource]:
    for group in answer.get("items") or []:
        name = group.get("metadata", {}).get("name", "")
        for version in group.get("versions") or []:
            api_version = f"{name}/{version['version']}" if name else version["version"]
            for entry in version.get("resources") or []:
                kind = (entry.get("responseKind") or {}).get("kind", "")
                aliases = [entry["resource"], entry.get("singularResource", ""), *(entry.get("shortNames") or [])]
                yield _resource(api_version, kind, entry["resource"], entry["scope"] == "Namespaced", aliases)


def _listed(answer: dict[str, Any]) -> Iterable[Resource]:
    for entry in answer.get("resources") or []:
        if "/" not in entry["name"]:
            aliases = [entry["name"], entry.get("singularName", ""), *(entry.get("shortNames") or [])]
            yield _resource(answer["groupVersion"], entry["kind"], entry["name"], entry["namespaced"], aliases)


def _resource(api_version: str, kind: str, plural: str, namespaced: bool, aliases: list[str]) -> Resource:
    names = frozenset(alias.lower() for alias in (kind, *aliases) if alias)
    return Resource(api_version=api_version, kind=kind, plural=plural, namespaced=namespaced, names=names)


def _answers_to(resource: Resource, asked: str) -> bool:
    name, dot, group = asked.partition(".")
    return name.lower() in resource.names and (not dot or resource.group == group)


def choose(resources: tuple[Resource, ...], kind: str, api_version: str | None) -> Resource | None:
    """The resource that is meant by a name of a kind, or None; ``resources`` in the API's order of preference."""
    fitting = [
        resource for resource in resources if _answers_to(resource, kind) and (not api_version or resource.api_version == api_version)
    ]
    if not fitting:
        return None
    ranks = {group: rank for rank, group in enumerate(_PREFERRED)}
    # min() keeps the API's own order, newest stable version first, within a rank.
    return min(fitting, key=lambda resource: ranks.get(resource.group, len(ranks)))
