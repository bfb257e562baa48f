"""`fedfleet lab node`: the nodes' power buttons."""

from __future__ import annotations

from typing import Annotated

import typer

from fedfleet_lab import lab
from fedfleet_lab.cli_context import Name, Network, context, errors_as_sentences, made
from fedfleet_lab.config import DEFAULT_NAME
from fedfleet_lab.node.action import boot, wait_ready
from fedfleet_lab.node.machine import Machine

app = typer.Typer(no_args_is_help=True, help="Switch nodes on and off, gently or not.")

Node = Annotated[str, typer.Argument(help="The node: node1.")]


@app.command()
def start(node: Node, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Power a node on and wait until it is Ready; its disk is as it was, and its pods come back."""
    with errors_as_sentences():
        ctx = made(context(name, network))
        chosen = [ctx.config.node_named(node)]
        with lab.locked(ctx.paths), ctx.progress.step(f"start {node}"):
            wait_ready(ctx, chosen, boot(ctx, chosen))


@app.command()
def stop(
    node: Node,
    name: Name = DEFAULT_NAME,
    network: Network = None,
    grace: Annotated[float, typer.Option(help="Seconds that containers get to end.")] = 30.0,
) -> None:
    """Shut a node down: its containers are asked to end, then it powers off."""
    with errors_as_sentences():
        ctx = made(context(name, network))
        chosen = ctx.config.node_named(node)
        with lab.locked(ctx.paths), ctx.progress.step(f"stop {node}"):
            forced = Machine(ctx, chosen).shut_down(grace)
        if forced:
            ctx.progress.say(f"{node} did not go down by itself: its power was cut")


@app.command()
def crash(node: Node, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Cut a node's power: all that runs in it is gone at once."""
    with errors_as_sentences():
        ctx = made(context(name, network))
        chosen = ctx.config.node_named(node)
        with lab.locked(ctx.paths), ctx.progress.step(f"crash {node}"):
            Machine(ctx, chosen).crash()
