"""Whether a drill held, and if not, why. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.drills.journal import CleanUp, Outcome, ProbeRecovery
from fedfleet.drills.timeline import outage_end, recovery_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.drills.experiment import Experiment, Terms
    from fedfleet.drills.journal import ActivityRun, HypothesisRun
    from fedfleet.drills.timeline import Sample


def recoveries_of(experiment: Experiment, samples: Sequence[Sample], fault: float) -> tuple[ProbeRecovery, ...]:
    """What the time line says of each probe from the fault on."""
    settled = outage_end(samples, fault, experiment.terms.settle_seconds)
    found = []
    for probe in experiment.hypothesis.probes:
        recovery = recovery_of(probe.name, samples, fault, settled)
        failed = sum(sample.probe == probe.name and sample.until >= fault and not sample.holds for sample in samples)
        found.append(
            ProbeRecovery(
                probe=probe.name,
                broke=recovery.broke,
                seconds=recovery.seconds,
                failed=failed,
                relapses=recovery.relapses,
                worst=recovery.worst,
                limit_seconds=experiment.terms.limits.get(probe.name),
            )
        )
    return tuple(found)


def recovery_seconds(recoveries: Sequence[ProbeRecovery]) -> float | None:
    """How long the slowest took; None where one never held again, or nothing was asked."""
    seconds = [recovery.seconds for recovery in recoveries]
    known = [each for each in seconds if each is not None]
    return max(known) if known and len(known) == len(seconds) else None


def broken_before(samples: Sequence[Sample], names: Sequence[str]) -> list[Sample]:
    """Looks at those probes that did not hold, whenever they were."""
    return [sample for sample in samples if sample.probe in names and not sample.holds]


def reasons_not_held(
    experiment: Experiment,
    recoveries: Sequence[ProbeRecovery],
    samples: Sequence[Sample],
    run: Sequence[ActivityRun],
    after: HypothesisRun | None,
    struck: float | None,
) -> tuple[str, ...]:
    """Why the drill was not held, each a sentence; none where it was. ``struck`` is when the first thing was done to the site; None where nothing was."""
    return (
        *_of_method(experiment, run),
        *_of_effect(experiment.terms, samples, struck),
        *_of_probes(experiment.terms, recoveries, samples),
        *_of_recovery(experiment.terms, recovery_seconds(recoveries)),
        *_of_state(after),
    )


def of_steps(run: Sequence[ActivityRun]) -> list[str]:
    """What of these steps did not go as it must, each a sentence."""
    reasons = []
    for done in run:
        name = done.activity["name"]
        if done.status == "failed":
            reasons.append(f"'{name}' could not be carried out: {(done.exception or ('',))[-1]}")
        elif done.tolerance_met is False:
            reasons.append(f"'{name}' does not hold: {said(done)}")
    return reasons


def _of_method(experiment: Experiment, run: Sequence[ActivityRun]) -> list[str]:
    reasons = of_steps(run)
    if len(run) < len(experiment.method):
        reasons.append(f"'{experiment.method[len(run)].name}' and what follows it was not carried out")
    return reasons


def _of_effect(terms: Terms, samples: Sequence[Sample], struck: float | None) -> list[str]:
    """What failed before anything was done, or was asked before, is no effect of it."""
    if struck is None:
        return []
    broke = {sample.probe for sample in samples if not sample.holds and sample.at >= struck}
    return [f"the fault had no effect: '{probe}' held all through" for probe in terms.breaks if probe not in broke]


def _of_probes(terms: Terms, recoveries: Sequence[ProbeRecovery], samples: Sequence[Sample]) -> list[str]:
    reasons = []
    for recovery in recoveries:
        if recovery.probe in terms.unbroken:
            broken = broken_before(samples, (recovery.probe,))
            if broken:
                asked = sum(sample.probe == recovery.probe for sample in samples)
                reasons.append(f"'{recovery.probe}' may never fail, and did {len(broken)} times of {asked}: {broken[-1].detail}")
        if recovery.seconds is None:
            reasons.append(f"'{recovery.probe}' did not come back: {recovery.worst}")
        elif recovery.limit_seconds is not None and recovery.seconds > recovery.limit_seconds:
            reasons.append(f"'{recovery.probe}' was back after {recovery.seconds:g} s, expected are at most {recovery.limit_seconds:g} s")
    return reasons


def _of_recovery(terms: Terms, seconds: float | None) -> list[str]:
    if seconds is None or terms.recovery_seconds is None or seconds <= terms.recovery_seconds:
        return []
    return [f"recovery took {seconds:g} s, expected are at most {terms.recovery_seconds:g} s"]


def _of_state(after: HypothesisRun | None) -> list[str]:
    if after is None:
        return ["the site was not looked at afterwards"]
    return [f"afterwards '{probe.activity['name']}' does not hold: {said(probe)}" for probe in after.probes if not probe.tolerance_met]


def said(run: ActivityRun) -> str:
    """What an activity said, in a line."""
    if run.exception:
        return run.exception[-1]
    return str(run.output.get("detail", "")) if isinstance(run.output, dict) else str(run.output)


def sentence(outcome: Outcome, clean_up: CleanUp, seconds: float | None, reasons: Sequence[str]) -> str:
    """A drill's end in words; that the site was not restored comes first."""
    told = {
        Outcome.HELD: f"held: everything was well again after {seconds:g} s" if seconds is not None else "held",
        Outcome.NOT_HELD: f"did not hold: {'; '.join(reasons)}",
        Outcome.REFUSED: f"not run: {'; '.join(reasons)}",
        Outcome.SKIPPED: f"not run here: {'; '.join(reasons)}",
        Outcome.INTERRUPTED: f"interrupted: {'; '.join(reasons)}",
    }[outcome]
    return f"THE SITE IS NOT RESTORED, run fedfleet drill rollback; the drill {told}" if clean_up is CleanUp.FAILED else told
