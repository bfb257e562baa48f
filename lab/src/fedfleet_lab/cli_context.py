"""What all commands of `fedfleet lab` share: options, the lab they name, errors as sentences."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from fedfleet.errors import FedFleetError
from fedfleet_lab import lab
from fedfleet_lab.context import Context
from fedfleet_lab.errors import LabError
from fedfleet_lab.paths import LabPaths, cache_home
from fedfleet_lab.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

Name = Annotated[str, typer.Option(envvar="FEDFLEET_LAB", help="Which lab; several run side by side.")]
Network = Annotated[
    str | None,
    typer.Option(envvar="FEDFLEET_LAB_NETWORK", help="A private /16 for the lab alone [default: 10.89.0.0/16]."),
]


def context(
    name: str,
    network: str | None,
    nodes: int | None = None,
    *,
    vcenter: bool = False,
    keep: bool = False,
    disk_gib: int | None = None,
) -> Context:
    """Returns the context of the lab that the options name."""
    paths = LabPaths(cache_home(), name)
    return Context(lab.recall(paths, network, nodes, vcenter=vcenter), paths, Progress(), keep, disk_gib)


def made(ctx: Context) -> Context:
    """Returns the context where there is such a lab.

    Raises:
        LabError: nobody brought it up, or it was taken down.
    """
    if not ctx.paths.record.exists():
        raise LabError(f"There is no lab {ctx.config.name!r}", next_step=f"Bring it up with `fedfleet lab up --name {ctx.config.name}`")
    return ctx


@contextmanager
def errors_as_sentences(hint: str = "") -> Iterator[None]:
    """Ends the command with a sentence instead of a traceback."""
    console = Console(stderr=True, highlight=False)
    try:
        yield
    except FedFleetError as error:
        console.print(f"fedfleet lab: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        console.print(f"\nfedfleet lab: interrupted. {hint}".rstrip(), markup=False, soft_wrap=True)
        raise typer.Exit(130) from error
