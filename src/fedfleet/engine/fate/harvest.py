"""Everything a party has of a job, brought into a folder: what each of its tasks put out and reported, and the logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fedfleet.engine.fate.errors import FlowAnswerError, FlowError
from fedfleet.engine.fate.outputs import TaskRef
from fedfleet.engine.fate.tables import NO_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fedfleet.engine.fate.flow import FlowClient


def harvest(flow: FlowClient, job_id: str, folder: Path, tell: Callable[[str], None]) -> tuple[Path, ...]:
    """Download models, tables, figures and logs of a job, as far as the party has them; returns the files.

    Files of an earlier download are replaced. Names are ROLE-TASK.model.tar, ROLE-TASK.KEY.csv, ROLE-TASK.metrics.json and logs.tar.gz.

    Args:
        flow: the party's FATE Flow.
        job_id: the job.
        folder: is made where it is missing.
        tell: is told each file before it comes, and tables that are no longer there.

    Raises:
        JobNotFoundError: the party knows no such job. FlowError: something could not be downloaded; a table that FATE Flow does not hand
            out keeps nothing else from being downloaded first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    refs = dict.fromkeys(TaskRef.of(task) for task in flow.tasks(job_id))
    files: list[Path] = []
    refused: dict[str, FlowAnswerError] = {}
    for ref in refs:
        files += _of_task(flow, ref, folder, tell, refused)
    logs = folder / "logs.tar.gz"
    tell(logs.name)
    flow.outputs.download_logs(job_id, logs)
    if refused:
        first = next(iter(refused.values()))
        raise FlowError(
            f"{', '.join(refused)} of job {job_id} cannot be downloaded; everything else has been",
            expected=first.expected,
            found=first.found,
            where=first.where,
            next_step="Look at the log of the party's pod python",
        )
    return (*files, logs)


def _of_task(
    flow: FlowClient, ref: TaskRef, folder: Path, tell: Callable[[str], None], refused: dict[str, FlowAnswerError]
) -> Iterator[Path]:
    stem = f"{ref.role}-{ref.task_name}"
    if flow.outputs.model(ref):
        target = folder / f"{stem}.model.tar"
        tell(target.name)
        flow.outputs.download_model(ref, target)
        yield target
    for key in flow.outputs.tables(ref):
        target = folder / f"{stem}.{key}.csv"
        tell(target.name)
        try:
            flow.outputs.save_table(ref, key, target)
        except FlowAnswerError as error:
            if error.code == NO_TABLE:
                # An upload's raw rows go when the table is made of them; FATE Flow goes on naming them.
                tell(f"{target.name}: its rows have been removed since")
            else:
                refused[target.name] = error
            continue
        yield target
    metrics = flow.outputs.metrics(ref)
    if metrics:
        target = folder / f"{stem}.metrics.json"
        tell(target.name)
        told = [metric.model_dump(by_alias=True) for metric in metrics]
        target.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        yield target
