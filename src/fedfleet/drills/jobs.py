"""A job that runs during a drill, and the jobs of before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills.scene import Found, Scene
from fedfleet.engine.fate import FlowError, JobNotFoundError, toy_dag
from fedfleet.engine.protocol import JobState
from fedfleet.errors import FedFleetError
from fedfleet.kube import KubeError
from fedfleet.validation.party import partners_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.engine.fate import FlowClient, JobView

_PAUSE: Final = 1.0
# So many jobs of before are looked for, among as many more: jobs that are submitted meanwhile push none of them out.
_REMEMBERED: Final = 100
_STARTED_SECONDS: Final = 180.0


class NoJobError(FedFleetError):
    """A job that a drill needs cannot be started, or ended before anything was done to it."""


def chain(guest: str, host: str, tasks: int) -> Mapping[str, object]:
    """A job of so many toys. They wait for one another where the party has cores for one of them only."""
    description: dict[str, Any] = dict(toy_dag(guest, host))
    (toy,) = description["dag"]["tasks"].values()
    description["dag"]["tasks"] = {f"toy_example_{number}": toy for number in range(tasks)}
    return description


def start_job(scene: Scene, tasks: int = 1) -> dict[str, object]:
    """Start a job with the party's first partner, and return once a component of it runs.

    Raises:
        NoJobError: there is no partner, or the job did not get that far.
    """
    party = scene.party
    partners = partners_of(party.party_id, party.roster())
    if not partners:
        raise NoJobError("This party has no partner to run a job with", expected="an admission, and another admitted party")
    with party.flow() as flow:
        job = flow.submit(chain(party.party_id, partners[0], tasks))
        here = scene.known_party(partners[0]) is not None
        scene.kept |= {"job": job, "job_partner": partners[0], "job_parties": 2 if here else 1, "job_started": time.monotonic()}
        deadline = time.monotonic() + _STARTED_SECONDS
        state = "nothing"
        while time.monotonic() < deadline:
            states = [view.status for view in flow.jobs(job)]
            state = ", ".join(states) or "nothing"
            if JobState.RUNNING in _parts(flow, job):
                return {"job": job, "partner": partners[0], "tasks": tasks}
            if any(each.ended for each in states):
                break
            scene.pause(_PAUSE)
    raise NoJobError("The drill's job did not get as far as a component that runs", expected="running", found=state, where=f"job {job}")


def _parts(flow: FlowClient, job: str) -> list[JobState]:
    """How this party's parts in the job's tasks stand; none while it has no task yet."""
    try:
        return [task.party_status for task in flow.tasks(job)]
    except JobNotFoundError:
        return []


def stop_job(scene: Scene) -> dict[str, object]:
    """Stop the drill's job where it still runs: nobody waits for it any more."""
    job = scene.kept.get("job")
    if not job:
        return {"job": None}
    with scene.party.flow() as flow:
        if any(not view.status.ended for view in flow.jobs(job)):
            flow.stop(job)
    return {"job": job}


def history_kept(scene: Scene) -> Found:
    """Every job that the party knew when the drill began is still known, the newest hundred of them."""
    with scene.party.flow() as flow:
        now = [job.job_id for job in flow.recent(2 * _REMEMBERED)]
    before: set[str] = scene.kept.setdefault("history", set(now[:_REMEMBERED]))
    lost = sorted(before - set(now))
    return Found(not lost, f"lost: {', '.join(lost)}" if lost else f"{len(before)} jobs of before are known")


def job_succeeds(scene: Scene, within: float = 600) -> Found:
    """The job that the drill started ends well at this party and, where the inventory has it, at its partner, within so many seconds.

    A job that failed may yet be rerun by the job guardian; only one that it has left counts as lost.
    """
    job, started = scene.kept["job"], scene.kept["job_started"]
    deadline = time.monotonic() + within
    said = "nobody says anything"
    while time.monotonic() < deadline:
        views = _views(scene, job)
        if views:
            said = ", ".join(f"{view.role} {view.party_id} says {view.status}" for view in views)
            note = next((view.guardian for view in views if view.guardian), None)
            told = f"; guardian: {note.text}" if note else ""
            if all(view.status.ok for view in views) and len(views) >= scene.kept["job_parties"]:
                seconds = time.monotonic() - started
                scene.kept["job_seconds"] = round(seconds, 1)
                return Found(True, f"success {seconds:.0f} s after it was submitted: {said}{told}")
            if any(view.status.ended and not view.status.ok for view in views) and note is not None and note.left:
                return Found(False, f"job {job}: {said}{told}")
            said += told
        scene.pause(_PAUSE)
    return Found(False, f"job {job} has not succeeded after {within:.0f} s: {said}")


def _views(scene: Scene, job: str) -> list[JobView]:
    """What the parties that can be asked say of the job; those that do not answer say nothing."""
    views: list[JobView] = []
    for party_id in (scene.site.party_id, scene.kept["job_partner"]):
        site = scene.known_party(party_id or "")
        if site is None:
            continue
        try:
            with scene.party_of(site).flow() as flow:
                views += flow.jobs(job)
        except (FlowError, KubeError, OSError):
            continue
    return views
