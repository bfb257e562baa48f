"""`fedfleet lab volume`: what happens to volumes in data centres."""

from __future__ import annotations

from typing import Annotated

import typer

from fedfleet_lab import lab
from fedfleet_lab.cli_context import Name, Network, context, errors_as_sentences, made
from fedfleet_lab.config import DEFAULT_NAME
from fedfleet_lab.datastore.action import datastore_of
from fedfleet_lab.datastore.claims import is_ours, pool_of
from fedfleet_lab.datastore.errors import RequestRefusedError
from fedfleet_lab.datastore.volumes import VolumeStore

app = typer.Typer(no_args_is_help=True, help="Have a volume refuse changes, and take them again.")

Namespace = Annotated[str, typer.Argument(help="The claim's namespace: fate-30000.")]
Claim = Annotated[str, typer.Argument(help="The PersistentVolumeClaim: python-data.")]


@app.command("read-only")
def read_only(namespace: Namespace, claim: Claim, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Have a claim's volume refuse changes, as after an error of its file system; files that are open for writing stay so."""
    _set(namespace, claim, name, network, readonly=True)


@app.command("writable")
def writable(namespace: Namespace, claim: Claim, name: Name = DEFAULT_NAME, network: Network = None) -> None:
    """Have a claim's volume take changes; harmless where it does."""
    _set(namespace, claim, name, network, readonly=False)


def _set(namespace: str, claim: str, name: str, network: str | None, *, readonly: bool) -> None:
    with errors_as_sentences():
        ctx = made(context(name, network))
        bound = (ctx.kubectl.get("persistentvolumeclaim", claim, namespace) or {}).get("spec", {}).get("volumeName", "")
        volume = ctx.kubectl.get("persistentvolume", bound) if bound else None
        if volume is None or not is_ours(volume):
            raise RequestRefusedError(f"PersistentVolumeClaim {claim} has no volume in the lab's datastore", where=f"namespace {namespace}")
        with lab.locked(ctx.paths), ctx.progress.step(f"make {namespace}/{claim} {'read-only' if readonly else 'writable'}"):
            VolumeStore(datastore_of(ctx).pool(pool_of(volume))).set_readonly(bound, readonly)
