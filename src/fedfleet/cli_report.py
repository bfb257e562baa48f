"""`fedfleet report`: what was proven, and how long each stage took; in a terminal, as JSON and as a page."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fedfleet.exit_codes import ExitCode
from fedfleet.report import NoReportError, Report, load_report
from fedfleet.report.text import print_report

# A log or a pipe has no width of its own; tables of names and times must not be folded at 80 columns there.
PLAIN_WIDTH = 160


def report(
    inventory: Annotated[
        Path, typer.Option("--inventory", "-i", help="The inventory whose runs are reported: its directory, or a file in it.")
    ] = Path("inventories/lab"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: all that the page shows.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Where the page goes; else artifacts/reports/report.html beside the inventory.")
    ] = None,
) -> None:
    """Print what the newest runs on an inventory proved, and how long each stage took; and write it all as a page.

    The page is one HTML file that needs nothing from anywhere: topology, ladder, routes, stages, workloads, certificates, sizes, images,
    versions. With --json it is written only where --html says.

    Ends 0 when all of it holds, 21 to 27 by the lowest rung that failed, 6 when a replica does not serve a route, 5 when the newest
    run stopped, 1 when a certificate has ended, 3 when no run has reported.
    """
    try:
        found = load_report(inventory)
    except NoReportError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(ExitCode.NO_REPORT) from error
    page = _written(found, inventory, html) if html or not as_json else None
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = PLAIN_WIDTH
        print_report(found, console)
    if page and not as_json:
        typer.echo(f"The whole report as a page: {page}")
    raise typer.Exit(exit_code_of(found))


def _written(found: Report, inventory: Path, target: Path | None) -> Path | None:
    """The page's place. Where nobody asked for it by name, a report can be read without it, as from a directory of somebody else's."""
    from fedfleet.report.page import PageNotWrittenError, default_place, write_page

    try:
        return write_page(found, target or default_place(inventory))
    except PageNotWrittenError as error:
        if target:
            raise
        typer.echo(f"Warning: {error}", err=True)
        return None


def exit_code_of(found: Report) -> int:
    """Return how the command ends for this report: the most telling failure wins."""
    failed = [rung.rung for rung in found.rungs if not rung.ok]
    if failed:
        return ExitCode.RUNG_FAILED + min(failed)
    if not all(route.ok for route in found.routes):
        return ExitCode.ROUTE_FAILED
    if not all(stage.ok for stage in found.stages):
        return ExitCode.STAGE_FAILED
    return ExitCode.OK if found.ok else ExitCode.FAILED
