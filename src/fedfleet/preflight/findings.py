"""What preflight finds, and how it is told: one table, because nobody wants to find the second gap after having closed the first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Logs and change tickets fold lines at about this width.
_WIDTH = 150


class Severity(StrEnum):
    """Whether a finding ends the run."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the site needs it.

    Attributes:
        what: the thing.
        expected: what the site needs of it.
        found: what is there, and by how much it is short where that can be counted.
        where: the object, cluster, variable or address.
        fix: what to do.
        severity: warnings never fail a run.
    """

    what: str
    expected: str
    found: str
    where: str = ""
    fix: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Whether it ends the run."""
        return self.severity is Severity.ERROR


def of_error(what: str, error: FedFleetError) -> Finding:
    """The finding that something cannot be looked at."""
    return Finding(what, error.expected or "that it can be looked at", error.short, error.where, error.next_step or "put this right")


class PreflightError(FedFleetError):
    """The site lacks something it needs.

    Attributes:
        findings: everything that was found, errors first.
    """

    def __init__(self, findings: Sequence[Finding], where: str) -> None:
        self.findings = tuple(sorted(findings, key=lambda finding: not finding.is_error))
        errors = sum(finding.is_error for finding in self.findings)
        super().__init__(
            f"Preflight found {errors} thing{'' if errors == 1 else 's'} that {where} lacks",
            found="; ".join(finding.what for finding in self.findings if finding.is_error),
            where=where,
            next_step="Close the gaps and run again; nothing has been changed so far",
        )

    @property
    def sentence(self) -> str:
        """What is missing, without the table."""
        return f"{self.summary}: {self.found}. {self.next_step}."

    def __str__(self) -> str:
        """The sentence, then the table."""
        return f"{self.sentence}\n{table(self.findings)}"


def table(findings: Sequence[Finding]) -> str:
    """The findings as a table of plain characters: what, expected, found, where, what to do."""
    # Only what failed is told in a table; a run that finds nothing need not wait for the import.
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.ASCII, show_lines=True, width=_WIDTH)
    drawn.add_column("", width=1)
    for name, share in (("what", 3), ("expected", 4), ("found", 5), ("where", 4), ("what to do", 6)):
        drawn.add_column(name, ratio=share, overflow="fold")
    for finding in findings:
        sign = "X" if finding.is_error else "!"
        cells = (sign, finding.what, finding.expected, finding.found, finding.where, finding.fix)
        drawn.add_row(*(Text(cell) for cell in cells))
    console = Console(width=_WIDTH, no_color=True, highlight=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(drawn)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return "\n".join(lines)
