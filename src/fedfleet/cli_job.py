"""`fedfleet job`: the jobs of one party's FATE, as its own people see them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from fedfleet.engine.fate import FlowClient, JobView, TaskView
from fedfleet.engine.fate.following import rerun
from fedfleet.engine.fate.harvest import harvest
from fedfleet.exit_codes import ExitCode
from fedfleet.sites import read_sites, site_named
from fedfleet.validation.party import Party

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.engine.fate import Moment

app = typer.Typer(help="Look at a party's jobs, and act on them.", no_args_is_help=True, add_completion=False)

_PLAIN_WIDTH = 160

Inventory = Annotated[Path, typer.Option("--inventory", "-i", help="The inventory: its directory, or a file in it.")]
SiteName = Annotated[str, typer.Option("--site", help="Party, by its name in the inventory or its id; empty: the only one.")]
ExtraVars = Annotated[list[str] | None, typer.Option("--extra-vars", "-e", help="As `ansible-playbook -e` takes it; may be repeated.")]
# FATE Flow hands what is asked for on to a shell when it reads logs (manager/outputs/log.py): nothing but ids and names gets there.
_WORD = r"^[A-Za-z0-9_]{1,60}$"
JobId = Annotated[str, typer.Argument(help="The job's id.", metavar="JOB", show_default=False, callback=lambda value: _word(value))]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_jobs(
    inventory: Inventory = Path("inventories/lab"),
    site: SiteName = "",
    last: Annotated[int, typer.Option("--last", min=1, max=1000, help="How many, newest first.")] = 20,
    extra_vars: ExtraVars = None,
    as_json: AsJson = False,
) -> None:
    """List the jobs a party has had a part in, uploads included, newest first."""
    with _flow(inventory, site, extra_vars) as flow:
        jobs = flow.recent(last)
    if as_json:
        typer.echo(json.dumps([job.model_dump(mode="json") for job in jobs], indent=2))
        return
    table = _table("job", "role", "state", "created (UTC)", "seconds", "with", "guardian")
    for job in jobs:
        table.add_row(job.job_id, job.role, str(job.status), _moment(job.create_time), _seconds(job.elapsed), _others(job), _guardian(job))
    _console().print(table)


@app.command("show")
def show_job(
    job: JobId, inventory: Inventory = Path("inventories/lab"), site: SiteName = "", extra_vars: ExtraVars = None, as_json: AsJson = False
) -> None:
    """Show how a job stands at a party: its components with times, and what a failed one said."""
    with _flow(inventory, site, extra_vars) as flow:
        views, tasks = flow.jobs(job), flow.tasks(job)
    if as_json:
        told = {"job": [view.model_dump(mode="json") for view in views], "tasks": [task.model_dump(mode="json") for task in tasks]}
        typer.echo(json.dumps(told, indent=2))
        return
    console = _console()
    for view in views:
        console.print(f"{view.job_id}  {view.role} {view.party_id}  {view.status}  {_seconds(view.elapsed)} s  with {_others(view)}")
        if view.guardian:
            console.print(f"guardian: {view.guardian.text}", markup=False, soft_wrap=True)
    table = _table("component", "role", "run", "state", "began (UTC)", "seconds")
    for task in tasks:
        began = _moment(task.start_time)
        table.add_row(task.task_name, task.role, str(task.task_version), str(task.party_status), began, _seconds(task.elapsed))
    console.print(table)
    for task in tasks:
        if task.error_report:
            console.print(f"\n{task.task_name} at {task.role} {task.party_id}:\n{task.error_report.strip()}", markup=False, soft_wrap=True)


@app.command("logs")
def show_logs(
    job: JobId,
    inventory: Inventory = Path("inventories/lab"),
    site: SiteName = "",
    component: Annotated[
        str, typer.Option("--component", help="One component; empty: all.", callback=lambda value: value and _word(value))
    ] = "",
    level: Annotated[str, typer.Option("--level", help="error, warning, info or debug.")] = "info",
    last: Annotated[int, typer.Option("--last", min=1, help="Lines of each component.")] = 50,
    extra_vars: ExtraVars = None,
) -> None:
    """Print the last lines that a job's components logged at a party."""
    if level not in ("error", "warning", "info", "debug"):
        raise typer.BadParameter("expected error, warning, info or debug", param_hint="--level")
    with _flow(inventory, site, extra_vars) as flow:
        wanted = [task for task in _newest(flow.tasks(job)) if component in ("", task.task_name)]
        for task in wanted:
            typer.echo(f"== {task.task_name} at {task.role} {task.party_id}: {task.party_status}")
            for line in flow.log(job, task.role, task.task_name, f"task_{level}", last, party_id=task.party_id):
                typer.echo(line)
    if not wanted:
        raise typer.BadParameter(f"the job has no component {component}", param_hint="--component")


@app.command("rerun")
def rerun_job(
    job: JobId,
    inventory: Inventory = Path("inventories/lab"),
    site: SiteName = "",
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds until it is stopped again.")] = 3600.0,
    extra_vars: ExtraVars = None,
) -> None:
    """Run a job's failed components again; what succeeded is kept. For the party that submitted it. Ends 0 when it succeeds."""
    with _flow(inventory, site, extra_vars) as flow:
        end = rerun(flow, job, _Watch(), timeout=timeout)
    typer.echo(f"{job} {end.state} after {end.seconds:.0f} s")
    raise typer.Exit(ExitCode.OK if end.state.ok else ExitCode.FAILED)


@app.command("stop")
def stop_job(job: JobId, inventory: Inventory = Path("inventories/lab"), site: SiteName = "", extra_vars: ExtraVars = None) -> None:
    """Stop a job at all parties."""
    with _flow(inventory, site, extra_vars) as flow:
        flow.stop(job)
    typer.echo(f"{job} is told to stop")


@app.command("download")
def download_job(
    job: JobId,
    inventory: Inventory = Path("inventories/lab"),
    site: SiteName = "",
    to: Annotated[Path | None, typer.Option("--to", file_okay=False, help="Folder; empty: ./JOB.")] = None,
    extra_vars: ExtraVars = None,
) -> None:
    """Download what a party has of a job: models, tables, figures and logs."""
    folder = to or Path(job)
    began = time.monotonic()
    with _flow(inventory, site, extra_vars) as flow:
        files = harvest(flow, job, folder, lambda name: typer.echo(f"{time.monotonic() - began:6.1f} s  {name}", err=True))
    size = sum(file.stat().st_size for file in files)
    typer.echo(f"{len(files)} files, {size / 1e6:.1f} MB, in {folder}")


@contextmanager
def _flow(inventory: Path, site: str, extra_vars: list[str] | None) -> Iterator[FlowClient]:
    chosen = site_named(read_sites(inventory, extra_vars or []), site)
    with chosen.connect() as client, Party(chosen.party_id or "", client, chosen.namespace).flow() as flow:
        yield flow


class _Watch:
    """Says each change of the job's components once."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, moment: Moment) -> None:
        line = moment.trouble or ", ".join(f"{task.task_name} {task.party_status}" for task in moment.tasks) or str(moment.state)
        if line != self._told:
            self._told = line
            typer.echo(f"{moment.seconds:6.1f} s  {line}", err=True)


def _newest(tasks: Sequence[TaskView]) -> list[TaskView]:
    newest = {(task.role, task.task_name): task for task in sorted(tasks, key=lambda task: task.task_version)}
    return list(newest.values())


def _word(value: str) -> str:
    if not re.fullmatch(_WORD, value):
        raise typer.BadParameter(f"expected letters, digits and underscores, found {value!r}")
    return value


def _others(job: JobView) -> str:
    return ", ".join(
        f"{part.role} {party}" for part in job.parties for party in part.party_id if party != job.party_id or part.role != job.role
    )


def _guardian(job: JobView) -> str:
    """What the job guardian did, in few words; `show` has all of them."""
    note = job.guardian
    if note is None:
        return ""
    done = f"{note.reruns} rerun{'' if note.reruns == 1 else 's'}" if note.reruns else ""
    return ", ".join(filter(None, (done, "left" if note.left else ""))) or "see show"


def _moment(milliseconds: int | None) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S") if milliseconds else ""


def _seconds(milliseconds: int | None) -> str:
    return f"{milliseconds / 1000:.1f}" if milliseconds else ""


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column == "seconds" else "left", overflow="fold")
    return table


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal:
        # A log or a pipe has no width of its own.
        console.width = _PLAIN_WIDTH
    return console
