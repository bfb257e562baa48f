"""What happens in a run, as those see it who watch it or read it later.

Only what is named here leaves a run: of a task's result its outcome and its message, never its arguments or what it returned. That keeps
secrets out of what is printed and kept, whatever a module hands back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, Literal

from fedfleet.report.format import FileModel

Kind = Literal["run-started", "stage-started", "task-started", "task-ended", "waiting", "stage-ended", "run-ended"]
Outcome = Literal["ok", "changed", "failed", "ignored", "skipped", "unreachable"]
_LONGEST_MESSAGE: Final = 4000
_OUTCOMES: Final[dict[str, Outcome]] = {
    "runner_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_on_skipped": "skipped",
    "runner_on_unreachable": "unreachable",
}
# Tasks whose result is there to be read.
_SPOKEN: Final = frozenset({"ansible.builtin.debug", "debug"})


class RunEvent(FileModel):
    """One line of `events.jsonl`, and of `fedfleet run --output json`. `seconds` count from the run's start.

    `site`, `stage` and `task` say what it is about, `message` what there is to read, `exit_code` how the run ended or which code the failed task asks for.
    `stopped` are the sites on which a run that ended had stopped; failures of others were made up for.
    """

    at: datetime
    seconds: float
    event: Kind
    stage: str = ""
    task: str = ""
    site: str = ""
    outcome: Outcome | None = None
    message: str = ""
    exit_code: int | None = None
    stopped: tuple[str, ...] | None = None

    def line(self) -> str:
        """The event as JSON on one line, without what is empty."""
        return self.model_dump_json(exclude_none=True, exclude_defaults=True)


class EventReader:
    """Makes events of ours from those of ansible-runner (its docs: "Runner Artifact Job Events")."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._stage = ""
        self._task = ""
        self._stopped: set[str] | None = None

    def new(self, event: Kind, **told: Any) -> RunEvent:
        """An event of this moment."""
        return RunEvent(at=datetime.now(UTC), seconds=round(self._clock() - self._started, 3), event=event, **told)

    def ended(self, exit_code: int, message: str) -> list[RunEvent]:
        """The end of the running stage, and of the run."""
        return [*self._end_stage(), self.new("run-ended", exit_code=exit_code, message=message, stopped=self.stopped)]

    @property
    def stopped(self) -> tuple[str, ...] | None:
        """The sites on which the run has stopped; None as long as Ansible has not said."""
        return None if self._stopped is None else tuple(sorted(self._stopped))

    def read(self, told: Mapping[str, Any]) -> list[RunEvent]:
        """What ansible-runner tells, in our words; empty for what nobody needs to know."""
        name, about = str(told.get("event") or ""), told.get("event_data") or {}
        if name == "playbook_on_play_start":
            return self._begin_stage(str(about.get("name") or about.get("play") or ""))
        if name == "playbook_on_task_start":
            self._task = str(about.get("task") or about.get("name") or "")
            return []
        if name == "runner_on_start":
            return [
                self.new("task-started", stage=self._stage, task=str(about.get("task") or self._task), site=str(about.get("host") or ""))
            ]
        if name == "playbook_on_stats":
            self._stopped = (self._stopped or set()) | {*(about.get("failures") or ()), *(about.get("dark") or ())}
            return []
        if name in _OUTCOMES:
            return [self._task_ended(_OUTCOMES[name], about)]
        return []

    def _begin_stage(self, name: str) -> list[RunEvent]:
        if name == self._stage:
            return []
        ended = self._end_stage()
        self._stage = name
        return [*ended, self.new("stage-started", stage=name)]

    def _end_stage(self) -> list[RunEvent]:
        if not self._stage:
            return []
        ended, self._stage = self._stage, ""
        return [self.new("stage-ended", stage=ended)]

    def _task_ended(self, outcome: Outcome, about: Mapping[str, Any]) -> RunEvent:
        result = about.get("res") or {}
        if outcome == "ok" and result.get("changed"):
            outcome = "changed"
        if outcome == "failed" and about.get("ignore_errors"):
            outcome = "ignored"
        failed = outcome in ("failed", "unreachable")
        spoken = str(about.get("resolved_action") or about.get("task_action") or "") in _SPOKEN
        code = result.get("exit_code") if failed else None
        return self.new(
            "task-ended",
            stage=self._stage,
            task=str(about.get("task") or self._task),
            site=str(about.get("host") or ""),
            outcome=outcome,
            message=_message(result, words=failed or spoken),
            exit_code=code if isinstance(code, int) else None,
        )


def _message(result: Mapping[str, Any], *, words: bool) -> str:
    """What a result says: warnings always, its message where it is meant to be read."""
    said = [str(warning) for warning in result.get("warnings") or []]
    if words and "censored" in result:
        said.append("(what it said is hidden, because it may hold secrets)")
    elif words:
        results = [item for item in result.get("results") or [] if isinstance(item, Mapping) and (item.get("failed") or "msg" in item)]
        said += [_text(item["msg"]) for item in results if item.get("failed") and item.get("msg")]
        if not results and result.get("msg"):
            said.append(_text(result["msg"]))
    return "\n".join(said)[:_LONGEST_MESSAGE]


def _text(message: Any) -> str:
    return "\n".join(map(str, message)) if isinstance(message, list) else str(message)
