"""Staying with a job until it has ended, and knowing at any moment which of its tasks is at work for how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.engine.fate.errors import FlowAnswerError, FlowError, FlowUnreachableError, GatewayError, JobNotFoundError
from fedfleet.engine.protocol import JobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.engine.fate.flow import FlowClient
    from fedfleet.engine.fate.views import TaskView

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 2.0
_TAKEN_UP: Final = 60.0


@dataclass(frozen=True)
class Moment:
    """How a job stands at one moment, as one party sees it.

    Attributes:
        state: the job's.
        tasks: the party's own parts, in the order FATE Flow tells them.
        seconds: since it is followed.
        trouble: why nothing new is known; empty where the party answers.
    """

    job_id: str
    state: JobState
    tasks: tuple[TaskView, ...]
    seconds: float
    trouble: str = ""

    @property
    def failed(self) -> TaskView | None:
        """The first task that ended otherwise than it should."""
        return next((task for task in self.tasks if task.failed), None)


Watcher = Callable[[Moment], None]


def follow(
    flow: FlowClient,
    job_id: str,
    watcher: Watcher,
    *,
    timeout: float,
    stop_late: bool = True,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Moment:
    """Poll until the job has ended at this party, telling the watcher each time; FATE Flow may be away in between.

    A job that is not done in time is stopped, and so is one whose follower is interrupted: it would hold cores that nobody waits for.

    Args:
        flow: the party that is asked.
        job_id: the job.
        watcher: is told every moment that was looked at.
        timeout: seconds.
        stop_late: whether a job that is not done in time is stopped; not by a party that only looks on.
        clock: the time, in seconds, that never goes back.
        pause: waits so many seconds.

    Returns:
        The last moment; its state has not ended where time was up.
    """
    started = clock()
    deadline = started + timeout
    wait = _FIRST_PAUSE
    last = Moment(job_id, JobState.UNKNOWN, (), 0.0)
    try:
        while True:
            before = last
            last = _look(flow, before, clock() - started)
            watcher(last)
            if last.state.ended:
                return last
            if clock() >= deadline:
                break
            wait = _FIRST_PAUSE if _differs(before, last) else min(wait * 1.5, _LONGEST_PAUSE)
            pause(min(wait, max(0.0, deadline - clock())))
    except BaseException:
        stop_quietly(flow, job_id)
        raise
    if stop_late:
        stop_quietly(flow, job_id)
    return last


def rerun(
    flow: FlowClient,
    job_id: str,
    watcher: Watcher,
    *,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Moment:
    """Run a job's failed tasks again and stay with it.

    FATE Flow answers before its scheduler has taken the job up; until then the job still looks as it ended.

    Raises:
        FlowError: FATE Flow refused, or has not taken the job up after a minute.
    """
    before = _look(flow, Moment(job_id, JobState.UNKNOWN, (), 0.0), 0.0)
    flow.rerun(job_id)
    started = clock()
    while True:
        now = _look(flow, before, clock() - started)
        if not now.state.ended or _versions(now) != _versions(before):
            return follow(flow, job_id, watcher, timeout=timeout, clock=clock, pause=pause)
        if now.seconds >= _TAKEN_UP:
            raise FlowAnswerError(
                "FATE Flow did not run the job again",
                code=-1,
                found=f"still {now.state} after {_TAKEN_UP:.0f} s",
                where=f"job {job_id} at party {flow.party_id}",
                next_step="Only failed components run again; look at the job's schedule log in pod python-0",
            )
        pause(_FIRST_PAUSE)


def stop_quietly(flow: FlowClient, job_id: str) -> None:
    """Stop a job; where that fails, the limit of its tasks, which went with the job, ends it all the same."""
    try:
        flow.stop(job_id)
    except FlowError:
        return


def _look(flow: FlowClient, before: Moment, seconds: float) -> Moment:
    try:
        states = [view.status for view in flow.jobs(before.job_id)]
        tasks = _tasks(flow, before.job_id)
    except (FlowUnreachableError, GatewayError, JobNotFoundError) as error:
        return Moment(before.job_id, before.state, before.tasks, seconds, error.short)
    ended = bool(states) and all(state.ended for state in states)
    worst = next((state for state in states if state.ended and not state.ok), None)
    state = (worst or states[0]) if ended else next((state for state in states if not state.ended), JobState.UNKNOWN)
    return Moment(before.job_id, state, tasks, seconds)


def _tasks(flow: FlowClient, job_id: str) -> tuple[TaskView, ...]:
    """The newest version of each part: a task that was run again counts once."""
    try:
        found: Sequence[TaskView] = flow.tasks(job_id)
    except JobNotFoundError:
        return ()
    newest: dict[tuple[str, str], TaskView] = {}
    for task in sorted(found, key=lambda task: task.task_version):
        newest[task.role, task.task_name] = task
    return tuple(newest.values())


def _versions(moment: Moment) -> dict[tuple[str, str], int]:
    return {(task.role, task.task_name): task.task_version for task in moment.tasks}


def _differs(before: Moment, now: Moment) -> bool:
    def told(moment: Moment) -> object:
        return moment.state, moment.trouble, [(task.task_name, task.role, task.party_status) for task in moment.tasks]

    return told(before) != told(now)
