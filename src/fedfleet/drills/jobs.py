"""A job that runs during a drill, and the jobs of before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from fedfleet.drills.holdings import upload_sample
from fedfleet.drills.scene import Found, Scene
from fedfleet.engine.fate import FlowError, FlowUnreachableError, JobNotFoundError, Members, read_dag, run_toy, toy_dag
from fedfleet.engine.fate.following import stop_quietly
from fedfleet.engine.protocol import JobState
from fedfleet.errors import FedFleetError
from fedfleet.kube import KubeError
from fedfleet.validation.party import partners_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from fedfleet.engine.fate import FlowClient, JobView

_PAUSE: Final = 1.0
# So many jobs of before are looked for, among as many more: jobs that are submitted meanwhile push none of them out.
_REMEMBERED: Final = 100
_STARTED_SECONDS: Final = 180.0
_READ_SECONDS: Final = 300
# The job guardian reruns a failed job after ten seconds at the earliest (images/fate/job_guardian/guard.py).
_FINAL_SECONDS: Final = 30.0
# A rollback's step has three minutes (restoring.py), and asking FATE Flow once may take one of them.
_STOP_SECONDS: Final = 100.0
# A rerun that the job guardian has asked for already is taken up within some seconds.
_RERUN_SECONDS: Final = 10.0
_LEFT: Final = "a drill ran it and is over: it is not run again"

Phase: TypeAlias = Literal["submitted", "starting", "running", "ending"]
Submitter: TypeAlias = Literal["site", "partner"]
Ending: TypeAlias = Literal["failed", "alike"]


class NoJobError(FedFleetError):
    """A job that a drill needs cannot be started, or ended before anything was done to it."""


class RunsOnError(FedFleetError):
    """The drill's job cannot be stopped."""


def chain(guest: str, host: str, tasks: int, timeout: float = 0.0) -> Mapping[str, object]:
    """A job of so many toys. They wait for one another where the party has cores for one of them only.

    ``timeout`` are the seconds after which FATE itself gives a task up; 0 leaves FATE's own limit.
    """
    description: dict[str, Any] = dict(toy_dag(guest, host, timeout=timeout))
    (toy,) = description["dag"]["tasks"].values()
    description["dag"]["tasks"] = {f"toy_example_{number}": toy for number in range(tasks)}
    return description


def start_job(scene: Scene, tasks: int = 1, phase: Phase = "running", by: Submitter = "site", timeout: float = 0.0) -> dict[str, object]:
    """Start a job of toys with a partner, and return once it is in a phase.

    Args:
        scene: where.
        tasks: of how many toys it is.
        phase: `submitted`: every party has it. `starting`: it runs, and perhaps no component yet. `running`: a component runs. `ending`: the last
            component has ended here, and the job not necessarily.
        by: who submits it, and schedules it: this `site`, or the `partner`, which the inventory must have.
        timeout: seconds after which FATE itself gives a task up; 0 leaves FATE's own limit.

    Raises:
        NoJobError: there is no partner, or the job did not get that far.
    """
    guest, host = guest_and_host(scene, by)
    with flow_of(scene, guest) as flow:
        job = submit(scene, flow, chain(guest, host, tasks, timeout), (guest, host))

        def reached(views: Sequence[JobView]) -> bool:
            return bool(views) and _reached(phase, tasks, [view.status for view in views], _parts(flow, job))

        await_job(scene, flow, job, reached, within=_STARTED_SECONDS, expected=phase)
    return {"job": job, "parties": [guest, host], "tasks": tasks, "phase": phase}


def await_job(
    scene: Scene, flow: FlowClient, job: str, reached: Callable[[Sequence[JobView]], bool], *, within: float, expected: str
) -> None:
    """Wait until the drill's job has got as far as the drill needs it, by what its parties say of it.

    One that fails before that may be rerun by the job guardian; that is noted, as no fault of the drill has done it.

    Raises:
        NoJobError: it ended before that, or has not got there after ``within`` seconds; ``expected`` says what was waited for.
    """
    deadline = time.monotonic() + within
    state = "nothing"
    while time.monotonic() < deadline:
        views = flow.jobs(job)
        state = ", ".join(view.status for view in views) or "nothing"
        if reached(views):
            scene.kept["job_reruns"] = _reruns(views)
            return
        if any(view.status.ok or (view.guardian and view.guardian.left) for view in views):
            break
        scene.pause(_PAUSE)
    raise NoJobError("The drill's job did not get as far as it must", expected=expected, found=state, where=f"job {job}")


def _reached(phase: Phase, tasks: int, states: Sequence[JobState], parts: Sequence[JobState]) -> bool:
    """Whether a job is in a phase, by its states and those of this party's parts in its tasks."""
    return {
        "submitted": True,
        "starting": JobState.RUNNING in states,
        "running": JobState.RUNNING in parts,
        "ending": len(parts) == tasks and all(part.ok for part in parts),
    }[phase]


def start_job_that_errs(scene: Scene) -> dict[str, object]:
    """Start a job that reads a table which this party has and its partner has not; this party's is uploaded first.

    Raises:
        NoJobError: there is no partner. NoHoldingError: the table cannot be uploaded.
    """
    own, partner = guest_and_host(scene)
    with flow_of(scene, own) as flow:
        table = upload_sample(scene, flow)
        job = submit(scene, flow, read_dag(Members(own, (partner,)), table, _READ_SECONDS), (own, partner))
    return {"job": job, "parties": [own, partner], "table": f"{table.namespace}.{table.name}"}


def guest_and_host(scene: Scene, by: Submitter = "site") -> tuple[str, str]:
    """Who submits the drill's job, and who takes part: the party, and its first partner; if it can be, one that the inventory has.

    Raises:
        NoJobError: there is no party, or it has no partner.
    """
    site = scene.jobs_from
    if site is None:
        raise NoJobError("This inventory has no party to run a job", expected="a party beside the exchange")
    own = site.party_id or ""
    partners = partners_of(own, scene.party_of(site).roster())
    if not partners:
        raise NoJobError("This party has no partner to run a job with", expected="an admission, and another admitted party")
    partner = next(filter(scene.known_party, partners), partners[0])
    return (own, partner) if by == "site" else (partner, own)


def flow_of(scene: Scene, party_id: str) -> AbstractContextManager[FlowClient]:
    """A party's FATE Flow.

    Raises:
        NoJobError: the inventory does not have the party.
    """
    site = scene.known_party(party_id)
    if site is None:
        raise NoJobError(
            "A job is to be submitted by the partner, whose cluster is not known", expected=f"party {party_id} in the inventory"
        )
    return scene.party_of(site).flow()


def submit(scene: Scene, flow: FlowClient, description: Mapping[str, object], parties: Sequence[str]) -> str:
    """Submit the drill's job, and leave its id to later steps and to whoever restores the site.

    Raises:
        OverError: the drill ended meanwhile. UndoFileError: the id cannot be written down. The job is stopped then.
        fedfleet.engine.fate.FlowError: it was not created.
    """
    job = flow.submit(description)
    scene.kept |= {"job_parties": [party for party in parties if scene.known_party(party)], "job_started": time.monotonic()}
    try:
        scene.remember(job=job, job_by=flow.party_id)
        scene.pause(0)
    except FedFleetError:
        stop_quietly(flow, job)
        raise
    return job


def _parts(flow: FlowClient, job: str) -> list[JobState]:
    """How this party's parts in the job's tasks stand; none while it has no task yet."""
    try:
        return [task.party_status for task in flow.tasks(job)]
    except JobNotFoundError:
        return []


def stop_job(scene: Scene) -> dict[str, object]:
    """Stop the drill's job where it still runs, and one that the job guardian has submitted in its place: nobody waits for them any more.

    The guardian reruns neither. FATE Flow may only be coming back, and is asked until it says that they have ended.

    Raises:
        RunsOnError: it has not said so in time.
    """
    job = scene.kept.get("job")
    if not job:
        return {"job": None}
    deadline = time.monotonic() + _STOP_SECONDS
    while True:
        try:
            with flow_of(scene, scene.kept["job_by"]) as flow:
                wait, found = _stop(flow, job), "it was told to stop, and has not ended"
        except (FlowError, KubeError, OSError) as error:
            wait, found = _PAUSE, str(error)
        if not wait:
            return {"job": job}
        if time.monotonic() + wait >= deadline:
            raise RunsOnError("The drill's job may run on", expected="that it ends", found=found, where=f"job {job}")
        scene.pause(wait)


def _stop(flow: FlowClient, job: str) -> float:
    """See to it that a job and those in its place end; in how many seconds to look again, 0 where they have ended for good."""
    wait = 0.0
    while job:
        views = _views_of(flow, job)
        if any(not view.status.ended for view in views):
            flow.stop(job)
            wait = max(wait, _PAUSE)
        for view in filter(_may_be_rerun, views):
            flow.describe(view, view.left_as(_LEFT))
            wait = _RERUN_SECONDS
        job = _successor(views)
    return wait


def _views_of(flow: FlowClient, job: str) -> Sequence[JobView]:
    """What a party says of a job; nothing where it knows no such job."""
    try:
        return flow.jobs(job)
    except JobNotFoundError:
        return ()


def history_kept(scene: Scene) -> Found:
    """Every job that the party knew when the drill began is still known, the newest hundred of them."""
    with scene.party.flow() as flow:
        now = [job.job_id for job in flow.recent(2 * _REMEMBERED)]
    before: set[str] = scene.kept.setdefault("history", set(now[:_REMEMBERED]))
    lost = sorted(before - set(now))
    return Found(not lost, f"lost: {', '.join(lost)}" if lost else f"{len(before)} jobs of before are known")


def job_state(scene: Scene) -> Found:
    """The drill's job has not failed, as its parties that the inventory has say; before there is one, there is nothing to fail.

    Raises:
        FlowUnreachableError: none of them answers.
    """
    if "job" not in scene.kept:
        return Found(True, scene.kept.get("no_job") or "it is not submitted yet")
    views = _views(scene, scene.kept["job"])
    if not views:
        raise FlowUnreachableError("No party of the job answers")
    return Found(not any(map(_bad, views)), _told(scene, views))


def job_succeeds(scene: Scene, within: float = 600, rerun: bool = True) -> Found:
    """The job that the drill started ends well at every party of it that the inventory has, within so many seconds.

    A job that failed may yet be rerun by the job guardian; only one that it has left counts as lost. One that it submitted anew is followed.
    Where the inventory has nobody who could run a job, none ran, and that is said.

    Args:
        scene: where.
        within: seconds.
        rerun: whether it may have failed meanwhile; without, it must have gone through at once from where the drill found it.
    """
    if "no_job" in scene.kept:
        return Found(True, scene.kept["no_job"])
    job, started = scene.kept["job"], scene.kept["job_started"]
    deadline = time.monotonic() + within
    said = "nobody says anything"
    while time.monotonic() < deadline:
        views = _views(scene, job)
        if views:
            said = _told(scene, views)
            if not rerun and (any(map(_bad, views)) or _reruns(views) > scene.kept.get("job_reruns", 0)):
                return Found(False, f"job {job} did not go through without a rerun: {said}")
            if all(view.status.ok for view in views) and _heard(views) >= set(scene.kept["job_parties"]):
                seconds = time.monotonic() - started
                scene.kept["job_seconds"] = round(seconds, 1)
                return Found(True, f"success {seconds:.0f} s after it was submitted: {said}")
            successor = _successor(views)
            if successor:
                job = successor
                scene.remember(job=job)
                continue
            left = any(view.guardian and view.guardian.left for view in views)
            if left and any(map(_bad, views)):
                return Found(False, f"job {job}: {said}")
        scene.pause(_PAUSE)
    return Found(False, f"job {job} has not succeeded after {within:.0f} s: {said}")


def job_ends(scene: Scene, within: float = 300, how: Ending = "failed", here: bool = False) -> Found:
    """The job that the drill started ends within so many seconds, and every party of it that the inventory has says the same.

    A failure counts when nothing becomes of it for half a minute, or the job guardian has left it: until then it may be rerun.

    Args:
        scene: where.
        within: seconds.
        how: `failed`: other than well. `alike`: well or not.
        here: whether this party alone is asked, as its partner is not to be reached.
    """
    job = scene.kept["job"]
    own = scene.jobs_from.party_id if scene.jobs_from else ""
    wanted = {own} if here else set(scene.kept["job_parties"])
    deadline = time.monotonic() + within
    since: float | None = None
    said = "nobody says anything"
    while time.monotonic() < deadline:
        views = [view for view in _views(scene, job) if not here or view.party_id == own]
        said = _told(scene, views) or said
        alike = _heard(views) >= wanted and all(view.status.ended for view in views) and len({view.status.ok for view in views}) == 1
        if alike and views[0].status.ok:
            return Found(how == "alike", said)
        since = (since or time.monotonic()) if alike else None
        if since and (time.monotonic() - since >= _FINAL_SECONDS or any(view.guardian and view.guardian.left for view in views)):
            return Found(True, said)
        scene.pause(_PAUSE)
    return Found(False, f"job {job} has not ended after {within:.0f} s: {said}")


def new_job_succeeds(scene: Scene, within: float = 300) -> Found:
    """A toy that is submitted now succeeds at this party and at a partner, within so many seconds."""
    own, partner = guest_and_host(scene)
    with flow_of(scene, own) as flow:
        toy = run_toy(flow, partner, timeout=within, pause=scene.pause)
    return Found(toy.ok, f"{toy.message}, after {toy.seconds:.0f} s")


def _reruns(views: Sequence[JobView]) -> int:
    """How often the job guardian has rerun the job so far."""
    return max((view.guardian.reruns for view in views if view.guardian), default=0)


def _bad(view: JobView) -> bool:
    return view.status.ended and not view.status.ok


def _may_be_rerun(view: JobView) -> bool:
    """Whether the job guardian may yet rerun it; it leaves alone what somebody stopped."""
    return _bad(view) and view.status is not JobState.CANCELED and not (view.guardian and view.guardian.left)


def _successor(views: Sequence[JobView]) -> str:
    """The job that the job guardian has submitted in place of this one; empty where it has not."""
    return next((view.guardian.successor for view in views if view.guardian), "")


def _heard(views: Sequence[JobView]) -> set[str]:
    """Who says something; a party may have two roles."""
    return {view.party_id for view in views}


def _told(scene: Scene, views: Sequence[JobView]) -> str:
    """What parties say, and the job guardian, and what is to be known of the job; empty where nobody says anything."""
    if not views:
        return ""
    note = next((view.guardian for view in views if view.guardian), None)
    said = ", ".join(f"{view.role} {view.party_id} says {view.status}" for view in views)
    notes = [f"guardian: {note.text}"] if note else []
    return "; ".join([said, *notes, *scene.kept.get("job_notes", ())])


def _views(scene: Scene, job: str) -> list[JobView]:
    """What the parties that can be asked say of the job; those that do not answer say nothing."""
    views: list[JobView] = []
    for party_id in scene.kept["job_parties"]:
        try:
            with flow_of(scene, party_id) as flow:
                views += flow.jobs(job)
        except (FlowError, KubeError, OSError):
            continue
    return views
