"""What has happened in a drill so far, and the journal of it. Pure but for the machine's name and the time of day."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from fedfleet.drills import verdict
from fedfleet.drills.journal import ActivityRun, CleanUp, HypothesisRun, Journal, Outcome, ProbeRecovery, ProbeSample, Result, SteadyStates

if TYPE_CHECKING:
    from fedfleet.drills.experiment import Experiment
    from fedfleet.drills.timeline import Sample
    from fedfleet.sites import InventorySite

_STATUSES: Final[dict[Outcome, Literal["completed", "failed", "aborted", "interrupted"]]] = {
    Outcome.HELD: "completed",
    Outcome.NOT_HELD: "completed",
    Outcome.REFUSED: "failed",
    Outcome.SKIPPED: "aborted",
    Outcome.INTERRUPTED: "interrupted",
}


@dataclass
class Course:
    """A drill's course.

    Attributes:
        experiment, site: the drill, and what it is done to.
        began: when, in seconds of the run's clock. started_at: the time of day.
        before, after: the steady state.
        prepared, run, looked_back: standing steps before the time line, the file's method, and standing steps after the rollback.
        rollbacks: what undid it.
        struck_at: when the first thing was done to the site. fault_at: from when recovery counts. Both in seconds of the run's clock; None before that.
        samples: the time line.
    """

    experiment: Experiment
    site: InventorySite
    began: float
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    before: HypothesisRun | None = None
    after: HypothesisRun | None = None
    prepared: list[ActivityRun] = field(default_factory=list)
    run: list[ActivityRun] = field(default_factory=list)
    looked_back: tuple[ActivityRun, ...] = ()
    rollbacks: tuple[ActivityRun, ...] = ()
    struck_at: float | None = None
    fault_at: float | None = None
    samples: Sequence[Sample] = ()

    def reasons_not_held(self) -> tuple[str, ...]:
        """Why it was not held up to its rollback, each a sentence; none where it was."""
        found = verdict.reasons_not_held(self.experiment, self._recoveries(), self.samples, self.run, self.after, self.struck_at)
        return (*verdict.of_steps(self.prepared), *found)

    def journal(self, outcome: Outcome, clean_up: CleanUp, reasons: tuple[str, ...], now: float, job_seconds: float | None) -> Journal:
        """The journal of a drill that ends like this at ``now``, in seconds of the run's clock; ``job_seconds`` is how long its job took."""
        return Journal(
            platform=platform.platform(),
            node=platform.node(),
            experiment=self.experiment.model_dump(mode="json", by_alias=True, exclude_none=True),
            start=self.started_at,
            end=datetime.now(UTC),
            duration=round(now - self.began, 3),
            status=_STATUSES[outcome],
            deviated=outcome is Outcome.NOT_HELD,
            steady_states=SteadyStates(before=self.before, after=self.after),
            run=(*self.prepared, *self.run, *self.looked_back),
            rollbacks=self.rollbacks,
            fedfleet=self._result(outcome, clean_up, reasons, job_seconds),
        )

    def _recoveries(self) -> tuple[ProbeRecovery, ...]:
        """Of the steady state's probes; what is only shown says nothing of recovery."""
        if self.fault_at is None:
            return ()
        judged = {probe.name for probe in self.experiment.hypothesis.probes}
        return verdict.recoveries_of(self.experiment, [sample for sample in self.samples if sample.probe in judged], self.fault_at)

    def _result(self, outcome: Outcome, clean_up: CleanUp, reasons: tuple[str, ...], job_seconds: float | None) -> Result:
        terms, recoveries = self.experiment.terms, self._recoveries()
        job = next((done for done in self.run if done.activity["provider"].get("func") in ("job_succeeds", "job_ends")), None)
        return Result(
            drill=self.experiment.name,
            site=self.site.name,
            federation=self.site.federation,
            outcome=outcome,
            clean_up=clean_up,
            sentence=verdict.sentence(outcome, clean_up, verdict.recovery_seconds(recoveries), reasons),
            reasons=reasons,
            recovery_seconds=verdict.recovery_seconds(recoveries),
            expected_seconds=terms.recovery_seconds,
            reference=terms.reference,
            reference_seconds=terms.reference_seconds,
            job=verdict.said(job) if job else "",
            job_seconds=job_seconds,
            consent=self.site.drill_consent,
            fault_at=None if self.fault_at is None else round(self.fault_at - self.began, 3),
            probes=recoveries,
            timeline=tuple(map(self._told, self.samples)),
        )

    def _told(self, sample: Sample) -> ProbeSample:
        return ProbeSample(
            probe=sample.probe,
            at=round(sample.at - self.began, 3),
            seconds=round(sample.until - sample.at, 3),
            holds=sample.holds,
            answered=sample.answered,
            detail=sample.detail,
        )
