"""The toy example: the smallest job in which two parties' brokers and FATE Flows all have a part.

Guest and host exchange the keys of a few rows both ways (fate/components/components/toy_example.py, 2.2.0). It
succeeds only if both say so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.engine.fate.errors import FlowError, FlowUnreachableError, GatewayError, JobNotFoundError
from fedfleet.engine.fate.following import stop_quietly
from fedfleet.engine.protocol import JobState, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.engine.fate.flow import FlowClient
    from fedfleet.engine.fate.views import TaskView

TASK = "toy_example_0"
Progress = Callable[[str], None]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 2.0
# A party learns of a job's end from the scheduler; this many seconds it may take until it says so itself.
_LAG = 20.0


@dataclass(frozen=True)
class ToyResult:
    """How a toy went.

    Attributes:
        job_id: FATE's id of it; empty where it was never created.
        guest, host: the two parties.
        words: what each of them says about its own part.
        seconds: from submitting to the last word.
        component: the task that failed first, with the party it failed at; empty where none did.
        message: one sentence; for a failure with FATE's own last words.
    """

    job_id: str
    guest: str
    host: str
    words: tuple[Word, ...]
    seconds: float
    component: str = ""
    message: str = ""

    @property
    def ok(self) -> bool:
        """Whether guest and host both say success."""
        said = {(word.role, word.party_id): word.state for word in self.words}
        return all(said.get(part, JobState.UNKNOWN).ok for part in (("guest", self.guest), ("host", self.host)))


def toy_dag(guest: str, host: str, *, rows: int = 1024, partitions: int = 1, timeout: float = 0.0) -> Mapping[str, object]:
    """The description of a toy job, as ``/v2/job/submit`` takes it.

    Args:
        guest: the party that starts it.
        host: its partner; the same party for a toy with itself.
        rows: how many rows both make up.
        partitions: into how many pieces each cuts them.
        timeout: seconds after which FATE itself gives the task up; 0 leaves FATE's own limit.
    """
    dag: dict[str, object] = {
        "parties": [{"party_id": [guest], "role": "guest"}, {"party_id": [host], "role": "host"}],
        "stage": "default",
        "tasks": {TASK: {"component_ref": "toy_example", "parameters": {"data_num": rows, "partition": partitions}}},
    }
    if timeout:
        # Whoever waits may be gone by then; the task must not hold its cores for FATE's three days.
        dag["conf"] = {"task": {"timeout": max(1, int(timeout))}}
    return {"dag": dag, "schema_version": "2.0.0.alpha"}


def run_toy(
    initiator: FlowClient,
    host: str,
    partner: FlowClient | None = None,
    *,
    timeout: float = 600.0,
    progress: Progress = lambda _text: None,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> ToyResult:
    """Run a toy from the initiator (guest) to the host, and hear both.

    It is stopped where it is not done in time, and where its run is interrupted: it would hold cores that nobody waits for.

    Args:
        initiator: the guest's FATE Flow.
        host: the host's party id; the initiator's own for a toy with itself.
        partner: the host's FATE Flow where it can be asked directly; None asks it through the exchange.
        timeout: seconds until the job is stopped and counts as failed.
        progress: is told each change.
        clock: the time, in seconds, that never goes back.
        pause: waits so many seconds.

    Returns:
        The result; a job that was created and failed is one too.

    Raises:
        SubmissionError, FlowUnreachableError, GatewayError: the job was not created.
    """
    started = clock()
    deadline = started + timeout
    guest = initiator.party_id
    job_id = initiator.submit(toy_dag(guest, host, timeout=timeout))
    try:
        progress(f"toy {guest} → {host}: job {job_id} created")
        own = _until_ended(initiator, job_id, deadline, progress, clock, pause)
        if not own or any(not word.state.ended for word in own):
            stop_quietly(initiator, job_id)
        words = tuple(own)
        if host != guest:
            words += _partner_words(initiator, host, partner, job_id, clock, pause)
    except BaseException:
        stop_quietly(initiator, job_id)
        raise
    result = ToyResult(job_id, guest, host, words, clock() - started)
    if result.ok:
        who = "the party says" if guest == host else "both parties say"
        return ToyResult(job_id, guest, host, words, result.seconds, message=f"{who} success of job {job_id}")
    component, message = _blame(initiator, host, partner, job_id, words)
    return ToyResult(job_id, guest, host, words, clock() - started, component, message)


def _until_ended(
    flow: FlowClient,
    job_id: str,
    deadline: float,
    progress: Progress,
    clock: Callable[[], float],
    pause: Callable[[float], None],
) -> Sequence[Word]:
    """Poll until every role of this party has ended, or time is up; FATE Flow may be away in between."""
    told, wait = "", _FIRST_PAUSE
    words: Sequence[Word] = ()
    while True:
        try:
            words = flow.words(job_id)
            state = ", ".join(f"{word.role} {word.state}" for word in words) or "not there yet"
        except (FlowUnreachableError, GatewayError, JobNotFoundError) as error:
            state = error.short
        if state != told:
            progress(f"job {job_id} at party {flow.party_id}: {state}")
            told, wait = state, _FIRST_PAUSE
        if words and all(word.state.ended for word in words):
            return words
        if clock() >= deadline:
            return words
        pause(min(wait, max(0.0, deadline - clock())))
        wait = min(wait * 1.5, _LONGEST_PAUSE)


def _partner_words(
    initiator: FlowClient,
    host: str,
    partner: FlowClient | None,
    job_id: str,
    clock: Callable[[], float],
    pause: Callable[[float], None],
) -> tuple[Word, ...]:
    if partner is not None:
        return tuple(_until_ended(partner, job_id, clock() + _LAG, lambda _text: None, clock, pause))
    try:
        task = initiator.tasks(job_id)[0]
        part = initiator.collect(task, host, "host")
    except (FlowError, IndexError) as error:
        return (Word(host, "host", JobState.UNKNOWN, f"its FATE Flow, through the exchange: {error}"),)
    return (Word(host, "host", part.party_status, "its FATE Flow, through the exchange"),)


def _blame(initiator: FlowClient, host: str, partner: FlowClient | None, job_id: str, words: Sequence[Word]) -> tuple[str, str]:
    """The task that failed, and a sentence with the last thing it said."""
    said = "; ".join(f"{word.role} {word.party_id} says {word.state}" for word in words) or "nobody says anything"
    for flow in (initiator, partner):
        for task in _failed(flow, job_id):
            component = f"{task.task_name or TASK} at {task.role} {task.party_id}"
            return component, f"{said}. {component} ended as {task.party_status}: {_last_words(flow, task)}"
    return "", f"{said}. No task of job {job_id} reports a failure at {initiator.party_id}; look at host {host}"


def _failed(flow: FlowClient | None, job_id: str) -> Sequence[TaskView]:
    if flow is None:
        return ()
    try:
        return [task for task in flow.tasks(job_id) if task.failed]
    except FlowError:
        return ()


def _last_words(flow: FlowClient | None, task: TaskView) -> str:
    report = (task.error_report or "").strip().splitlines()
    if not report and flow is not None:
        try:
            report = [*flow.log(task.job_id, task.role, task.task_name or TASK)]
        except FlowError:
            report = []
    return " | ".join(line.strip() for line in report[-3:]) or "it left no error behind"
