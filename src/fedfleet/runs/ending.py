"""How a run ended, as an exit code and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fedfleet.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fedfleet.runs.events import RunEvent
    from fedfleet.runs.playing import Ended

_BAD: Final = ("failed", "unreachable")
_RUNGS: Final = range(ExitCode.RUNG_FAILED + 1, ExitCode.RUNG_FAILED + 10)


class Ending:
    """Collects what decides how a run ends."""

    def __init__(self) -> None:
        self._failures: list[RunEvent] = []
        self._done: list[str] = []
        self._stage = ""
        self._at: dict[str, str] = {}

    def note(self, event: RunEvent) -> None:
        """Take in what happened."""
        if event.event == "stage-started":
            self._stage = event.stage
        elif event.event == "stage-ended":
            self._done.append(event.stage)
        elif event.event == "task-started":
            self._at[event.site] = event.task
        elif event.event == "task-ended":
            self._at.pop(event.site, None)
            if event.outcome in _BAD:
                self._failures.append(event)

    def of(self, ended: Ended, stopped: Collection[str] | None) -> tuple[int, str]:
        """Return the exit code and what to say. The most telling failure wins: a lock, the lowest rung, a route, any stage.

        Args:
            ended: how ansible-playbook ended.
            stopped: the sites on which the run stopped; None where Ansible did not say. What failed elsewhere was made up for.
        """
        failures = last_failures(self._failures, stopped)
        if ended.interrupted and ended.code != 0:
            return ExitCode.INTERRUPTED, self._interrupted()
        if ended.code == 0:
            return ExitCode.OK, "Done."
        if not failures:
            said = "\n".join(ended.tail)
            return ExitCode.FAILED, f"The run did not come about. ansible-playbook ended {ended.code} and said:\n{said}"
        sites = sorted({failure.site for failure in failures})
        stages = list(dict.fromkeys(failure.stage for failure in failures))
        code = _code(failures)
        if code == ExitCode.LOCKED:
            return code, f"Another run is at work on {', '.join(sites)}. Nothing was touched; run the same again when it is over."
        return (
            code,
            f"Stopped at {', '.join(sites)} in: {', '.join(stages)}. What was done stays done; put it right and run the same again.",
        )

    def _interrupted(self) -> str:
        lines = [f"Interrupted in: {self._stage}." if self._stage else "Interrupted before the first stage: nothing was touched."]
        if self._done:
            lines.append(f"Complete: {', '.join(self._done)}.")
        lines += [f"{site} was at: {task}." for site, task in sorted(self._at.items())]
        if self._stage:
            lines.append("What was applied stays applied, no lock is left, and the same command goes on from here.")
        return "\n".join(lines)


def last_failures(failures: Sequence[RunEvent], stopped: Collection[str] | None) -> list[RunEvent]:
    """What ended a run: of each site on which it stopped, the last failure. A site that stopped takes no part in what comes after."""
    if stopped is None:
        return list(failures)
    return list({failure.site: failure for failure in failures if failure.site in stopped}.values())


def _code(failures: Sequence[RunEvent]) -> int:
    asked = {failure.exit_code for failure in failures if failure.exit_code}
    if ExitCode.LOCKED in asked:
        return ExitCode.LOCKED
    rungs = sorted(code for code in asked if code in _RUNGS)
    if rungs:
        return rungs[0]
    return ExitCode.ROUTE_FAILED if ExitCode.ROUTE_FAILED in asked else ExitCode.STAGE_FAILED
