"""`fedfleet`: the command line over the library.

Sub-commands of other distributions come in by the entry-point group `fedfleet.commands` and are loaded only when they are called, so
that `fedfleet report` does not wait for a Kubernetes client. Exit codes: `fedfleet.exit_codes`.
"""

import os
import sys
from importlib import metadata
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from fedfleet import cli_init, cli_report
from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode

COMMANDS = "fedfleet.commands"
DEBUG = "FEDFLEET_DEBUG"


class CommandNotInstalledError(FedFleetError):
    """An installed distribution names a sub-command that cannot be imported."""


class EntryPointGroup(TyperGroup):
    """The commands of this file and those that entry points add.

    Typer carries a click of its own since 0.20 and used the shared one before; their types are left open so that both do.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, ours first."""
        return [*super().list_commands(ctx), *sorted(_entry_points())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name, importing it if an entry point has it."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        entry_point = _entry_points().get(cmd_name)
        return _load(entry_point) if entry_point else None


def _entry_points() -> dict[str, metadata.EntryPoint]:
    return {entry_point.name: entry_point for entry_point in metadata.entry_points(group=COMMANDS)}


def _load(entry_point: metadata.EntryPoint) -> Any:
    try:
        command = typer.main.get_command(entry_point.load())
    except ImportError as error:
        raise CommandNotInstalledError(
            f"`fedfleet {entry_point.name}` cannot be loaded",
            expected=f"{entry_point.value}, which {entry_point.dist.name if entry_point.dist else 'a distribution'} promises",
            found=str(error),
            next_step="Install that distribution again together with what it needs",
        ) from error
    # A list of commands shows what each is called itself.
    command.name = entry_point.name
    return command


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fedfleet {metadata.version('fedfleet')}")
        raise typer.Exit


app = typer.Typer(
    cls=EntryPointGroup,
    name="fedfleet",
    help="Stands up and keeps up a federated-learning network between organisations that do not trust each other.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def fedfleet(
    _version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")] = False,
) -> None:
    """Hold the options that every command has."""


app.command("init")(cli_init.init)
app.command("report")(cli_report.report)


def main() -> None:
    """Run the command line; never end in a traceback unless FEDFLEET_DEBUG asks for one."""
    try:
        app()
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        Console(stderr=True, highlight=False).print(_sentence(error), style="red", markup=False, soft_wrap=True)
        sys.exit(ExitCode.FAILED if isinstance(error, FedFleetError) else ExitCode.DEFECT)


def _sentence(error: Exception) -> str:
    if isinstance(error, FedFleetError):
        return f"Error: {error}"
    return f"Defect in fedfleet: {type(error).__name__}: {error}. Run it again with {DEBUG}=1 to see where."
