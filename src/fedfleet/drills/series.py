"""Drills one after the other, and how a command ends that ran them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fedfleet.drills import conduct
from fedfleet.drills.journal import Outcome
from fedfleet.drills.summary import exit_code_of
from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.drills.experiment import Experiment
    from fedfleet.drills.summary import DrillReport

# What one drill did to a node, other sites feel too, and are well again some time after it.
_PATIENCE_SECONDS: Final = 180.0


@dataclass
class Series:
    """What became of several drills.

    Attributes:
        ran: those that have a journal, each with its site.
        refusal: why the first of the others was not run; ``OK`` where there is none.
        interrupted: whether somebody broke it off, so that the rest were not begun.
    """

    ran: list[tuple[str, str]] = field(default_factory=list)
    refusal: ExitCode = ExitCode.OK
    interrupted: bool = False

    def exit_code(self, report: DrillReport) -> ExitCode:
        """The most telling end wins: a site that is not restored, an interruption, a drill that did not hold, one that was not run."""
        if report.not_restored:
            return ExitCode.CLEAN_UP_FAILED
        if self.interrupted:
            return ExitCode.INTERRUPTED
        code = exit_code_of(report) if self.ran else ExitCode.OK
        if code is ExitCode.DRILL_FAILED and all(entry.held or entry.skipped or entry.outcome == "refused" for entry in report.drills):
            code = ExitCode.REFUSED
        return self.refusal or code if code is ExitCode.NO_REPORT else code or self.refusal


def conduct_each(wanted: Sequence[Experiment], ground: conduct.Ground, teller: Callable[[str], Callable[[str], None]]) -> Series:
    """Carry out drills in their order; whatever keeps one from being run, the next has its turn.

    Args:
        wanted: the drills.
        ground: where.
        teller: what is told how a drill goes, by its name.
    """
    series = Series()
    touched = False
    for experiment in wanted:
        tell = teller(experiment.name)
        try:
            journal = conduct.conduct(experiment, ground, tell, _PATIENCE_SECONDS if touched else 0)
        except KeyboardInterrupt:
            series.interrupted = True
            break
        except FedFleetError as error:
            tell(f"NOT RUN: {error}")
            series.refusal = series.refusal or getattr(error, "exit_code", ExitCode.REFUSED)
            continue
        result = journal.fedfleet
        series.ran.append((experiment.name, result.site))
        if result.outcome is not Outcome.SKIPPED:
            touched = result.outcome is not Outcome.REFUSED
        tell(result.sentence)
        if result.outcome is Outcome.INTERRUPTED:
            series.interrupted = True
            break
    return series
