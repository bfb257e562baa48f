"""`fedfleet run`: a verb on an inventory."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from fedfleet.collection import COLLECTION
from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode
from fedfleet.report.load import NoReportError, inventory_directory
from fedfleet.runs.arguments import named_variables, shown
from fedfleet.runs.verbs import Verb, find_verb, verbs

if TYPE_CHECKING:
    from fedfleet.runs.events import EventReader
    from fedfleet.runs.running import Watch
    from fedfleet.runs.waits import Waits

app = typer.Typer(add_completion=False)


class Output(StrEnum):
    """How a run is shown."""

    AUTO = "auto"
    PLAIN = "plain"
    JSON = "json"


def _help() -> str:
    told = "\n\n".join(f"{verb.name}: {verb.sentence}" for verb in verbs().values())
    return (
        f"Run a playbook of the collection {COLLECTION} on an inventory, and keep what happened in artifacts/runs/ beside it.\n\n"
        "Ends 0 when done, 5 when it stopped at a stage, 6 when a replica does not serve a route, 8 when another run holds a site, 21 to 27 by the lowest "
        "rung that failed, 130 when interrupted; with every kind of output the same.\n\n"
        f"The verbs:\n\n{told}"
    )


@app.command(help=_help())
def run(
    verb: Annotated[str, typer.Argument(help="What to do; listed above.")],
    inventory: Annotated[Path, typer.Option("--inventory", "-i", help="The inventory: its directory, or a file in it.")] = Path(
        "inventories/lab"
    ),
    extra_vars: Annotated[
        list[str] | None, typer.Option("--extra-vars", "-e", help="Variables, as ansible-playbook takes them. A file (@FILE) for secrets.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; say what would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes, in the run's output.log.")] = False,
    limit: Annotated[str, typer.Option("--limit", "-l", help="Only these sites.")] = "",
    tags: Annotated[str, typer.Option("--tags", "-t", help="Only tasks with these tags.")] = "",
    skip_tags: Annotated[str, typer.Option("--skip-tags", help="No tasks with these tags.")] = "",
    output: Annotated[
        Output,
        typer.Option(
            "--output", "-o", help="auto: a live view on a terminal, else plain lines. plain: lines. json: an event a line, for programs."
        ),
    ] = Output.AUTO,
) -> None:
    """Run a verb; the help is made of the verbs there are."""
    extra = list(extra_vars or [])
    found, place = _checked(verb, inventory, extra)
    extra += _answers(found, extra)
    options: dict[str, object] = {"check": check, "diff": diff, "limit": limit, "tags": tags, "skip-tags": skip_tags}
    handed_on = [word for name, value in options.items() if value for word in (f"--{name}", *([str(value)] if value is not True else []))]
    handed_on += [word for given in extra for word in ("-e", given)]

    from fedfleet.runs.history import RunDirectory, new_run
    from fedfleet.runs.playing import Request, Workplace
    from fedfleet.runs.running import Described, carry_out
    from fedfleet.runs.waits import Waits

    name = new_run()
    directory = RunDirectory.made(place, name)
    request = Request(name, found.playbook, inventory, tuple(handed_on))
    with Workplace.opened() as workplace:
        watching = partial(_watch, output, Waits(workplace.progress))
        code = carry_out(request, Described(found.name, shown(options, extra)), directory, workplace, watching)
    raise typer.Exit(code)


def _checked(verb: str, inventory: Path, extra: list[str]) -> tuple[Verb, Path]:
    """The verb and the inventory's directory; a wrong command line ends the command before anything begins."""
    try:
        named_variables(extra)
        return find_verb(verb), inventory_directory(inventory)
    except (NoReportError, FedFleetError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(ExitCode.USAGE) from error


def _answers(verb: Verb, extra: list[str]) -> list[str]:
    """Answers to what the playbook would ask for, as extra variables: in the run itself there is no terminal to ask on."""
    given = named_variables(extra)
    asked = [question for question in verb.questions if question.variable not in given]
    on_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return [
        f"{question.variable}={typer.prompt(question.words, default='', show_default=False, err=True) if on_terminal else ''}"
        for question in asked
    ]


def _watch(output: Output, waits: Waits, reader: EventReader, events: IO[str]) -> Watch:
    from fedfleet.runs.live import LiveView
    from fedfleet.runs.running import Watch
    from fedfleet.runs.views import JsonView, PlainView

    console = Console(highlight=False)
    view: Any
    if output is Output.JSON:
        view = JsonView(sys.stdout)
    elif output is Output.AUTO and console.is_terminal:
        view = LiveView(console)
    else:
        view = PlainView(console)
    return Watch(view, waits, reader, events)
