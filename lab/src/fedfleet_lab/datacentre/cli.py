"""`fedfleet lab host`: what happens to the simulated ESXi hosts of a data centre."""

from __future__ import annotations

from typing import Annotated

import typer

from fedfleet_lab.cli_context import Name, Network, context, errors_as_sentences, made
from fedfleet_lab.config import DEFAULT_NAME
from fedfleet_lab.datacentre.doors import Doors
from fedfleet_lab.datacentre.simulated import simulator
from fedfleet_lab.errors import LabError

app = typer.Typer(no_args_is_help=True, help="Have a simulated ESXi host fail, and be well again.")

HostName = Annotated[str, typer.Argument(help="The host: esx1.lab, as vCenter names it.")]


@app.command()
def fail(host: HostName, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Cut a host's power: its VMs' nodes are gone at once, and are restarted on other hosts."""
    _report(host, name, network, failed=True)


@app.command()
def repair(host: HostName, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Have a host that failed take VMs again."""
    _report(host, name, network, failed=False)


def _report(host: str, name: str, network: str | None, *, failed: bool) -> None:
    with errors_as_sentences():
        ctx = made(context(name, network))
        if not ctx.config.vcenter:
            raise LabError(
                f"Lab {ctx.config.name!r} has no vCenter, and no ESXi hosts", next_step="`fedfleet lab up --vcenter` makes one that has"
            )
        Doors.of(simulator(ctx)).report_host(host, failed=failed)
