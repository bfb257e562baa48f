"""A drill's journal: chaostoolkit's (chaostoolkit-lib 1.44, `chaoslib/run.py`), and in its key `fedfleet` what we measured."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from fedfleet.report.format import FileModel, Moment

FORMAT_OF: Final = "1.44.0"


class Outcome(StrEnum):
    """How a drill ended; skipped where the site has nothing that it could be done to."""

    HELD = "held"
    NOT_HELD = "not-held"
    REFUSED = "refused"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"


class CleanUp(StrEnum):
    """How its rollbacks ended; nothing where it has none, or nothing was done yet."""

    NOTHING = "nothing"
    DONE = "done"
    FAILED = "failed"


class ActivityRun(FileModel):
    """What one activity did; `activity` is the file's."""

    activity: dict[str, Any]
    status: Literal["succeeded", "failed"]
    output: Any = None
    start: Moment
    end: Moment
    duration: float
    tolerance_met: bool | None = None
    exception: tuple[str, ...] | None = None


class HypothesisRun(FileModel):
    """One round of the steady state's probes."""

    steady_state_met: bool
    probes: tuple[ActivityRun, ...]


class SteadyStates(FileModel):
    """Before, after, and during; ours looks all through, and keeps that in the time line."""

    before: HypothesisRun | None = None
    after: HypothesisRun | None = None
    during: tuple[HypothesisRun, ...] = ()


class ProbeSample(FileModel):
    """One look of one probe; seconds since the drill began."""

    probe: str
    at: float
    seconds: float
    holds: bool
    answered: bool
    detail: str


class ProbeRecovery(FileModel):
    """One probe after the fault: whether it broke, after how many seconds it held again (None: never), and how often it failed, in all and later.

    `limit_seconds` is the most that this one may take; None where only the whole recovery has a limit.
    """

    probe: str
    broke: bool
    seconds: float | None
    failed: int
    relapses: int = 0
    worst: str = ""
    limit_seconds: float | None = None


class Result(FileModel):
    """What the drill showed.

    Attributes:
        outcome: how it ended. clean_up: how the rollbacks did.
        sentence: the outcome in words. reasons: why it was not held, each a sentence.
        recovery_seconds: from the fault (or what the file names) until everything held and went on to for some seconds; None where it never did,
            or nothing was done.
        expected_seconds: the most it may take; None where it is measured only.
        reference, reference_seconds: the reference deployment's, in words and as a figure.
        job: how the job that ran during it fared; empty where none did. job_seconds: from its submission to its success.
        consent: what the inventory states of who else had agreed (`drill_consent`), at the time of the drill. Nobody has checked that statement.
        fault_at: from when recovery counts, in seconds since the drill began.
        probes: each probe's recovery. timeline: every look.
    """

    drill: str
    site: str
    federation: str
    outcome: Outcome
    clean_up: CleanUp
    sentence: str
    reasons: tuple[str, ...] = ()
    recovery_seconds: float | None = None
    expected_seconds: float | None = None
    reference: str = ""
    reference_seconds: float | None = None
    job: str = ""
    job_seconds: float | None = None
    consent: str = ""
    fault_at: float | None = None
    probes: tuple[ProbeRecovery, ...] = ()
    timeline: tuple[ProbeSample, ...] = ()

    @property
    def skipped(self) -> bool:
        """Whether nothing was done, as the site has nothing that it could be done to."""
        return self.outcome is Outcome.SKIPPED

    @property
    def held(self) -> bool | None:
        """Whether all that had to stay true did, and the site was left as it was found; None where there was nothing to be shown."""
        return None if self.skipped else self.outcome is Outcome.HELD and self.clean_up is not CleanUp.FAILED


class Journal(BaseModel):
    """All of it. Tools of chaostoolkit read it; keys of other writers' are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    format_of: str = Field(default=FORMAT_OF, alias="chaoslib-version")
    platform: str
    node: str
    experiment: dict[str, Any]
    start: Moment
    end: Moment
    duration: float
    status: Literal["completed", "failed", "aborted", "interrupted"]
    deviated: bool
    steady_states: SteadyStates
    run: tuple[ActivityRun, ...]
    rollbacks: tuple[ActivityRun, ...]
    fedfleet: Result
