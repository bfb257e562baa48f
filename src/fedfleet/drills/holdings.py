"""What a party has of its finished jobs, models and tables: that a failure leaves them as they were.

Drill files name these functions; their arguments beside the scene are the file's `arguments`. Read are FATE Flow's outputs
(fate_flow/apps/client/output_app.py, 2.2.0): `/v2/output/model/query` has the model from the model store, `/v2/output/data/download` a table's rows from
the storage that holds them, HDFS or FATE Flow's volume.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fedfleet.drills.scene import Found, Scene
from fedfleet.engine.fate import Columns, FlowAnswerError, FlowError, JobNotFoundError, TableRef, TaskRef, Upload
from fedfleet.errors import FedFleetError
from fedfleet.kube import KubeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fedfleet.engine.fate import FlowClient

_LOOKED_AT: Final = 100
_ROWS: Final = 100
_UPLOAD_SECONDS: Final = 300.0
_PAUSE: Final = 1.0


class NoHoldingError(FedFleetError):
    """A party has neither model nor table, and none could be made."""


@dataclass(frozen=True)
class Holding:
    """One model, or one table, by what it is a digest of.

    Attributes:
        task: whose output it is.
        key: the table's output key; empty for the task's models.
        digest: SHA-256 of its content: of a table's rows, whatever their order.
    """

    task: TaskRef
    key: str
    digest: str

    def __str__(self) -> str:
        return f"{'table ' + self.key if self.key else 'model'} of {self.task.task_name}, {self.task.role}, job {self.task.job_id}"


def note_models_and_data(scene: Scene, jobs: int = 3) -> dict[str, object]:
    """Note what the newest finished jobs that have put out models or tables hold; of a party that has none, a small table is uploaded first.

    Raises:
        NoHoldingError: nothing could be uploaded. FlowError: FATE Flow does not answer.
    """
    with scene.party.flow() as flow:
        found = _holdings(flow, jobs)
        if not found:
            upload_sample(scene, flow)
            found = _holdings(flow, jobs)
    if not found:
        raise NoHoldingError("The party has no model and no table that could be lost", where=f"site {scene.site.name}")
    scene.kept["holdings"] = found
    return {"noted": [str(each) for each in found]}


def models_and_data_kept(scene: Scene, within: float = 120) -> Found:
    """Every model and table that was noted is there and the same, within so many seconds."""
    noted: tuple[Holding, ...] = scene.kept["holdings"]
    deadline = time.monotonic() + within
    while True:
        wrong = _wrong(scene, noted)
        if not wrong:
            return Found(
                True, f"{sum(not each.key for each in noted)} models and {sum(bool(each.key) for each in noted)} tables are as they were"
            )
        if time.monotonic() >= deadline:
            return Found(False, "; ".join(wrong))
        scene.pause(_PAUSE)


def upload_sample(scene: Scene, flow: FlowClient) -> TableRef:
    """Upload a small table that no partner has, and return how jobs name it.

    Raises:
        NoHoldingError: the upload does not succeed.
    """
    table = TableRef("fedfleet-drills", f"sample-of-{flow.party_id}")
    with tempfile.TemporaryDirectory(prefix="fedfleet-drill-") as folder:
        file = Path(folder) / "sample.csv"
        with file.open("w", newline="", encoding="utf-8") as target:
            csv.writer(target, lineterminator="\n").writerows([("id", "x"), *((f"row{number}", number / 10) for number in range(_ROWS))])
        job = flow.tables.upload(Upload(file, table, Columns(match_id="id")))
    deadline = time.monotonic() + _UPLOAD_SECONDS
    said = "nothing"
    while time.monotonic() < deadline:
        words = flow.words(job)
        said = ", ".join(str(word.state) for word in words) or said
        if words and all(word.state.ended for word in words):
            break
        scene.pause(_PAUSE)
    if said != "success":
        raise NoHoldingError("A table could not be uploaded", expected="success", found=said, where=f"job {job} of party {flow.party_id}")
    return table


def _wrong(scene: Scene, noted: tuple[Holding, ...]) -> list[str]:
    """What of it is not as it was, each a sentence."""
    try:
        with scene.party.flow() as flow:
            return [f"{each}: {told}" for each in noted if (told := _changed(flow, each))]
    except (KubeError, OSError) as error:
        return [f"FATE Flow cannot be asked: {error}"]


def _changed(flow: FlowClient, noted: Holding) -> str:
    """In what way it is not as it was; empty where it is."""
    try:
        now = _table_digest(flow, noted.task, noted.key) if noted.key else _model_digest(flow, noted.task)
    except FlowError as error:
        return str(error)
    return "" if now == noted.digest else "its content is another" if now else "it is gone"


def _holdings(flow: FlowClient, jobs: int) -> tuple[Holding, ...]:
    """All that the newest so many jobs with outputs have put out."""
    found: list[Holding] = []
    done = list(dict.fromkeys(job.job_id for job in flow.recent(_LOOKED_AT) if job.status.ok))
    for job_id in done:
        of_job = list(_of_job(flow, job_id))
        found += of_job
        jobs -= bool(of_job)
        if jobs <= 0:
            break
    return tuple(found)


def _of_job(flow: FlowClient, job_id: str) -> Iterator[Holding]:
    try:
        tasks = dict.fromkeys(TaskRef.of(task) for task in flow.tasks(job_id))
    except JobNotFoundError:
        return
    for task in tasks:
        if digest := _model_digest(flow, task):
            yield Holding(task, "", digest)
        for key in flow.outputs.tables(task):
            try:
                yield Holding(task, key, _table_digest(flow, task, key))
            except FlowAnswerError:
                # An upload's raw rows go when the table is made of them, and other tables FATE Flow does not hand out: nothing to hold it to.
                continue


def _model_digest(flow: FlowClient, task: TaskRef) -> str:
    """Of all models of a task; empty where it has none."""
    model = flow.outputs.model(task)
    return hashlib.sha256(json.dumps(dict(model), sort_keys=True).encode()).hexdigest() if model else ""


def _table_digest(flow: FlowClient, task: TaskRef, key: str) -> str:
    with tempfile.TemporaryDirectory(prefix="fedfleet-drill-") as folder:
        file = Path(folder) / "table.csv"
        flow.outputs.save_table(task, key, file)
        return hashlib.sha256(b"".join(sorted(file.read_bytes().splitlines(keepends=True)))).hexdigest()
