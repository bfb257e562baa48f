"""Answers of vSphere's REST APIs: from HTTP to typed values and typed errors.

The body of an error is ``{"error_type", "messages": [{"id", "default_message", "args"}]}`` (vmware-vapi-runtime 9.1.1,
vmware/vapi/lib/rest.py; com/vmware/vapi/std/errors_client.py Error); which HTTP status goes with which error, too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from fedfleet.vsphere import errors

# 202 where the work goes on after the answer; 204 on writes.
SUCCESS = frozenset({200, 201, 202, 204})

_NO_SUCH_PATH = "com.vmware.vapi.rest.httpNotFound"

_TYPES: dict[str, type[errors.ApiError]] = {
    "ALREADY_EXISTS": errors.AlreadyExistsError,
    "INVALID_ARGUMENT": errors.InvalidArgumentError,
    "INVALID_REQUEST": errors.InvalidArgumentError,
    "INVALID_ELEMENT_CONFIGURATION": errors.InvalidArgumentError,
    "INVALID_ELEMENT_TYPE": errors.InvalidArgumentError,
    "UNEXPECTED_INPUT": errors.InvalidArgumentError,
    "ALREADY_IN_DESIRED_STATE": errors.NotAllowedError,
    "NOT_ALLOWED_IN_CURRENT_STATE": errors.NotAllowedError,
    "FEATURE_IN_USE": errors.InUseError,
    "RESOURCE_IN_USE": errors.InUseError,
    "UNABLE_TO_ALLOCATE_RESOURCE": errors.ExhaustedError,
    "UNSUPPORTED": errors.UnsupportedError,
    "UNAUTHENTICATED": errors.UnauthenticatedError,
    "UNAUTHORIZED": errors.UnauthorizedError,
    "NOT_FOUND": errors.NotFoundError,
    "OPERATION_NOT_FOUND": errors.NoSuchOperationError,
    "CONCURRENT_CHANGE": errors.StaleError,
    "RESOURCE_BUSY": errors.UnavailableError,
    "RESOURCE_INACCESSIBLE": errors.UnavailableError,
    "SERVICE_UNAVAILABLE": errors.UnavailableError,
    "TIMED_OUT": errors.UnavailableError,
}
_STATUSES: dict[int, type[errors.ApiError]] = {
    400: errors.InvalidArgumentError,
    401: errors.UnauthenticatedError,
    403: errors.UnauthorizedError,
    404: errors.NotFoundError,
    409: errors.StaleError,
    503: errors.UnavailableError,
    504: errors.UnavailableError,
}
_ADVICE: dict[type[errors.ApiError], str] = {
    errors.AlreadyExistsError: "Choose another name, or run again: what is there is compared",
    errors.InvalidArgumentError: "Put right what the message names; policies, classes and libraries go by names of this vCenter",
    errors.NotAllowedError: "Wait until it is neither being removed nor restored, then run again",
    errors.InUseError: "Remove what uses it first",
    errors.ExhaustedError: "Free what is used, or ask the vSphere administrator for more; then run again",
    errors.UnsupportedError: "Look at what this version of vCenter and the Supervisor's network support",
    errors.UnauthenticatedError: "Check user name and password, and that the account is not locked",
    errors.UnauthorizedError: "Ask the vSphere administrator for the privilege on this object",
    errors.NotFoundError: "Check the name, and that this is the right vCenter",
    errors.NoSuchOperationError: "This vCenter is older than the call; upgrade it",
    errors.StaleError: "Run again",
    errors.UnavailableError: "Wait until vCenter's services are up, then run again",
}


class Answer(BaseModel):
    """What a server says, as far as it is used here; newer fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status; ``where`` says what was asked of whom."""

    status: int
    body: bytes
    where: str

    def json(self) -> Any:
        """The parsed body; None where there is none.

        Raises:
            AnswerError: it is not JSON.
        """
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise errors.AnswerError(
                "The answer is not JSON",
                expected="JSON",
                found=self.body[:80].decode("utf-8", "replace"),
                where=self.where,
                next_step="Check that host and port are vCenter's and that no portal or proxy answers in its place",
            ) from error


def checked(reply: Reply) -> Reply:
    """The reply if it is one of success.

    Raises:
        ApiError: of the type that fits; with vSphere's own messages.
    """
    if reply.status in SUCCESS:
        return reply
    raise refusal(reply)


def refusal(reply: Reply) -> errors.ApiError:
    """The typed error of a reply that is none of success."""
    body = _mapping(reply.body)
    error_type = str(body.get("error_type") or "")
    messages = [message for message in body.get("messages") or [] if isinstance(message, dict)]
    identifiers = [str(message.get("id") or "") for message in messages]
    kind = _TYPES.get(error_type) or _STATUSES.get(reply.status) or errors.ApiError
    if kind is errors.NotFoundError and _NO_SUCH_PATH in identifiers:
        kind = errors.NoSuchOperationError
    said = [str(message.get("localized") or message.get("default_message") or message.get("id") or "") for message in messages]
    name = f"{error_type} ({reply.status})" if error_type else f"HTTP status {reply.status}"
    return kind(
        f"vCenter refuses with {name}",
        status=reply.status,
        error_type=error_type,
        identifiers=identifiers,
        found="; ".join(filter(None, said)) or "no message",
        where=reply.where,
        next_step=_ADVICE.get(kind, "Look at vCenter's own log for the time of this request"),
    )


def read(kind: type[T], value: Any, where: str) -> T:
    """``value`` as a ``kind``: a model, or a list of one.

    Raises:
        AnswerError: it is something else.
    """
    try:
        found: T = TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise errors.AnswerError(
            "The answer is not what the API documents",
            expected=first["msg"],
            found=f"{field}: {first.get('input')!r}"[:200],
            where=where,
            next_step="Check vCenter's version against those that FedFleet supports",
        ) from None
    return found


def _mapping(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
