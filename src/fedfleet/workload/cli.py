"""`fedfleet workload`: real work over a federation."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from fedfleet.exit_codes import ExitCode
from fedfleet.sites import read_sites
from fedfleet.validation.climbing import Access
from fedfleet.workload.session import Choice, Ground, perform, upload_only

if TYPE_CHECKING:
    from fedfleet.report.workload import WorkloadReport
    from fedfleet.workload.telling import Tell

app = typer.Typer(help="Run real work over the federation.", no_args_is_help=True, add_completion=False)

_RUNG = 7
_PLAIN_WIDTH = 160

Inventory = Annotated[Path, typer.Option("--inventory", "-i", help="The inventory: its directory, or a file in it.")]
ExtraVars = Annotated[list[str] | None, typer.Option("--extra-vars", "-e", help="As `ansible-playbook -e` takes it; may be repeated.")]
WorkloadName = Annotated[str, typer.Argument(help="credit-card, credit-card-network or breast-cancer.")]
Description = Annotated[
    Path | None, typer.Option("--description", exists=True, dir_okay=False, help="A workload of your own, as YAML; instead of a name.")
]
Guest = Annotated[str, typer.Option("--guest", help="Party that starts it; empty: the inventory's first. For a built-in workload.")]
Arbiter = Annotated[str, typer.Option("--arbiter", help="Party that aggregates; empty: the inventory's last. For a built-in workload.")]


@app.command("run")
def run_workload(
    name: WorkloadName = "credit-card",
    inventory: Inventory = Path("inventories/lab"),
    description: Description = None,
    guest: Guest = "",
    arbiter: Arbiter = "",
    extra_vars: ExtraVars = None,
    uploaded: Annotated[bool, typer.Option("--uploaded", help="The rows are there already: upload nothing.")] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Record CPU and memory by component, from the computing pods' cgroups.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Upload rows, train a model of all parties, predict held-out rows, and hold the outcome against a model trained on all data.

    Ends 0 when every job succeeded at every party and the model is as good as was expected, 27 (rung 7) when not. The report goes to
    artifacts/reports/workload-NAME.json beside the inventory, rows, models and predictions to artifacts/workloads/NAME.
    """
    ground = _ground(inventory, extra_vars or [])
    report = perform(Choice(name, description, guest, arbiter), ground, _elapsed(), upload=not uploaded, measure=measure)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        _print(report, ground.report_file(report.name))
    raise typer.Exit(ExitCode.OK if report.ok else ExitCode.RUNG_FAILED + _RUNG)


@app.command("upload")
def upload_rows(
    description: Annotated[Path, typer.Option("--description", exists=True, dir_okay=False, help="The workload, as YAML.")],
    inventory: Inventory = Path("inventories/lab"),
    extra_vars: ExtraVars = None,
) -> None:
    """Upload the rows of this inventory's parties, for a workload that another party starts."""
    workload = upload_only(Choice(description=description), _ground(inventory, extra_vars or []), _elapsed())
    table = workload.table("train")
    typer.echo(f"Uploaded as {table.namespace}. Party {workload.members.guest} can start the workload now.")


def _ground(inventory: Path, extra_vars: list[str]) -> Ground:
    sites = read_sites(inventory, extra_vars)
    accesses = [Access(site.party_id, site.namespace, site.kubeconfig, site.context) for site in sites if site.party_id]
    return Ground(sites[0].federation, accesses, sites[0].directory / "artifacts")


def _elapsed() -> Tell:
    """Lines on standard error, each with the seconds since the start."""
    began = time.monotonic()
    return lambda line: typer.echo(f"{time.monotonic() - began:6.1f} s  {line}", err=True)


def _print(report: WorkloadReport, file: Path) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    measured = any(run.cpu_seconds is not None for run in report.components)
    names = ["job", "component", "party", "role", "state", "seconds", *(["CPU seconds", "most MiB"] if measured else [])]
    components = Table(*names, title="Components", title_justify="left", box=None)
    for run in report.components:
        used = [f"{run.cpu_seconds or 0:.1f}", f"{run.memory_mib or 0:.0f}"] if measured else []
        components.add_row(run.job_id, run.component, run.party_id, run.role, run.state, f"{run.seconds:.1f}", *used)
    console.print(components)
    if report.scores:
        scores = Table("model", report.scores[0].metric, title="\nScores on the same held-out rows", title_justify="left", box=None)
        for score in report.scores:
            scores.add_row(score.model, f"{score.value:.4f}")
        console.print(scores)
    console.print(f"\n{'ok' if report.ok else 'FAILED'} after {report.seconds:.0f} s: {report.message}", markup=False, soft_wrap=True)
    console.print(f"Report: {file}", markup=False, soft_wrap=True)
