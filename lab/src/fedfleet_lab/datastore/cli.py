"""`fedfleet lab disk`: what happens to disks in data centres."""

from __future__ import annotations

from typing import Annotated

import typer

from fedfleet_lab import lab
from fedfleet_lab.cli_context import Name, Network, context, errors_as_sentences, made
from fedfleet_lab.config import DEFAULT_NAME
from fedfleet_lab.datastore.action import datastore_of

app = typer.Typer(no_args_is_help=True, help="Destroy and repair disks of the datastore.")

DiskName = Annotated[str, typer.Argument(help="The disk: disk1; `fedfleet lab status` names them.")]


@app.command()
def fail(disk: DiskName, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Turn every block of a disk to zeros while volumes are in use; the mirrored pool's data live on the other one."""
    with errors_as_sentences():
        ctx = made(context(name, network))
        with lab.locked(ctx.paths), ctx.progress.step(f"destroy {disk}"):
            datastore_of(ctx).fail(disk)


@app.command()
def repair(disk: DiskName, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Rebuild what a disk lost from the other copy, and check the whole pool."""
    with errors_as_sentences("`fedfleet lab disk repair` starts over."):
        ctx = made(context(name, network))
        with lab.locked(ctx.paths), ctx.progress.step(f"repair {disk}"):
            done = datastore_of(ctx).repair(disk)
        work = "rebuilt as a whole" if done.rebuilt else f"{done.scrub.corrected} errors corrected"
        ctx.progress.say(f"{disk}: {work}; every block of the pool is right")
