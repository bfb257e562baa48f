"""What the guardian makes of a job. Pure: no clock, no network.

FATE Flow 2.2.0 reports each change once and never again (ofx/api/models/fate_flow/resource.py), and books cores for a task before it starts it. What it
had in hand when it was killed is therefore lost, and the job waits for it until its timeout. Every rule here stands on states that
contradict each other; that a job takes long is no evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from job_guardian.model import ENDED, GOOD, Part

if TYPE_CHECKING:
    from job_guardian.model import Job, Task

# Seconds that FATE Flow may need to put a contradiction right by itself: three tries of ten seconds each, and a lock that outlives its
# holder by sixty (fate_flow/utils/schedule_utils.py).
_REPORT_SECONDS = 20.0
_START_SECONDS = 90.0
_SUBMIT_SECONDS = 180.0

# How errors look that come from what FATE stands on rather than from the work itself: HTTP, sockets, Pulsar's client, MySQL, Spark, HDFS.
_NO_FAULT_OF_ITS_OWN = re.compile(
    r"Connect(ion)?(Error|Timeout|Refused|Reset|Aborted)|[Cc]onnection (refused|reset|aborted)|BrokenPipe|Broken pipe|RemoteDisconnected"
    r"|Max retries exceeded|ReadTimeout|Read timed out|[Nn]ame or service not known|name resolution|NewConnectionError|ConnectError"
    r"|_pulsar\.|Pulsar error|OperationalError|InterfaceError|Py4JNetworkError|SparkContext was (shut down|stopped)|SafeModeException"
    r"|(50[234]) (Server Error|Bad Gateway|Service)",
)
# A failure whose cause only the partner saw may be an error in its data: once more is cheap, three times is not.
UNSEEN_RERUNS = 1


class Cure(Enum):
    """What is done about a hindrance."""

    REPORT = "report"
    FREE_TASK = "free the task's cores"
    FREE_JOB = "free the job's cores"
    FAIL = "fail"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Hindrance:
    """Why a job that has not ended cannot end.

    Attributes:
        cure: what helps.
        seconds: how long it must have been so without any change.
        reason: for people.
        task, part: what it is about, where it is about one.
        of_states: whether states alone are its evidence: FATE Flow books cores for the task, and gives them back, again and again meanwhile.
    """

    cure: Cure
    seconds: float
    reason: str
    task: Task | None = None
    part: Part | None = None
    of_states: bool = False


@dataclass(frozen=True)
class Verdict:
    """What is to become of a job that failed.

    Attributes:
        limit: how many reruns it may have altogether; 0 to leave it alone.
        reason: for people.
    """

    limit: int
    reason: str


def hindrances(job: Job) -> list[Hindrance]:
    """Everything that keeps a job which has not ended from ending; none for one that is merely slow."""
    if job.state == "ready":
        return [Hindrance(Cure.CANCEL, _SUBMIT_SECONDS, "its submission broke off half-way, and who submitted it got an error")]
    if job.state == "waiting":
        held = "cores are booked for it, but FATE Flow was interrupted before it started"
        return [Hindrance(Cure.FREE_JOB, _START_SECONDS, held)] if job.held else []
    unheard = [hindrance for task in job.tasks for hindrance in _unheard(task)]
    if unheard:
        return unheard
    half = [hindrance for task in job.tasks for hindrance in (*_half_started(task), *_out_of_reach(task))]
    return half or _never_started(job) or _never_reached(job) or _unsettled(job)


def _unheard(task: Task) -> list[Hindrance]:
    """Ends of parts that the scheduler cannot know: all have ended, or one badly, and to it the task still runs."""
    ended = [part for part in task.parts if part.state in ENDED]
    if task.state in ENDED or not (len(ended) == len(task.parts) or any(part.state not in GOOD for part in ended)):
        return []
    return [
        Hindrance(
            Cure.REPORT, _REPORT_SECONDS, f"{task.name} of {part} ended as {part.state}, and the scheduler never heard of it", task, part
        )
        for part in ended
    ]


def _half_started(task: Task) -> list[Hindrance]:
    """A task that runs at one party and was never started at another."""
    states = {part.state for part in task.parts}
    idle = [str(part) for part in task.parts if part.state == "waiting"]
    if "running" not in states or not idle:
        return []
    return [Hindrance(Cure.FAIL, _START_SECONDS, f"{task.name} runs, but was never started at {' and '.join(idle)}", task)]


def _out_of_reach(task: Task) -> list[Hindrance]:
    """A task that has ended here, and whose partner is silent: FATE Flow holds only parts that run here against the limit (scheduler/detector.py)."""
    silent = [str(part) for part in task.others if not part.state]
    if task.state in ENDED or not silent or not task.limit or any(part.state not in GOOD for part in task.own):
        return []
    reason = f"{task.name} ended here, and {' and '.join(silent)} did not answer for its limit of {task.limit:.0f} s"
    return [Hindrance(Cure.FAIL, task.limit, reason, task)]


def _never_reached(job: Job) -> list[Hindrance]:
    """A job whose next task waits here for cores at a partner that is silent: FATE Flow asks for them for ever, and no limit counts for that."""
    going = [task for task in job.tasks if task.state not in ENDED]
    if not going or any(part.state not in ("waiting", "") for task in going for part in task.parts):
        return []
    reached = [(task, [str(part) for part in task.others if not part.state]) for task in going if task.limit]
    return [
        Hindrance(
            Cure.FAIL,
            task.limit,
            f"{task.name} waits here, and {' and '.join(silent)} did not answer for its limit of {task.limit:.0f} s",
            task,
            of_states=True,
        )
        for task, silent in reached[:1]
        if silent
    ]


def _never_started(job: Job) -> list[Hindrance]:
    """A job in which nobody does anything, although a task waits: its cores are booked here, or, where they are not, at a partner."""
    parts = [part for task in job.tasks for part in task.parts]
    if any(part.state not in (*GOOD, "waiting") for part in parts):
        return []
    waiting = [task for task in job.tasks if any(part.state == "waiting" for part in task.parts)]
    held = [task for task in waiting if task.held]
    why = "nobody runs anything, and FATE Flow was interrupted between booking cores for {} and starting it"
    return [
        Hindrance(Cure.FREE_TASK, _START_SECONDS if held else 2 * _START_SECONDS, why.format(task.name), task) for task in held or waiting
    ]


def _unsettled(job: Job) -> list[Hindrance]:
    """A job in which a task has failed to the scheduler, and nothing runs."""
    if any(part.state == "running" for task in job.tasks for part in task.parts):
        return []
    failed = [task for task in job.tasks if task.state in ENDED - GOOD]
    stopped = [task for task in failed if task.state == "canceled"]
    if stopped:
        # FATE Flow does that when somebody stops a job, and then alone: it must not be run again.
        return [Hindrance(Cure.CANCEL, _START_SECONDS, f"{stopped[0].name} was canceled and nothing runs, but the job does not end")]
    return [Hindrance(Cure.FAIL, _START_SECONDS, f"{failed[0].name} failed and nothing runs, but the job does not end")] if failed else []


def evidence(job: Job, hindrance: Hindrance) -> object:
    """What must not have changed for a hindrance to count: every state and, but for one of states alone, every time of change."""
    if hindrance.of_states:
        return job.state, tuple((task.name, task.version, task.state, task.parts) for task in job.tasks)
    return job.state, job.held, tuple(replace(task, error="") for task in job.tasks)


def verdict(job: Job, reruns: int, shaken: str) -> Verdict | None:
    """What is to become of a job that ended; None where nothing is to be done.

    Args:
        job: with its tasks and, where they answer, the partners' parts.
        reruns: how many a job may have.
        shaken: what was away while it ran; empty where nothing was seen to be.
    """
    if job.state not in ("failed", "timeout"):
        return None
    if job.state == "failed" and not job.started:
        # FATE Flow says so itself where a partner does not take part (scheduler/scheduler.py, create_all_job).
        return Verdict(0, "it was not accepted at its submission, and who submitted it got an error")
    failed = [task for task in job.tasks if task.failed]
    if not failed:
        return Verdict(reruns, "it ended before any of its tasks began")
    for task in failed:
        if task.limit and task.seconds >= task.limit:
            return Verdict(0, f"{task.name} ran for {task.seconds:.0f} s, and its limit is {task.limit:.0f} s")
    for task in failed:
        if task.error:
            said = task.error.splitlines()[-1].strip()[:160]
            if not _NO_FAULT_OF_ITS_OWN.search(task.error):
                return Verdict(0, f"{task.name} reported an error of its own: {said}")
            return Verdict(reruns, f"{task.name} lost what it stands on: {said}")
    if _ended_here_first(failed[0]):
        return Verdict(reruns, f"a process of {failed[0].name} was killed: no party reported an error before it ended here")
    if shaken:
        return Verdict(reruns, f"{failed[0].name} ended without an error here, and {shaken}")
    unseen = f"{failed[0].name} failed at a partner, or was killed there"
    return Verdict(min(reruns, UNSEEN_RERUNS), unseen)


def _ended_here_first(task: Task) -> bool:
    """Whether this party's part had ended before any partner's; FATE Flow then stops the others, some seconds later."""
    here = [part.ended for part in task.own if part.state in ENDED - GOOD and part.ended]
    there = [part for part in task.others if part.state in ENDED and part.ended]
    known = all(part.state for part in task.others)
    return bool(here and task.others) and known and all(part.ended >= min(here) for part in there)


def never_taken_up(job: Job, attempts: int) -> bool:
    """Whether reruns were asked for and FATE Flow has made no new version of any task."""
    return attempts > 0 and bool(job.tasks) and max(task.version for task in job.tasks) == 0
