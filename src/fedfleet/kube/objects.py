"""Single requests on objects: one function, one request, one typed answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fedfleet.kube.answers import Action, checked
from fedfleet.kube.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Resource
    from fedfleet.kube.refs import KubeObject

_PAGE = "500"
APPLY_PATCH = "application/apply-patch+yaml"
MERGE_PATCH = "application/merge-patch+json"


def read(connection: Connection, resource: Resource, namespace: str, name: str) -> KubeObject | None:
    """The object, or None where there is none (nor its namespace)."""
    action = Action("get", resource.plural, namespace, name)
    reply = connection.request("GET", resource.path(namespace, name))
    if reply.status == 404:
        return None
    found: KubeObject = checked(reply, action).json()
    return found


def read_all(connection: Connection, resource: Resource, namespace: str | None, labels: str = "", fields: str = "") -> list[KubeObject]:
    """All objects of a kind, in a namespace or (None) in all; ``labels`` and ``fields`` are selectors.

    Items carry apiVersion and kind, which the API leaves out of lists.
    """
    action = Action("list", resource.plural, namespace or "")
    found: list[KubeObject] = []
    following = ""
    while True:
        query = [("limit", _PAGE)]
        query += [("labelSelector", labels)] if labels else []
        query += [("fieldSelector", fields)] if fields else []
        query += [("continue", following)] if following else []
        reply = connection.request("GET", resource.path(namespace), query=query)
        if reply.status == 410 and following:
            # The list outlived its snapshot (etcd compaction): start again.
            found, following = [], ""
            continue
        page = checked(reply, action).json()
        for item in page.get("items") or []:
            found.append({"apiVersion": resource.api_version, "kind": resource.kind} | item)
        following = page.get("metadata", {}).get("continue") or ""
        if not following:
            return found


def apply(
    connection: Connection,
    resource: Resource,
    definition: KubeObject,
    *,
    manager: str,
    force: bool = False,
    dry_run: bool = False,
) -> tuple[KubeObject, bool]:
    """Server-side apply; returns the object as it is now (or would be) and whether it was created.

    Raises:
        OwnershipError: another manager owns a field, and ``force`` is not set.
        ApiError: any other refusal. Fields that the kind does not have are refused.
    """
    metadata = definition["metadata"]
    namespace = metadata.get("namespace") or ""
    said = f"apply {resource.kind} {namespace}/{metadata['name']}".replace(" /", " ")
    action = Action("patch", resource.plural, namespace, metadata["name"], said)
    query = [("fieldManager", manager), ("force", str(force).lower()), ("fieldValidation", "Strict")]
    query += [("dryRun", "All")] if dry_run else []
    reply = connection.request("PATCH", resource.path(namespace, metadata["name"]), query=query, body=definition, content_type=APPLY_PATCH)
    return checked(reply, action).json(), reply.status == 201


def create(connection: Connection, resource: Resource, definition: KubeObject, namespace: str = "") -> KubeObject:
    """Create an object; for reviews and the like, which are asked by creating them."""
    action = Action("create", resource.plural, namespace)
    created: KubeObject = checked(connection.request("POST", resource.path(namespace), body=definition), action).json()
    return created


def evict(connection: Connection, resource: Resource, namespace: str, name: str) -> bool:
    """Ask for a pod's eviction; False where a disruption budget does not allow it now, which the API answers with 429.

    Subresource ``eviction`` of a pod (Kubernetes, API-initiated eviction; policy/v1 since 1.22).
    """
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
    reply = connection.request("POST", resource.path(namespace, name, "eviction"), body=body)
    if reply.status == 429:
        return False
    checked(reply, Action("create", "pods/eviction", namespace, name))
    return True


def merge_patch(
    connection: Connection,
    resource: Resource,
    namespace: str,
    name: str,
    body: Mapping[str, Any],
    *,
    manager: str,
    dry_run: bool = False,
) -> KubeObject:
    """Apply a JSON merge patch (RFC 7396)."""
    action = Action("patch", resource.plural, namespace, name)
    query = [("fieldManager", manager)] + ([("dryRun", "All")] if dry_run else [])
    reply = connection.request("PATCH", resource.path(namespace, name), query=query, body=dict(body), content_type=MERGE_PATCH)
    patched: KubeObject = checked(reply, action).json()
    return patched


def remove(
    connection: Connection,
    resource: Resource,
    namespace: str,
    name: str,
    *,
    uid: str = "",
    version: str = "",
    propagation: str = "Background",
    grace: int | None = None,
    dry_run: bool = False,
) -> bool:
    """Ask for deletion; False where there was nothing to delete. With ``uid`` or ``version``, of that very object only, or as it was then.

    ``grace`` are the seconds that a pod gets to end; None leaves it to the pod.
    """
    action = Action("delete", resource.plural, namespace, name)
    options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
    preconditions = ({"uid": uid} if uid else {}) | ({"resourceVersion": version} if version else {})
    if preconditions:
        options["preconditions"] = preconditions
    if grace is not None:
        options["gracePeriodSeconds"] = grace
    if dry_run:
        options["dryRun"] = ["All"]
    try:
        checked(connection.request("DELETE", resource.path(namespace, name), body=options), action)
    except NotFoundError:
        return False
    return True
