"""`fedfleet images`: build, list, lock, prune."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fedfleet.images import builder, fingerprint, locking
from fedfleet.images.catalogue import load, references
from fedfleet.images.errors import CatalogueError, ImagesError
from fedfleet.images.paths import CachePaths, cache_home
from fedfleet.images.registry import Registry
from fedfleet.images.storage import Storage

app = typer.Typer(help="Build the container images and put them into a registry.", no_args_is_help=True, add_completion=False)

RegistryOption = Annotated[str, typer.Option("--registry", envvar="FEDFLEET_REGISTRY", help="Registry to push to; empty: keep them here.")]
PlainHttp = Annotated[bool, typer.Option("--plain-http", help="The registry speaks HTTP without TLS.")]
Ca = Annotated[Path | None, typer.Option("--registry-ca", exists=True, dir_okay=False, help="CA of the registry's certificate, PEM.")]
Authfile = Annotated[
    Path | None,
    typer.Option("--authfile", exists=True, dir_okay=False, envvar="REGISTRY_AUTH_FILE", help="Credentials as `docker login` keeps them."),
]
Context = Annotated[list[str] | None, typer.Option("--context", help="NAME=FOLDER with programs that others build; may be repeated.")]
Names = Annotated[list[str] | None, typer.Argument(help="Images; none: all of the platform's, and optional ones whose programs are given.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("build")
def build_images(
    names: Names = None,
    registry: RegistryOption = "",
    plain_http: PlainHttp = False,
    registry_ca: Ca = None,
    authfile: Authfile = None,
    context: Context = None,
    as_json: AsJson = False,
) -> None:
    """Build what is not there yet under its key, and push what the registry lacks."""
    started = time.monotonic()
    target = Registry(registry, plain_http=plain_http, ca=registry_ca, authfile=authfile) if registry else None
    try:
        images = builder.build(names or None, target, _say, _contexts(context or []))
    except ImagesError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    if as_json:
        typer.echo(json.dumps([vars(image) for image in images], indent=2))
        return
    for image in images:
        size = f"{image.size / 1e6:7.0f} MB" if image.size else "          "
        typer.echo(f"{image.outcome:9} {size} {image.seconds:6.1f} s  {image.reference}")
    typer.echo(f"{len(images)} images in {time.monotonic() - started:.1f} s")


@app.command("list")
def list_images(registry: RegistryOption = "localhost", as_json: AsJson = False) -> None:
    """List all images with their references in a registry."""
    try:
        catalogue = load()
        known = references(registry)
    except ImagesError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    if as_json:
        typer.echo(json.dumps(known, indent=2))
        return
    for image in catalogue.images:
        typer.echo(f"{image.group:8}  {known[image.name]:45}  {image.summary}")


@app.command()
def lock() -> None:
    """Write images.lock anew: today's Debian, and today's checksums from Maven's repository."""
    try:
        path = locking.write(datetime.now(tz=UTC).date(), _say)
    except ImagesError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    typer.echo(f"wrote {path}; look at the difference before you commit it")


@app.command()
def prune() -> None:
    """Free disk: remove former builds and the steps of builds from local storage; the registry is left alone."""
    try:
        catalogue = load()
        storage = Storage(CachePaths(cache_home()))
        described = [image for image in catalogue.images if not image.given()]
        keys = fingerprint.keys(catalogue, described, {})
        removed = storage.forget_former({image.name: keys[image.name] for image in described})
        storage.forget_steps()
    except ImagesError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    typer.echo(f"removed {removed} former images and the steps of builds")


def _say(line: str) -> None:
    typer.echo(line, err=True)
    sys.stderr.flush()


def _contexts(pairs: list[str]) -> dict[str, Path]:
    contexts: dict[str, Path] = {}
    for pair in pairs:
        name, separator, folder = pair.partition("=")
        if not separator or not Path(folder).is_dir():
            raise CatalogueError("--context takes NAME=FOLDER", expected="an existing folder", found=pair)
        contexts[name] = Path(folder)
    return contexts
