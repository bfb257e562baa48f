"""One look after another at the party's jobs, and what is done about them."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from job_guardian.flow import RefusedError, SilentError
from job_guardian.model import ENDED, Part
from job_guardian.note import Note, read_note, with_note
from job_guardian.rules import Cure, Hindrance, evidence, hindrances, never_taken_up, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from job_guardian.flow import Flow
    from job_guardian.model import Job, Task

# Seconds for which a failed job and all it needs must have been well before each rerun. The last goes for all after it.
_REST = (10.0, 60.0, 300.0)
# The same where the scheduler has not said yet that a task failed which did.
_UNSETTLED = 90.0
# A guardian that has just begun takes up what failed not longer ago than this, in seconds: it may have been away with FATE Flow.
_TAKEN_UP = 900.0
# An outage explains a failure that comes so many seconds after it.
_SHAKEN = 300.0
# Seconds since its end for which a job that newer ones have taken off FATE Flow's list is still asked for, where something is due.
_AWAITED = 86400.0

_DONE = {
    Cure.REPORT: "told it",
    Cure.FREE_TASK: "gave them back",
    Cure.FREE_JOB: "gave them back",
    Cure.FAIL: "ended it as failed, to run it again",
    Cure.CANCEL: "canceled it; submit it again",
}


@dataclass
class _Case:
    """What is remembered of a job while this process lives.

    Attributes:
        seen_going: whether it has been seen before it ended.
        told: whether the partners are known to know how it ended.
        awaited: whether something is yet to come of it, or to be done about it.
        shaken: what was away shortly before it ended.
    """

    seen_going: bool = False
    told: bool = True
    awaited: bool = False
    shaken: str = ""


@dataclass
class Guardian:
    """Looks at the jobs that its party schedules. What must survive it is written on the jobs themselves.

    Attributes:
        reruns: how many a job may have.
        say: is told what was done: a word for its kind, whether it is good news, and a sentence.
        clock: seconds that never go back.
        today: seconds since 1970.
    """

    flow: Flow
    reruns: int
    say: Callable[[str, bool, str], None]
    clock: Callable[[], float] = time.monotonic
    today: Callable[[], float] = time.time
    _cases: dict[str, _Case] = field(default_factory=dict)
    _since: dict[Hashable, tuple[object, float]] = field(default_factory=dict)
    _touched: set[Hashable] = field(default_factory=set)
    _outages: dict[str, float] = field(default_factory=dict)
    _away: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Look at every job once, and do what is due."""
        try:
            listed = {job.job_id: job for job in self.flow.jobs()}
        except (SilentError, RefusedError) as error:
            self._gone("FATE Flow", error)
            return
        self._back("FATE Flow")
        self._touched = set()
        awaited = [job_id for job_id, case in self._cases.items() if case.awaited]
        self._cases = {job_id: self._cases.get(job_id, _Case()) for job_id in (*listed, *awaited)}
        for job_id, case in self._cases.items():
            try:
                self._look_at(listed.get(job_id) or self.flow.job(job_id), case)
            except (SilentError, RefusedError) as error:
                self.say("Hindered", False, f"job {job_id}: {error}")
        self._since = {key: value for key, value in self._since.items() if key in self._touched}

    def _look_at(self, job: Job | None, case: _Case) -> None:
        if job is None:
            case.awaited = False
        elif job.unreadable:
            raise SilentError(job.unreadable)
        elif job.state in ENDED:
            self._ended(job, case)
        else:
            case.seen_going, case.told, case.awaited = True, False, True
            self._going(self._known(self.flow.with_tasks(job)))

    def _known(self, job: Job, *, failed: bool = False) -> Job:
        """The job with the partners' parts in every task that has not settled, or that failed."""

        def asked(task: Task) -> bool:
            return task.failed if failed else task.state not in ENDED

        return replace(job, tasks=tuple(replace(task, others=self._others(job, task)) if asked(task) else task for task in job.tasks))

    def _others(self, job: Job, task: Task) -> tuple[Part, ...]:
        asked = (self._other(job, task, role, party) for role, party in job.members if (role, party) not in job.own)
        return tuple(part for part in asked if part)

    def _other(self, job: Job, task: Task, role: str, party: str) -> Part | None:
        try:
            part = self.flow.part(job, task, role, party)
        except (SilentError, RefusedError) as error:
            self._gone(f"party {party}", error)
            return Part(role, party, "")
        self._back(f"party {party}")
        return part

    def _going(self, job: Job) -> None:
        for hindrance in hindrances(job):
            key = (job.job_id, hindrance.cure, hindrance.task and hindrance.task.name, hindrance.part)
            if self._lasts(key, evidence(job, hindrance)) < hindrance.seconds:
                continue
            self._since.pop(key)
            self._cure(job, hindrance)
            attempts, limit = self._attempts(job)
            text = f"{hindrance.reason}; {_DONE[hindrance.cure]}"
            self._write(job, Note(attempts, limit, f"{self._moment()} {text}"))
            self.say("Cured", True, f"job {job.job_id}: {text}")

    def _cure(self, job: Job, hindrance: Hindrance) -> None:
        if hindrance.cure is Cure.REPORT and hindrance.task and hindrance.part:
            self.flow.report(job, hindrance.task, hindrance.part)
        elif hindrance.cure is Cure.FREE_TASK and hindrance.task:
            self.flow.free_task(job, hindrance.task)
        elif hindrance.cure is Cure.FREE_JOB:
            self.flow.free_job(job)
        elif hindrance.cure is Cure.FAIL:
            self.flow.fail(job)
        else:
            self.flow.cancel(job)

    def _ended(self, job: Job, case: _Case) -> None:
        note = read_note(job.description)
        if case.seen_going:
            case.seen_going, case.shaken = False, case.shaken or self._shaken()
            case.told = False
        if not case.told:
            case.told = not self.flow.settle(job)
        ago = self.today() - job.ended / 1000
        failed = job.state in ("failed", "timeout") and (ago < _TAKEN_UP or note is not None) and not (note and note.left)
        case.awaited = (failed or not case.told) and ago < _AWAITED
        if failed:
            self._failed(self._known(self.flow.with_tasks(job), failed=True), case, note)

    def _failed(self, job: Job, case: _Case, note: Note | None) -> None:
        attempts, noted = self._attempts(job)
        judged = verdict(job, self.reruns, case.shaken)
        if judged is None:
            return
        if judged.limit and note and attempts:
            # What explained the first failure explains those of the reruns as well.
            judged = replace(judged, limit=max(judged.limit, noted))
        if judged.limit == 0:
            self._tell(job, note, Note(attempts, attempts, f"{judged.reason}; left it failed: a rerun would fail again", left=True))
            return
        trouble = self.flow.trouble() or self._silent_partner(job)
        if trouble:
            case.shaken = case.shaken or trouble
            self._tell(job, note, Note(attempts, judged.limit, f"{judged.reason}; will rerun it when this is mended: {trouble}"))
            return
        # FATE Flow takes a rerun up some seconds after it said yes; until then the job looks as it ended. And it reruns what its scheduler has
        # seen fail: asked before that, it says yes and does nothing.
        settled = all(task.state in ENDED for task in job.tasks if task.failed)
        rest = _REST[min(attempts, len(_REST) - 1)] if settled else _UNSETTLED
        if self._lasts((job.job_id, "well"), (attempts, settled)) < rest:
            return
        if self._touched_by_others(job):
            return
        if never_taken_up(job, attempts):
            self._submit(job, attempts, judged.limit, judged.reason)
        elif attempts >= judged.limit:
            end = f"{judged.reason}; left it failed after {attempts} rerun{'s' if attempts > 1 else ''}"
            self._tell(job, note, Note(attempts, judged.limit, end, left=True))
        else:
            # Written down first: a guardian that ends in between reruns once too seldom rather than for ever.
            self._write(job, Note(attempts + 1, judged.limit, f"{self._moment()} {judged.reason}; reran it from there"))
            for task in job.tasks:
                if task.failed and any(part.state == "waiting" for part in task.parts):
                    self.flow.free_task(job, task)
            self.flow.rerun(job)
            case.shaken = ""
            self.say("Rerun", True, f"job {job.job_id}, rerun {attempts + 1} of {judged.limit}: {judged.reason}")

    def _submit(self, job: Job, attempts: int, limit: int, reason: str) -> None:
        text = f"{self._moment()} {reason}; a rerun has no effect"
        self._write(job, Note(attempts, limit, f"{text}, submitted it anew", left=True))
        new = self.flow.submit(fresh(job.dag, job.job_id))
        self._write(job, Note(attempts, limit, f"{text}, submitted it anew as {new}", left=True))
        self._write(replace(job, job_id=new, description=""), Note(attempts, limit, f"{self._moment()} submitted in place of {job.job_id}"))
        self.say("Submitted", True, f"job {job.job_id} anew as {new}: {reason}")

    def _touched_by_others(self, job: Job) -> bool:
        """Whether somebody has stopped the job, or written on it, since this look read it; with silent partners a look takes minutes."""
        now = self.flow.job(job.job_id)
        return now is None or (now.state, now.description) != (job.state, job.description)

    def _silent_partner(self, job: Job) -> str:
        away = [part.party for task in job.tasks[:1] for part in self._others(job, task) if f"party {part.party}" in self._away]
        return f"party {away[0]} does not answer" if away else ""

    def _tell(self, job: Job, before: Note | None, note: Note) -> None:
        if before != note:
            self._write(job, note)
            self.say("LeftFailed" if note.left else "Waiting", False, f"job {job.job_id}: {note.text}")

    def _write(self, job: Job, note: Note) -> None:
        self.flow.describe(job, with_note(job.description, note))

    def _attempts(self, job: Job) -> tuple[int, int]:
        note = read_note(job.description)
        return (note.attempts, note.limit) if note else (0, self.reruns)

    def _lasts(self, key: Hashable, what: object) -> float:
        """For how many seconds this has been so without a change; 0 where it is new."""
        self._touched.add(key)
        known = self._since.get(key)
        if known is None or known[0] != what:
            self._since[key] = (what, self.clock())
            return 0.0
        return self.clock() - known[1]

    def _gone(self, who: str, error: Exception) -> None:
        self._outages[who] = self.clock()
        if who not in self._away:
            self._away.add(who)
            self.say("Away", False, f"{who} does not answer: {error}")

    def _back(self, who: str) -> None:
        if who in self._away:
            self._away.discard(who)
            self.say("Back", True, f"{who} answers again")

    def _shaken(self) -> str:
        recent = [who for who, when in self._outages.items() if self.clock() - when < _SHAKEN]
        return f"{' and '.join(recent)} did not answer for a while" if recent else ""

    def _moment(self) -> str:
        return datetime.fromtimestamp(self.today(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fresh(dag: Mapping[str, Any], job_id: str) -> dict[str, Any]:
    """A job's description to be submitted anew: without what FATE Flow put in for the old job's id."""
    schema: dict[str, Any] = deepcopy(dict(dag))
    conf = (schema.get("dag") or {}).get("conf") or {}
    if conf.get("model_id") == job_id:
        conf.pop("model_id", None)
        conf.pop("model_version", None)
    return schema
