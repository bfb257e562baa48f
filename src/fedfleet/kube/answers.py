"""From the API's answers to typed errors."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.kube.errors import (
    ApiError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    OwnershipError,
    StaleError,
    UnauthorizedError,
)
from fedfleet.kube.refs import FieldConflict

if TYPE_CHECKING:
    from fedfleet.kube.connection import Reply

# apiserver: apimachinery/pkg/util/managedfields/internal/conflict.go; it quotes the manager and adds its API version.
_CONFLICT_MANAGER = re.compile(r'conflict with "([^"]+)"')


@dataclass(frozen=True)
class Action:
    """What was asked of the API, for messages.

    Attributes:
        verb, resource: what a role would have to allow, such as ``patch`` and ``deployments``.
        said: the same as people say it, such as ``apply Deployment fate/nginx``.
    """

    verb: str
    resource: str
    namespace: str = ""
    name: str = ""
    said: str = ""

    def __str__(self) -> str:
        if self.said:
            return self.said
        parts = [self.verb, self.resource]
        if self.name:
            parts.append(self.name)
        if self.namespace:
            parts.append(f"in namespace {self.namespace}")
        return " ".join(parts)


def checked(reply: Reply, action: Action) -> Reply:
    """Hand ``reply`` through when it is a success.

    Raises:
        ApiError: it is not; of the type that fits.
    """
    if reply.status < 400:
        return reply
    raise refusal(reply.status, reply.body, action, reply.origin)


def refusal(status: int, body: bytes, action: Action, origin: str) -> ApiError:
    """The typed error for an answer of 400 or above; ``origin`` says whose answer."""
    said = _status_object(body)
    message = str(said.get("message") or body[:500].decode("utf-8", "replace").strip() or f"HTTP {status}")
    reason = str(said.get("reason") or "")
    details = said.get("details") or {}
    causes = [(str(cause.get("field") or ""), str(cause.get("message") or "")) for cause in details.get("causes") or []]
    if status == 401:
        return UnauthorizedError(
            "The Kubernetes API does not accept our credentials",
            status=status,
            reason=reason,
            found=message,
            where=origin,
            next_step="Log in again or fetch a new kubeconfig; its certificate or token may have expired",
        )
    if status == 403:
        return _forbidden(message, reason, action, origin)
    if status == 404:
        return NotFoundError(
            f"Cannot {action}: there is no such object, or no such namespace",
            status=status,
            reason=reason,
            found=message,
            where=origin,
        )
    if status == 409 and any(cause.get("reason") == "FieldManagerConflict" for cause in details.get("causes") or []):
        return OwnershipError(
            f"Cannot {action}: other managers own fields that the definition sets",
            conflicts=_conflicts(causes),
            where=origin,
            next_step="See what writes them (an autoscaler, another deployment tool) and stop one of the two; "
            "force_conflicts takes the fields over (-e fedfleet_force_conflicts=true for one run of a playbook)",
        )
    if status == 409:
        return StaleError(
            f"Cannot {action}: it was changed or is being deleted at the same time",
            status=status,
            reason=reason,
            found=message,
            where=origin,
            next_step="Run again",
        )
    if status in (400, 405, 415, 422):
        immutable = any("immutable" in text or "forbidden" in text.lower() for _, text in causes) or "immutable" in message
        return InvalidError(
            f"The Kubernetes API refuses to {action}",
            status=status,
            reason=reason,
            causes=causes,
            found=message,
            where=origin,
            next_step="The field cannot be changed on an existing object: delete the object first, then run again"
            if immutable
            else "Correct the definition"
            if action.verb == "patch"
            else "",
        )
    return ApiError(
        f"The Kubernetes API failed to {action}",
        status=status,
        reason=reason,
        found=f"HTTP {status}: {message}",
        where=origin,
        next_step="Look at the API server's health and run again",
    )


def _forbidden(message: str, reason: str, action: Action, origin: str) -> ForbiddenError:
    if "exceeded quota" in message:
        return ForbiddenError(
            f"A quota does not allow to {action}",
            status=403,
            reason=reason,
            found=message,
            where=origin,
            next_step="Ask for a larger quota, or ask for less",
        )
    if "because it is being terminated" in message:
        return ForbiddenError(
            f"Cannot {action}: the namespace is being deleted",
            status=403,
            reason=reason,
            found=message,
            where=origin,
            next_step="Wait until it is gone, then run again",
        )
    return ForbiddenError(
        f"Not allowed to {action}",
        status=403,
        reason=reason,
        expected=f"permission to {action.verb} {action.resource}"
        + (f" in namespace {action.namespace}" if action.namespace else " in the whole cluster"),
        found=message,
        where=origin,
        next_step="Have the cluster's administrator bind a role with that permission, or use another context",
    )


def _conflicts(causes: list[tuple[str, str]]) -> list[FieldConflict]:
    found = []
    for field, message in causes:
        match = _CONFLICT_MANAGER.search(message)
        found.append(FieldConflict(field=field, manager=match[1] if match else message))
    return found


def _status_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
