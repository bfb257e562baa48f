"""What can go wrong between us and a vCenter or a Supervisor, each with a type of its own."""

from __future__ import annotations

from fedfleet.errors import FedFleetError


class VsphereError(FedFleetError):
    """Anything this package raises."""


class UnreachableError(VsphereError):
    """No conversation came about, or it broke off."""


class CertificateError(UnreachableError):
    """The server's certificate is not one that the given authorities vouch for."""


class AnswerError(VsphereError):
    """The server answered, and the answer was no.

    Attributes:
        status: the HTTP status.
        error_type: VMware's word for it, such as ``ALREADY_EXISTS``; empty where there is none.
    """

    def __init__(
        self, summary: str, *, status: int, error_type: str = "", expected: str = "", found: str = "", where: str = "", next_step: str = ""
    ) -> None:
        super().__init__(summary, expected=expected, found=found, where=where, next_step=next_step)
        self.status = status
        self.error_type = error_type


class UnauthenticatedError(AnswerError):
    """401: the server does not know who is asking, or its session has ended."""


class UnauthorizedError(AnswerError):
    """403: the server knows, and that one may not."""


class NotFoundError(AnswerError):
    """404: there is no such thing."""


class AlreadyExistsError(AnswerError):
    """400 with ALREADY_EXISTS: the name is taken."""


class InvalidError(AnswerError):
    """400 with INVALID_ARGUMENT or INVALID_REQUEST: what was asked for cannot be."""


class WaitError(VsphereError):
    """Something did not become what it was waited for to be."""
