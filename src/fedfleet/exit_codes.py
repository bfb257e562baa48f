"""How `fedfleet` ends. Scripts may rely on these; docs/explanation/exit-codes.md tells them to people."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every `fedfleet` command.

    A report whose ladder does not hold ends with `RUNG_FAILED` + the number of the lowest rung that failed: 21 for rung 1 to 27 for rung 7.
    """

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_REPORT = 3
    REFUSED = 4
    STAGE_FAILED = 5
    ROUTE_FAILED = 6
    CHECK_FAILED = 7
    LOCKED = 8
    DRILL_FAILED = 9
    CLEAN_UP_FAILED = 10
    RUNG_FAILED = 20
    DEFECT = 70
    INTERRUPTED = 130
