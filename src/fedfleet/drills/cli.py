"""`fedfleet drill`: faults done on purpose, and what they measured."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from fedfleet import progress
from fedfleet.drills import undo
from fedfleet.drills.catalogue import chosen, drills
from fedfleet.drills.history import DRILLS, journals
from fedfleet.drills.showing import plan_lines, print_list, print_report
from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode
from fedfleet.report.load import NoReportError, inventory_directory

if TYPE_CHECKING:
    from fedfleet.drills.conduct import Ground
    from fedfleet.drills.experiment import Experiment
    from fedfleet.drills.journal import Journal
    from fedfleet.drills.summary import DrillReport
    from fedfleet.sites import VcenterLogin

app = typer.Typer(
    help="Do faults on purpose, and measure what becomes of them: docs/how-to/drills.md.", no_args_is_help=True, add_completion=False
)

_PLAIN_WIDTH = 200
_QUICK = "the quick set is to be over soon"


class Output(StrEnum):
    """How results are shown."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


class ListOutput(StrEnum):
    """How the list is shown."""

    TEXT = "text"
    JSON = "json"


# Minutes are enough to plan with.
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%MZ"]
Inventory = Annotated[Path, typer.Option("--inventory", "-i", help="The inventory: its directory, or a file in it.")]
SiteName = Annotated[
    str, typer.Option("--site", help="The site, by its name in the inventory or its party id; empty: the first of the drill's kind.")
]
ExtraVars = Annotated[list[str] | None, typer.Option("--extra-vars", "-e", help="As `ansible-playbook -e` takes it; may be repeated.")]
Names = Annotated[list[str] | None, typer.Argument(help="Drills by name; `fedfleet drill list` has them.", metavar="[DRILL]...")]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", help="Every drill that bears this tag, such as table, the reference's; may be repeated.")
]
Everything = Annotated[bool, typer.Option("--all", help="Every drill there is, for the sites' kinds.")]
Quick = Annotated[bool, typer.Option("--quick", help="The quick set, with a short job in each: a few minutes.")]
Shown = Annotated[Output, typer.Option("--output", "-o", help="text: for people. json: for programs. junit: XML for CI.")]


@app.command("list")
def list_drills(
    inventory: Inventory = Path("inventories/lab"),
    output: Annotated[ListOutput, typer.Option("--output", "-o", help="text: for people. json: for programs.")] = ListOutput.TEXT,
) -> None:
    """List the drills there are: the collection's, and those in drills/ beside the inventory."""
    known = drills(_directory(inventory))
    if output is ListOutput.JSON:
        told = [{"title": each.title, "tags": each.tags, **each.terms.model_dump(mode="json", exclude={"name"})} for each in known.values()]
        typer.echo(json.dumps(told, indent=2))
        return
    print_list(known, _console())


@app.command("plan")
def plan(
    names: Names = None,
    inventory: Inventory = Path("inventories/lab"),
    site: SiteName = "",
    tags: Tags = None,
    quick: Quick = False,
    everything: Everything = False,
    extra_vars: ExtraVars = None,
    at: Annotated[
        datetime | None,
        typer.Option(formats=_MOMENTS, help="When they are to be run, in UTC; it is held against drill_window. Now, if left out."),
    ] = None,
) -> None:
    """Say what drills would do and whom they touch. Nothing is asked of a cluster.

    Ends 4 where one of them would be refused.
    """
    from fedfleet.drills.activities import check_activities
    from fedfleet.drills.guards import RefusedError, check_allowed
    from fedfleet.drills.needs import missing

    wanted, ground = _wanted(names, tags, inventory, site, extra_vars, quick=quick, everything=everything)
    moment = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    refused = False
    for experiment in wanted:
        check_activities(experiment)
        target = ground.site_for(experiment)
        lacking, refusal = missing(experiment, target), ""
        try:
            if not lacking:
                check_allowed(experiment, target, moment)
        except RefusedError as error:
            refusal, refused = str(error), True
        for line in plan_lines(experiment, target, refusal, lacking, at=moment if at else None):
            typer.echo(line)
    raise typer.Exit(ExitCode.REFUSED if refused else ExitCode.OK)


@app.command("run")
def run(
    names: Names = None,
    inventory: Inventory = Path("inventories/lab"),
    site: SiteName = "",
    tags: Tags = None,
    quick: Quick = False,
    everything: Everything = False,
    extra_vars: ExtraVars = None,
    output: Shown = Output.TEXT,
) -> None:
    """Run drills one after the other, each on a site that is well, and restore the site after each.

    Ctrl-C ends the drill and restores the site; those that follow are not begun. A drill for a component that the site does not have is not run, and
    that is no failure. Ends 0 when all held, 3 when the site has nothing for any of them, 9 when one did not hold, 4 when one was not run because the site
    does not allow it, cannot be asked or is not well, 8 when another run holds the site, 10 when a site could not be restored, 130 when interrupted.
    """
    from fedfleet.drills.series import conduct_each

    wanted, ground = _wanted(names, tags, inventory, site, extra_vars, quick=quick, everything=everything)
    # One that cannot be read is told before anything is touched, not after.
    journals(ground.directory)
    signal.signal(signal.SIGTERM, _as_interrupt)
    done = conduct_each(wanted, ground, partial(_teller, began=time.monotonic()))
    report = _report([inventory], only=done.ran)
    if done.ran or report.not_restored or output is not Output.TEXT:
        _show(report, output)
    raise typer.Exit(done.exit_code(report))


@app.command("report")
def report(
    inventory: Annotated[
        list[Path] | None,
        typer.Option("--inventory", "-i", help="The inventory, else inventories/lab; may be repeated, for one report of several."),
    ] = None,
    output: Shown = Output.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="As -o json.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Where the page goes; with text else artifacts/drills/report.html beside the (first) inventory."),
    ] = None,
) -> None:
    """Tell how each drill went last, and write it as a page: recovery against what was expected, the reference, and the time before.

    Ends 0 when all held, 9 when one did not, 10 when a site is not restored, 3 when no drill was run; the same for every format.
    """
    from fedfleet.drills.page import PAGE, write_page
    from fedfleet.drills.summary import exit_code_of
    from fedfleet.report.page import PageNotWrittenError

    inventories = inventory or [Path("inventories/lab")]
    found = _report(inventories)
    chosen_output = Output.JSON if as_json else output
    page = None
    if html or chosen_output is Output.TEXT:
        try:
            page = write_page(found, html or _directory(inventories[0]) / PAGE)
        except PageNotWrittenError as error:
            if html:
                raise
            typer.echo(f"Warning: {error}", err=True)
    _show(found, chosen_output)
    if page and chosen_output is Output.TEXT:
        typer.echo(f"The whole report as a page: {page}")
    raise typer.Exit(exit_code_of(found))


@app.command("rollback")
def rollback(inventory: Inventory = Path("inventories/lab"), extra_vars: ExtraVars = None) -> None:
    """Restore what drills left behind whose runner was killed: by what they wrote down before they did anything.

    Ends 0 when nothing is left to undo, 10 when something could not be undone, 8 when a drill is still at work.
    """
    from fedfleet.drills.restoring import restore

    left = undo.pending(_directory(inventory) / DRILLS)
    if not left:
        typer.echo("nothing is left to undo")
        return
    code = ExitCode.OK
    for folder in left:
        known = undo.read(folder)
        if known is not None and known.runner_lives:
            typer.echo(f"{folder.name}: the drill is still at work, and restores the site itself; end it with Ctrl-C", err=True)
            code = code or ExitCode.LOCKED
            continue
        now, _ = restore(folder, lambda line: typer.echo(line, err=True), vcenter=_vcenter_again(known, inventory, extra_vars))
        typer.echo(f"{now.drill} on {now.site.name}: {'NOT RESTORED' if now.pending else 'restored'}")
        if now.pending:
            code = ExitCode.CLEAN_UP_FAILED
    raise typer.Exit(code)


def _vcenter_again(known: undo.Undo | None, inventory: Path, extra_vars: list[str] | None) -> VcenterLogin | None:
    """The login to vCenter, where something is to be undone there; where it cannot be read, what needs none is undone anyhow."""
    from fedfleet.drills.experiment import in_vcenter
    from fedfleet.sites import vcenter_login

    if known is None or not any(in_vcenter(step.activity) for step in known.steps if not step.done):
        return None
    try:
        return vcenter_login(_directory(inventory), known.site.name, extra_vars or ())
    except FedFleetError as error:
        typer.echo(f"Warning: {error}", err=True)
        return None


def _wanted(
    names: list[str] | None,
    tags: list[str] | None,
    inventory: Path,
    site: str,
    extra_vars: list[str] | None,
    *,
    quick: bool,
    everything: bool,
) -> tuple[list[Experiment], Ground]:
    from fedfleet.drills.conduct import Ground
    from fedfleet.sites import read_sites

    directory = _directory(inventory)
    wanted = chosen(drills(directory), names or [], tags or [], quick=quick, everything=everything)
    sites = read_sites(inventory, extra_vars or ())
    kinds = {known.kind for known in sites if site in (known.name, known.party_id)}
    if kinds and not names:
        # Chosen by what they are, those for other kinds of sites are not meant.
        wanted = [experiment for experiment in wanted if experiment.terms.site in kinds]
    if not wanted:
        raise typer.BadParameter("name a drill, or choose with --tag, --quick or --all; `fedfleet drill list` has them", param_hint="DRILL")
    return wanted, Ground(sites, directory, site, extra_vars or (), no_training=_QUICK if quick else "")


def _report(inventories: list[Path], only: list[tuple[str, str]] | None = None) -> DrillReport:
    """The report of all drills of inventories, or of those alone that are given, each with its site."""
    from fedfleet.drills.summary import summarise

    kept: dict[str, list[Journal]] = {}
    known: dict[str, Experiment] = {}
    left: list[str] = []
    for inventory in inventories:
        directory = _directory(inventory)
        every = [journal for _, journal in journals(directory)]
        kept[str(inventory)] = [each for each in every if only is None or (each.fedfleet.drill, each.fedfleet.site) in only]
        known |= drills(directory) if only is None else {}
        left += [str(folder) for folder in undo.pending(directory / DRILLS)]
    return summarise(kept, known, left, datetime.now(UTC))


def _show(found: DrillReport, output: Output) -> None:
    from fedfleet.drills.junit import as_junit

    if output is Output.JSON:
        typer.echo(found.model_dump_json(indent=2))
    elif output is Output.JUNIT:
        typer.echo(as_junit(found), nl=False)
    else:
        print_report(found, _console())


def _directory(inventory: Path) -> Path:
    try:
        return inventory_directory(inventory)
    except NoReportError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(ExitCode.USAGE) from error


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    """Take SIGTERM for Ctrl-C: both restore the site."""
    del number, frame
    raise KeyboardInterrupt


def _teller(drill: str, began: float) -> Callable[[str], None]:
    """Lines on standard error, each with the seconds since the start; and to the playbook that runs us, if one does.

    Nobody who reads them any more, such as a `tee` that the same Ctrl-C has ended, keeps a site from being restored.
    """

    def tell(line: str) -> None:
        with suppress(OSError):
            typer.echo(f"{time.monotonic() - began:6.1f} s  {drill}: {line}", err=True)
        progress.report(f"{drill}: {line}")

    return tell


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal:
        # A log or a pipe has no width of its own.
        console.width = _PLAIN_WIDTH
    return console
