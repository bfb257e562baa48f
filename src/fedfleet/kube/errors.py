"""What can go wrong between us and a Kubernetes API, each with a type of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube.refs import FieldConflict, ObjectRef


class KubeError(FedFleetError):
    """Anything this package raises."""


class KubeconfigError(KubeError):
    """The kubeconfig is missing, unreadable, incomplete or has no such context."""


class UnreachableError(KubeError):
    """No conversation with the API came about, or it broke off."""


class CertificateError(UnreachableError):
    """The API's certificate is not one that the kubeconfig's CA or name vouches for."""


class TimedOutError(UnreachableError):
    """The API, a command or a tunnel did not answer in time."""


class ApiError(KubeError):
    """The API answered, and the answer was no.

    Attributes:
        status: the HTTP status.
        reason: the Status object's reason, such as ``AlreadyExists``.
        causes: field and message pairs that the API gave.
    """

    def __init__(
        self,
        summary: str,
        *,
        status: int,
        reason: str = "",
        causes: Sequence[tuple[str, str]] = (),
        expected: str = "",
        found: str = "",
        where: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(summary, expected=expected, found=found, where=where, next_step=next_step)
        self.status = status
        self.reason = reason
        self.causes = tuple(causes)


class UnauthorizedError(ApiError):
    """401: the API does not know who is asking."""


class ForbiddenError(ApiError):
    """403: the API knows, and that one may not."""


class NotFoundError(ApiError):
    """404: no such object, namespace or kind."""


class InvalidError(ApiError):
    """400 or 422: the object is not acceptable, or changes what may not change."""


class StaleError(ApiError):
    """409: the object was changed by someone else in between."""


class OwnershipError(ApiError):
    """409 on apply: fields of the object belong to another manager.

    Attributes:
        conflicts: which field belongs to whom.
    """

    def __init__(self, summary: str, *, conflicts: Sequence[FieldConflict], where: str, next_step: str) -> None:
        found = "; ".join(f"{conflict.field} belongs to {conflict.manager}" for conflict in conflicts)
        super().__init__(summary, status=409, reason="Conflict", found=found, where=where, next_step=next_step)
        self.conflicts = tuple(conflicts)


class UnknownKindError(KubeError):
    """The cluster serves no such kind, or we have no predicate for it."""


class DefinitionError(KubeError):
    """The set that was to be applied is not well formed; nothing was touched."""


class WaitError(KubeError):
    """An object did not become what it was waited for to be.

    Attributes:
        ref: the object.
        status: its last known state, in words.
        events: its and its pods' last events, oldest first.
        log: the last lines of the failing container.
        hopeless: whether waiting was given up before its time because it could not succeed.
    """

    def __init__(
        self,
        summary: str,
        *,
        ref: ObjectRef,
        status: str,
        events: Sequence[str] = (),
        log: str = "",
        hopeless: bool = False,
        expected: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(summary, expected=expected, found=status, where=str(ref), next_step=next_step)
        self.ref = ref
        self.status = status
        self.events = tuple(events)
        self.log = log
        self.hopeless = hopeless

    def __str__(self) -> str:
        """The sentences, then the events, then the log."""
        parts = [super().__str__()]
        if self.events:
            parts.append("Events:\n" + "\n".join(f"  {event}" for event in self.events))
        if self.log:
            parts.append("Last log lines:\n" + "\n".join(f"  {line}" for line in self.log.splitlines()))
        return "\n".join(parts)

    def facts(self) -> dict[str, str]:
        """Adds what a module reports beside the sentences."""
        known = super().facts()
        if self.events:
            known["events"] = "\n".join(self.events)
        if self.log:
            known["log"] = self.log
        return known


class ExecError(KubeError):
    """A command could not be run in a container; its own return code is not an error."""


class TunnelError(KubeError):
    """A tunnel could not be opened, or has no pod to lead to."""


class SetError(KubeError):
    """Several objects of a set were refused; every reason is in the text.

    Attributes:
        errors: one for each of them.
    """

    def __init__(self, errors: Sequence[KubeError], total: int) -> None:
        super().__init__(
            f"{len(errors)} of {total} objects could not be applied",
            next_step="Put each of them right and run again; the others stay applied",
        )
        self.errors = tuple(errors)

    def __str__(self) -> str:
        """The summary, then one paragraph an object."""
        return "\n".join([super().__str__(), *(f"- {error}" for error in self.errors)])
