"""`fedfleet lab`: the lab's command line."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from fedfleet_lab import cli_node, components, lab
from fedfleet_lab import prune as pruning
from fedfleet_lab.artefacts import KUBERNETES
from fedfleet_lab.cli_context import Name, Network, context, errors_as_sentences, made
from fedfleet_lab.config import DEFAULT_NAME
from fedfleet_lab.datacentre import cli as cli_host
from fedfleet_lab.datastore import cli as cli_disk
from fedfleet_lab.datastore import cli_volume
from fedfleet_lab.host import artefacts
from fedfleet_lab.node import images as node_images
from fedfleet_lab.node.machine import Machine
from fedfleet_lab.recipes import EVERYTHING, ON_DEMAND

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A data centre on this machine: real Kubernetes, storage and network.")
app.add_typer(cli_node.app, name="node")
app.add_typer(cli_disk.app, name="disk")
app.add_typer(cli_volume.app, name="volume")
app.add_typer(cli_host.app, name="host")


@app.command()
def up(
    name: Name = DEFAULT_NAME,
    network: Network = None,
    nodes: Annotated[int | None, typer.Option(help="How many nodes [default: 3].")] = None,
    disk_size: Annotated[
        int | None, typer.Option(min=2, help="GiB that each of the datastore's disks has when it is new [default: 24].")
    ] = None,
    vcenter: Annotated[
        bool, typer.Option("--vcenter", help="A data centre: a simulated vCenter and a Supervisor, whose clusters bring the nodes.")
    ] = False,
) -> None:
    """Bring the lab up, or repair what is broken in it; does nothing where all is well."""
    with errors_as_sentences("`fedfleet lab up` carries on, `fedfleet lab down` removes what is there."):
        ctx = context(name, network, nodes, vcenter=vcenter, disk_gib=disk_size)
        lab.up(ctx)
        if ctx.config.vcenter:
            ctx.progress.say(f"lab {name!r} is up: a simulated vCenter at {ctx.config.vcenter_address}, a Supervisor at {ctx.config.host}")
            return
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


@app.command()
def build(
    name: Name = DEFAULT_NAME,
    network: Network = None,
    every_release: Annotated[
        bool, typer.Option("--every-release", help="Also Kubernetes' older release, which is otherwise built when a cluster asks for it.")
    ] = False,
) -> None:
    """Build the lab's programs ahead; `up` does what is missing of it."""
    with errors_as_sentences("`fedfleet lab build` carries on."):
        artefacts.build(context(name, network), (*EVERYTHING, *(ON_DEMAND if every_release else ())))


@app.command()
def prune(name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Give disk space back: build caches, and programs and node templates that nothing uses any more."""
    with errors_as_sentences():
        ctx = context(name, network)
        with ctx.progress.step("prune the caches"):
            freed = pruning.prune(ctx.paths, [ctx.artefacts.place(recipe) for recipe in (*EVERYTHING, *ON_DEMAND)])
        ctx.progress.say(f"{freed / 2**30:.1f} GiB given back")


@app.command()
def images(
    name: Name = DEFAULT_NAME,
    network: Network = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Power-cycle nodes that lack them; their pods start again.")] = False,
) -> None:
    """Unpack all images of the lab's registry once, for every node that is made from now on."""
    with errors_as_sentences("`fedfleet lab images` starts over."):
        ctx = made(context(name, network))
        with lab.locked(ctx.paths):
            with ctx.progress.step("unpack images"):
                count = node_images.refresh_template(ctx)
            if not count:
                ctx.progress.say("the registry holds no images yet: `fedfleet images build` makes them")
            elif adopt:
                with ctx.progress.step("give the nodes their images"):
                    adopted = node_images.adopt(ctx, grace=10.0)
                ctx.progress.say(f"{count} images on every node; power-cycled: {len(adopted)} nodes")


@app.command()
def logs(
    component: Annotated[str | None, typer.Argument(help="etcd, kube-apiserver, node1/kubelet; all names without.")] = None,
    name: Name = DEFAULT_NAME,
    network: Network = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written next.")] = False,
    tail: Annotated[int, typer.Option(help="How many of the last lines.")] = 100,
) -> None:
    """Print a component's log."""
    with errors_as_sentences():
        ctx = made(context(name, network))
        if component is None:
            print("\n".join(components.logs(ctx)))
            return
        argv = ["tail", f"--lines={tail}", *(["--follow=name", "--retry"] if follow else [])]
        argv.append(str(components.log(ctx, component)))
        sys.stdout.flush()
        os.execvp(argv[0], argv)  # noqa: S606  no shell is wanted


@app.command(context_settings={"ignore_unknown_options": True})
def exec(  # noqa: A001  the command's name
    node: Annotated[str, typer.Argument(help="The node: node1.")],
    command: Annotated[list[str], typer.Argument(help="What to run there, after --.")],
    name: Name = DEFAULT_NAME,
    network: Network = None,
) -> None:
    """Run a command inside a node, in its namespaces."""
    with errors_as_sentences():
        ctx = made(context(name, network))
        argv = Machine(ctx, ctx.config.node_named(node)).exec_argv(*command)
        sys.stdout.flush()
        os.execvp(argv[0], argv)  # noqa: S606  no shell is wanted


@app.command(context_settings={"ignore_unknown_options": True})
def kubectl(
    args: Annotated[list[str], typer.Argument(help="kubectl's own arguments, after --.")],
    name: Name = DEFAULT_NAME,
    network: Network = None,
) -> None:
    """Run kubectl as the lab's administrator."""
    with errors_as_sentences():
        ctx = made(context(name, network))
        program = str(ctx.artefacts.path(KUBERNETES) / "kubectl")
        os.execv(program, [program, "--kubeconfig", str(ctx.paths.kubeconfig), *args])  # noqa: S606


if __name__ == "__main__":
    app()
