"""Everything FATE Flow and its neighbours answer that is not what was asked for, each with a type of its own."""

from __future__ import annotations

from fedfleet.errors import FedFleetError


class FlowError(FedFleetError):
    """Anything this package raises about FATE Flow."""


class FlowUnreachableError(FlowError):
    """No answer came: connection refused, broken off, or time is up."""


class GatewayError(FlowError):
    """nginx, the party's or the exchange's, answered in FATE Flow's place.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, summary: str, *, status: int, found: str, where: str, next_step: str) -> None:
        super().__init__(summary, expected="an answer of FATE Flow (HTTP 200)", found=found, where=where, next_step=next_step)
        self.status = status


class FlowAnswerError(FlowError):
    """FATE Flow answered, and the answer was no.

    Attributes:
        code: its return code (fate_flow/entity/code/_api.py, 2.2.0).
    """

    def __init__(self, summary: str, *, code: int, found: str, where: str, next_step: str = "") -> None:
        super().__init__(summary, expected="return code 0", found=found, where=where, next_step=next_step)
        self.code = code


class JobNotFoundError(FlowAnswerError):
    """This party's FATE Flow has no such job or task."""


class SubmissionError(FlowAnswerError):
    """The job was not created at every party.

    Attributes:
        job_id: the id it had been given; empty where it did not come so far.
    """

    job_id: str = ""


class PartnerUnreachableError(SubmissionError):
    """The job was not created because a partner could not be reached through the exchange."""


class OversizeError(FlowError):
    """What FATE Flow sends, or is to be sent, is larger than was agreed."""


class ArchiveError(FlowError):
    """An archive of FATE Flow's does not hold what it must."""


class BrokerError(FedFleetError):
    """Pulsar's admin API did not do what was asked."""
