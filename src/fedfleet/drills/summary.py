"""What an inventory's drills came to: the newest of each drill on each site, held against what was expected, the reference and the time before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING, Final

from fedfleet.drills.journal import CleanUp, Outcome, ProbeRecovery, ProbeSample
from fedfleet.exit_codes import ExitCode
from fedfleet.report.format import FileModel, Moment
from fedfleet.report.wording import count, duration

if TYPE_CHECKING:
    from fedfleet.drills.experiment import Experiment
    from fedfleet.drills.journal import Journal

# Probes are asked once a second, and pods' probes are a few seconds apart.
_NOISE_SECONDS: Final = 5.0


class DrillEntry(FileModel):
    """One drill on one site, as it went last.

    Attributes:
        inventory: which one it was run in; empty where all of a report are of one.
        held: whether all that had to stay true did, and the site was left as it was found; None where nothing was done.
        skipped: whether nothing was done, as the site has nothing that it could be done to.
        recovery_seconds: measured; None where the site did not come back, or nothing was done.
        expected_seconds, reference_seconds: the most it may take, and the reference's figure; None where there is none.
        previous_seconds: of each time before that it was carried out, newest first.
        slower: whether recovery took half as long again as the middle one of those, and that by more than a few seconds.
        consent: what the inventory stated of who else had agreed; a statement, which nobody has checked.
    """

    name: str
    title: str
    site: str
    inventory: str = ""
    tags: tuple[str, ...] = ()
    held: bool | None
    skipped: bool = False
    outcome: Outcome
    clean_up: CleanUp
    sentence: str
    reasons: tuple[str, ...] = ()
    recovery_seconds: float | None = None
    expected_seconds: float | None = None
    reference: str = ""
    reference_seconds: float | None = None
    previous_seconds: tuple[float | None, ...] = ()
    slower: bool = False
    job: str = ""
    job_seconds: float | None = None
    consent: str = ""
    started_at: Moment
    seconds: float
    fault_at: float | None = None
    probes: tuple[ProbeRecovery, ...] = ()
    timeline: tuple[ProbeSample, ...] = ()


class Untried(FileModel):
    """A drill that has not been run on this inventory."""

    name: str
    title: str


class DrillReport(FileModel):
    """All of it. `not_restored` are the folders of drills whose rollback is not done."""

    inventory: str
    made_at: Moment
    held: bool
    sentence: str
    drills: tuple[DrillEntry, ...]
    not_drilled: tuple[Untried, ...] = ()
    not_restored: tuple[str, ...] = ()

    @property
    def worst(self) -> DrillEntry | None:
        """The drill with the longest recovery that was measured."""
        known = [entry for entry in self.drills if entry.recovery_seconds is not None]
        return max(known, key=lambda entry: entry.recovery_seconds or 0.0) if known else None


def summarise(
    journals: Mapping[str, Sequence[Journal]], known: Mapping[str, Experiment], not_restored: Sequence[str], now: datetime
) -> DrillReport:
    """The report made of the journals of inventories, by each one's name, oldest first; ``not_restored`` are the folders of rollbacks that are not done.

    A drill that one inventory's site has nothing for is told of only where no other inventory's of that name has been drilled so.
    """
    found: dict[tuple[str, str], list[DrillEntry]] = {}
    for inventory, of_all in journals.items():
        newest: dict[tuple[str, str], list[Journal]] = {}
        for journal in of_all:
            newest.setdefault((journal.fedfleet.drill, journal.fedfleet.site), []).append(journal)
        for which, of_one in newest.items():
            found.setdefault(which, []).append(_entry(of_one, inventory if len(journals) > 1 else ""))
    entries = tuple(entry for _, of_one in sorted(found.items()) for entry in _told(of_one))
    drilled = {entry.name for entry in entries}
    untried = tuple(Untried(name=name, title=each.title) for name, each in known.items() if name not in drilled)
    done = [entry for entry in entries if not entry.skipped]
    held = bool(done) and all(entry.held for entry in done) and not not_restored
    return DrillReport(
        inventory=", ".join(journals),
        made_at=now,
        held=held,
        sentence=_sentence(done, not_restored),
        drills=entries,
        not_drilled=untried,
        not_restored=tuple(not_restored),
    )


def exit_code_of(report: DrillReport) -> ExitCode:
    """How a command ends for this report: a site that is not restored comes before a drill that was not held."""
    if report.not_restored:
        return ExitCode.CLEAN_UP_FAILED
    if all(entry.skipped for entry in report.drills):
        return ExitCode.NO_REPORT
    return ExitCode.OK if report.held else ExitCode.DRILL_FAILED


def is_slower(now: float | None, before: Sequence[float | None]) -> bool:
    """Whether a recovery is clearly slower than those before it."""
    known = [seconds for seconds in before if seconds is not None]
    if now is None or not known:
        return False
    usual = median(known)
    return now > 1.5 * usual and now - usual > _NOISE_SECONDS


def _told(of_one: Sequence[DrillEntry]) -> Sequence[DrillEntry]:
    """Of one drill at sites of one name, each inventory's; of those that had nothing for it only one, and none where another had."""
    return [entry for entry in of_one if not entry.skipped] or of_one[:1]


def _entry(of_one: Sequence[Journal], inventory: str) -> DrillEntry:
    journal = of_one[-1]
    result, experiment = journal.fedfleet, journal.experiment
    carried_out = [each.fedfleet for each in of_one[:-1] if each.fedfleet.outcome in (Outcome.HELD, Outcome.NOT_HELD)]
    before = tuple(each.recovery_seconds for each in reversed(carried_out))
    return DrillEntry(
        name=result.drill,
        title=str(experiment.get("title", result.drill)),
        site=result.site,
        inventory=inventory,
        tags=tuple(experiment.get("tags", ())),
        held=result.held,
        skipped=result.skipped,
        outcome=result.outcome,
        clean_up=result.clean_up,
        sentence=result.sentence,
        reasons=result.reasons,
        recovery_seconds=result.recovery_seconds,
        expected_seconds=result.expected_seconds,
        reference=result.reference,
        reference_seconds=result.reference_seconds,
        previous_seconds=before,
        slower=is_slower(result.recovery_seconds, before),
        job=result.job,
        job_seconds=result.job_seconds,
        consent=result.consent,
        started_at=journal.start,
        seconds=journal.duration,
        fault_at=result.fault_at,
        probes=result.probes,
        timeline=result.timeline,
    )


def _sentence(entries: Sequence[DrillEntry], not_restored: Sequence[str]) -> str:
    """The verdict, for somebody who is no engineer."""
    if not_restored:
        return f"{count(len(not_restored), 'drill')} left the site other than it was found. It must be restored: fedfleet drill rollback."
    if not entries:
        return "No drill has been run yet: nobody knows what a failure would do."
    failed = [entry for entry in entries if not entry.held]
    if failed:
        names = ", ".join(f"{entry.name} on {entry.site}" for entry in failed)
        return f"{len(failed)} of {count(len(entries), 'drill')} did not go as they must: {names}."
    slowest = max((entry.recovery_seconds or 0.0 for entry in entries), default=0.0)
    drills = "The one drill" if len(entries) == 1 else f"All {len(entries)} drills"
    return f"{drills} went as intended. Whatever failed on purpose was well again without help, after {duration(slowest)} at most."
