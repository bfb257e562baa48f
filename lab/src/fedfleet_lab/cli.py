"""`fedfleet lab`: the lab's command line."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from fedfleet.errors import FedFleetError
from fedfleet_lab import lab
from fedfleet_lab.artefacts import KUBERNETES
from fedfleet_lab.config import DEFAULT_NAME
from fedfleet_lab.context import Context
from fedfleet_lab.node.machine import Machine
from fedfleet_lab.paths import LabPaths, cache_home
from fedfleet_lab.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(no_args_is_help=True, help="A data centre on this machine: real Kubernetes, storage and network.")

Name = Annotated[str, typer.Option(envvar="FEDFLEET_LAB", help="Which lab; several run side by side.")]
Network = Annotated[
    str | None,
    typer.Option(envvar="FEDFLEET_LAB_NETWORK", help="A private /16 for the lab alone [default: 10.89.0.0/16]."),
]


def context(name: str, network: str | None, nodes: int | None = None, *, keep: bool = False) -> Context:
    """Returns the context of the lab that the options name."""
    paths = LabPaths(cache_home(), name)
    return Context(lab.recall(paths, network, nodes), paths, Progress(), keep)


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


@app.command()
def up(
    name: Name = DEFAULT_NAME,
    network: Network = None,
    nodes: Annotated[int | None, typer.Option(help="How many nodes [default: 3].")] = None,
) -> None:
    """Bring the lab up, or repair what is broken in it; does nothing where all is well."""
    with errors_as_sentences("`fedfleet lab up` carries on, `fedfleet lab down` removes what is there."):
        ctx = context(name, network, nodes)
        lab.up(ctx)
        ctx.progress.say(f"lab {name!r} is up: {ctx.config.node_count} nodes Ready. KUBECONFIG={ctx.paths.kubeconfig}")


@app.command()
def down(
    name: Name = DEFAULT_NAME,
    network: Network = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep disks, volumes and cluster for the next `up`.")] = False,
) -> None:
    """Take the lab down; nothing of it stays but the caches."""
    with errors_as_sentences("`fedfleet lab down` again removes the rest."):
        ctx = context(name, network, keep=keep)
        with ctx.progress.step("take the lab down"):
            lab.down(ctx)


@app.command()
def status(
    name: Name = DEFAULT_NAME,
    network: Network = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say how every part of the lab is; ends with 1 where one is not well."""
    with errors_as_sentences():
        ctx = context(name, network)
        parts = lab.status(ctx)
        well = all(part.ok for part in parts)
        if as_json:
            facts = {part.name: {"ok": part.ok, "detail": part.detail, **part.facts} for part in parts}
            kubeconfig = str(ctx.paths.kubeconfig) if ctx.paths.kubeconfig.exists() else None
            print(json.dumps({"name": name, "ok": well, "kubeconfig": kubeconfig, "parts": facts}, indent=2))
        else:
            for part in parts:
                print(f"{'ok ' if part.ok else 'NOT'} {part.name:<14} {part.detail}")
        raise typer.Exit(0 if well else 1)


@app.command(context_settings={"ignore_unknown_options": True})
def exec(  # noqa: A001  the command's name
    node: Annotated[str, typer.Argument(help="The node: node1.")],
    command: Annotated[list[str], typer.Argument(help="What to run there, after --.")],
    name: Name = DEFAULT_NAME,
    network: Network = None,
) -> None:
    """Run a command inside a node, in its namespaces."""
    with errors_as_sentences():
        ctx = context(name, network)
        argv = Machine(ctx, ctx.config.node_named(node)).exec_argv(*command)
        sys.stdout.flush()
        os.execvp(argv[0], argv)


@app.command(context_settings={"ignore_unknown_options": True})
def kubectl(
    args: Annotated[list[str], typer.Argument(help="kubectl's own arguments, after --.")],
    name: Name = DEFAULT_NAME,
    network: Network = None,
) -> None:
    """Run kubectl as the lab's administrator."""
    with errors_as_sentences():
        ctx = context(name, network)
        program = str(ctx.artefacts.path(KUBERNETES) / "kubectl")
        os.execv(program, [program, "--kubeconfig", str(ctx.paths.kubeconfig), *args])


if __name__ == "__main__":
    app()
