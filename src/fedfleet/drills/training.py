"""The training job that runs during a drill: the logistic regression of the credit-card workload, by a party and its partner.

Both need their rows for it, so both must be in the inventory; and the rows must be there (`fedfleet.workload.datasets`). Where that is not so, or there is
no time for it, a chain of toys takes its place, and the journal says why.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fedfleet.drills.jobs import NoJobError, await_job, flow_of, guest_and_host, start_job, submit
from fedfleet.engine.fate import FlowError, JobNotFoundError, TaskRef, fit_dag
from fedfleet.engine.protocol import JobState
from fedfleet.workload.datasets import credit_card
from fedfleet.workload.description import Workload
from fedfleet.workload.learning import MissingExtraError
from fedfleet.workload.pipelines import REGRESSION
from fedfleet.workload.running import Run
from fedfleet.workload.wheel import WheelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.drills.jobs import Submitter
    from fedfleet.drills.scene import Scene
    from fedfleet.engine.fate import FlowClient, JobView

NAME: Final = "drills"
_STARTED_SECONDS: Final = 240.0
# From when its process is there until it has learnt something; rather than wait for longer the drill goes on.
_LEARNING_SECONDS: Final = 40.0
# A drill that nobody cleans up after keeps no cores longer than this: seconds that a task may take.
_TASK_SECONDS: Final = 900
# In place of a training.
_TOYS: Final = 2


def upload_rows(scene: Scene) -> dict[str, object]:
    """See to it that both parties have their rows, in a table of the drills' own: uploaded once, and found again by later drills.

    Raises:
        fedfleet.workload.handover.UploadError, fedfleet.engine.fate.FlowError: a party did not take them.
    """
    why = scene.no_training
    try:
        guest, host = guest_and_host(scene)
        if not scene.known_party(host):
            why = f"party {host} is not in this inventory, so that nobody can upload its rows"
    except NoJobError as error:
        if scene.site.party_id:
            raise
        scene.kept["no_job"] = f"no job ran: {error}"
        return {"rows": None, "why": str(error)}
    uploaded: list[str] = []
    if not why:
        try:
            uploaded = _upload(scene, tuple(sorted((guest, host), key=int)))
        except (MissingExtraError, WheelError) as error:
            why = str(error)
    if why:
        scene.kept["job_notes"] = [f"a chain of toys in place of a training: {why}"]
        scene.tell(f"a chain of toys will run in place of a training: {why}")
    scene.kept["rows"] = not why
    return {"uploaded": uploaded, "why": why}


def start_training(scene: Scene, epochs: int = 20, by: Submitter = "site", timeout: int = _TASK_SECONDS) -> dict[str, object]:
    """Start the training, and return once it learns.

    Args:
        scene: where.
        epochs: how often it goes through all rows, which is how long it takes: on a machine with two cores a minute and a half with twenty.
        by: who submits it, and schedules it: this `site`, or the `partner`, which the inventory must have.
        timeout: seconds after which FATE itself gives a task up.

    Raises:
        NoJobError: there is no partner, or the job did not get that far.
        fedfleet.workload.handover.UploadError, fedfleet.engine.fate.FlowError: a party did not take its rows, or the job.
    """
    if "rows" not in scene.kept and "no_job" not in scene.kept:
        upload_rows(scene)
    if "no_job" in scene.kept:
        return {"job": None, "why": scene.kept["no_job"]}
    if not scene.kept["rows"]:
        return start_job(scene, _TOYS, by=by, timeout=timeout)
    guest, host = guest_and_host(scene, by)
    workload = described(guest, host, epochs, timeout)
    with flow_of(scene, guest) as flow:
        job = submit(scene, flow, fit_dag(workload.members, workload.plan, workload.table("train")), (guest, host))
        _await_learning(scene, flow, TaskRef(job, "guest", guest, workload.plan.model_task))
    return {"job": job, "parties": [guest, host], "epochs": epochs}


def described(guest: str, host: str, epochs: int, task_seconds: int) -> Workload:
    """The training, as workloads are described; its rows are not in it, they are uploaded already."""
    parameters: Mapping[str, object] = REGRESSION["parameters"] | {"epochs": epochs}
    return Workload.model_validate(
        {
            "name": NAME,
            "parties": {guest: {"role": "guest"}, host: {"role": "host"}},
            "arbiter": host,
            "pipeline": {**REGRESSION, "parameters": parameters, "task_seconds": task_seconds},
        }
    )


def _upload(scene: Scene, parties: tuple[str, ...]) -> list[str]:
    """Upload the rows of those who have none, all at the same time; returns who those are."""
    first, *others = parties
    with ExitStack() as stack:
        flows = {party: stack.enter_context(flow_of(scene, party)) for party in parties}
        table = described(first, others[-1], 1, _TASK_SECONDS).table("train")
        without = {party: flow for party, flow in flows.items() if not ((found := flow.tables.find(table)) and found.count)}
        if without:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fedfleet-drill-")))
            dealt = credit_card(folder, first, others, others[-1])
            learnt = {party: member.model_copy(update={"test": None}) for party, member in dealt.parties.items()}
            workload = dealt.model_copy(update={"name": NAME, "parties": learnt})
            Run(workload, {}, folder, scene.site.federation, scene.tell).hand_over(without)
    return list(without)


def _await_learning(scene: Scene, flow: FlowClient, model: TaskRef) -> None:
    """Wait until the model's task runs, and has told a first figure of how it learns.

    Raises:
        NoJobError: it ended before that, or does not begin.
    """
    running: float | None = None

    def learns(views: Sequence[JobView]) -> bool:
        nonlocal running
        if any(view.status.ended for view in views):
            return False
        if running is None and _runs(flow, model):
            running = time.monotonic()
        return running is not None and (time.monotonic() - running >= _LEARNING_SECONDS or _has_learnt(flow, model))

    await_job(scene, flow, model.job_id, learns, within=_STARTED_SECONDS, expected="that it learns")


def _runs(flow: FlowClient, model: TaskRef) -> bool:
    try:
        tasks = flow.tasks(model.job_id)
    except JobNotFoundError:
        return False
    return any(task.task_name == model.task_name and task.party_status is JobState.RUNNING for task in tasks)


def _has_learnt(flow: FlowClient, model: TaskRef) -> bool:
    try:
        return bool(flow.outputs.metrics(model))
    except FlowError:
        return False
