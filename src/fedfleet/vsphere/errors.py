"""What can go wrong between us and a vCenter or Supervisor, each with a type of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Sequence


class VsphereError(FedFleetError):
    """Anything this package raises."""


class SettingsError(VsphereError):
    """What was asked for is not complete or not possible; nothing was sent."""


class UnreachableError(VsphereError):
    """No conversation came about, or it broke off.

    Attributes:
        perhaps_done: whether what was asked for may have been carried out all the same.
    """

    def __init__(
        self,
        summary: str,
        *,
        expected: str = "",
        found: str = "",
        where: str = "",
        next_step: str = "",
        perhaps_done: bool = False,
    ) -> None:
        super().__init__(summary, expected=expected, found=found, where=where, next_step=next_step)
        self.perhaps_done = perhaps_done


class CertificateError(UnreachableError):
    """The server's certificate is not one that the CA or the name vouches for."""


class TimedOutError(UnreachableError):
    """The server did not answer in time."""


class AnswerError(VsphereError):
    """The server answered, but not in the form that its API documents."""


class ApiError(VsphereError):
    """The server answered, and the answer was no.

    Attributes:
        status: the HTTP status.
        error_type: vSphere's name of it, such as ``ALREADY_EXISTS``; empty where the body gave none.
        identifiers: ids of the messages, such as ``com.vmware.vapi.rest.httpNotFound``.
    """

    def __init__(
        self,
        summary: str,
        *,
        status: int,
        error_type: str = "",
        identifiers: Sequence[str] = (),
        expected: str = "",
        found: str = "",
        where: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(summary, expected=expected, found=found, where=where, next_step=next_step)
        self.status = status
        self.error_type = error_type
        self.identifiers = tuple(identifiers)

    def facts(self) -> dict[str, str]:
        """Adds vSphere's own name of the error."""
        known = super().facts()
        if self.error_type:
            known["error_type"] = self.error_type
        return known


class AlreadyExistsError(ApiError):
    """There is one of that name."""


class InvalidArgumentError(ApiError):
    """The request, or something it names, is not acceptable."""


class NotAllowedError(ApiError):
    """Not in the state that the thing is in now."""


class InUseError(ApiError):
    """Something else still uses it."""


class ExhaustedError(ApiError):
    """There is no room left for it: a quota, a limit or the capacity is used up."""


class UnsupportedError(ApiError):
    """This vCenter or Supervisor cannot do that."""


class UnauthenticatedError(ApiError):
    """401: the server does not know who is asking."""


class UnauthorizedError(ApiError):
    """403: the server knows, and that one may not."""


class NotFoundError(ApiError):
    """404: there is no such thing."""


class NoSuchOperationError(NotFoundError):
    """404: this version of vCenter has no such call."""


class StaleError(ApiError):
    """409: somebody changed it in between."""


class UnavailableError(ApiError):
    """503, or a resource that is busy: the service is not there at the moment."""


class WaitError(VsphereError):
    """Something did not become what it was waited for to be.

    Attributes:
        hopeless: whether waiting was given up before its time because it could not succeed.
    """

    def __init__(
        self,
        summary: str,
        *,
        expected: str = "",
        found: str = "",
        where: str = "",
        next_step: str = "",
        hopeless: bool = False,
    ) -> None:
        super().__init__(summary, expected=expected, found=found, where=where, next_step=next_step)
        self.hopeless = hopeless


class RefusedChangeError(VsphereError):
    """What runs cannot be made into what is wanted without losing something; nothing was changed."""


class TaskError(VsphereError):
    """A task of vCenter ended in a fault."""
