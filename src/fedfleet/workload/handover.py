"""Each party's rows on their way into its FATE: uploaded, counted, and what the upload left behind cleared away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.engine.fate import TaskRef, Upload, follow
from fedfleet.errors import FedFleetError
from fedfleet.workload.telling import JobTeller

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fedfleet.engine.fate import FlowClient, TaskView
    from fedfleet.workload.description import Set, Workload
    from fedfleet.workload.telling import Tell

# Role, party and task of the part of an upload's job that puts the file into storage (fate_flow/manager/components/component_manager.py).
_UPLOAD: Final = ("local", "0", "upload_0")


class UploadError(FedFleetError):
    """A party's rows did not become a table."""


@dataclass(frozen=True)
class Uploaded:
    """One table that was made.

    Attributes:
        job_id: of the job that made it.
        rows: how many it has.
        tasks: that job's.
    """

    job_id: str
    rows: int
    tasks: tuple[TaskView, ...]


def hand_over(
    flow: FlowClient, workload: Workload, which: Set, file: Path, tell: Tell, *, timeout: float, pause: Callable[[float], None]
) -> Uploaded:
    """Make a party's table of a file, replacing an earlier one.

    Args:
        flow: the party's FATE Flow.
        workload: whose description names columns and table.
        which: the rows to learn from, or those to be predicted.
        file: the CSV file.
        tell: is told how it goes.
        timeout: seconds.
        pause: waits so many seconds; what it raises stops the upload's job.

    Raises:
        UploadError: FATE could not make a table of it, or not of all rows.
        FlowError: FATE Flow did not take it.
    """
    table = workload.table(which)
    job_id = flow.tables.upload(Upload(file, table, workload.columns_of(flow.party_id)))
    teller = JobTeller(f"upload {flow.party_id} {which}", tell)
    moment = follow(flow, job_id, teller, timeout=timeout, pause=pause)
    if not moment.state.ok:
        failed = moment.failed
        report = ((failed.error_report if failed else "") or "").strip().splitlines()
        raise UploadError(
            f"party {flow.party_id} could not make a table of {file.name}",
            expected=f"success of job {job_id}",
            found=f"{failed.task_name if failed else 'job'} {moment.state}: {' | '.join(report[-2:]) or 'it left no error behind'}",
            where=str(file),
            next_step=f"Hold the file against the description's columns; fedfleet job logs {job_id} tells more",
        )
    _forget_raw_rows(flow, job_id)
    found = flow.tables.find(table)
    wanted = _lines(file) - 1
    rows = (found.count if found else 0) or 0
    if rows != wanted:
        raise UploadError(
            f"party {flow.party_id} has not all rows of {file.name}",
            expected=f"{wanted} rows in table {table.namespace}/{table.name}",
            found=f"{rows}",
            where=str(file),
            next_step="Look for blank lines or ids that are there twice",
        )
    return Uploaded(job_id, rows, moment.tasks)


def _forget_raw_rows(flow: FlowClient, job_id: str) -> None:
    """Remove the raw rows that an upload leaves in storage beside the data frame it made of them."""
    for tables in flow.outputs.tables(TaskRef(job_id, *_UPLOAD)).values():
        for table in tables:
            flow.tables.remove(table)


def _lines(file: Path) -> int:
    with file.open("rb") as source:
        return sum(1 for line in source if line.strip())
