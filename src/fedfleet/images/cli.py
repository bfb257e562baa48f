"""`fedfleet images`: build, list, lock, prune, and what `cli_transfer` has."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fedfleet.federation.images import Pin
from fedfleet.images import archive_reader, builder, cli_transfer, fingerprint, in_use, listing, locking, pins_file
from fedfleet.images.catalogue import load
from fedfleet.images.cli_options import (
    AsJson,
    Authfile,
    Ca,
    DigestsFile,
    EnvFile,
    Names,
    PlainHttp,
    RegistryOption,
    RegistryOptions,
    errors_as_sentences,
    say,
)
from fedfleet.images.errors import CatalogueError
from fedfleet.images.paths import CachePaths, cache_home
from fedfleet.images.storage import Storage

app = typer.Typer(help="Build the container images and put them into a registry.", no_args_is_help=True, add_completion=False)

Context = Annotated[list[str] | None, typer.Option("--context", help="NAME=FOLDER with programs that others build; may be repeated.")]


@app.command("build")
def build_images(
    names: Names = None,
    registry: RegistryOption = "",
    plain_http: PlainHttp = False,
    ca_file: Ca = None,
    authfile: Authfile = None,
    context: Context = None,
    digests_file: DigestsFile = None,
    as_json: AsJson = False,
) -> None:
    """Build what is not there yet under its key, and push what the registry lacks; without a registry they stay here."""
    started = time.monotonic()
    with errors_as_sentences():
        target = RegistryOptions(registry, plain_http, ca_file, authfile).registry() if registry else None
        if digests_file is not None and target is None:
            raise CatalogueError("only a registry gives images their digests", expected="--registry with --digests-file")
        images = builder.build(names or None, target, say, _contexts(context or []))
        if digests_file is not None:
            pins_file.record(digests_file, [Pin(registry, image.name, image.version, image.digest) for image in images])
    if as_json:
        typer.echo(json.dumps([vars(image) for image in images], indent=2))
        return
    for image in images:
        size = f"{image.size / 1e6:7.0f} MB" if image.size else "          "
        typer.echo(f"{image.outcome:9} {size} {image.seconds:6.1f} s  {image.reference}")
    typer.echo(f"{len(images)} images in {time.monotonic() - started:.1f} s")


@app.command("list")
def list_images(
    registry: RegistryOption = "",
    archive: Annotated[
        Path | None, typer.Option("--archive", exists=True, dir_okay=False, help="List what a file has that `save` wrote; checks it whole.")
    ] = None,
    plain_http: PlainHttp = False,
    ca_file: Ca = None,
    authfile: Authfile = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """List all images: whether they are built here, what the registry has of them, their sizes and digests."""
    with errors_as_sentences():
        if archive is not None:
            with archive_reader.opened(archive, say) as opened:
                images = listing.in_archive(opened.index)
        else:
            target = RegistryOptions(registry, plain_http, ca_file, authfile, env_file).registry() if registry else None
            images = listing.listed(target)
    if as_json:
        typer.echo(json.dumps([vars(image) for image in images], indent=2))
        return
    typer.echo(f"{'IMAGE':15} {'VERSION':8} {'GROUP':8} {'HERE':5} {'UNPACKED':>9} {'THERE':5} {'PACKED':>9}  DIGEST")
    for image in images:
        here, there = ("yes" if known else "-" for known in (image.built, image.published))
        typer.echo(
            f"{image.name:15} {image.version:8} {image.group or '-':8} {here:5} {_megabytes(image.unpacked)} "
            f"{there:5} {_megabytes(image.packed)}  {image.digest or '-'}"
        )


@app.command()
def lock() -> None:
    """Write images.lock anew: today's Debian, and today's checksums from Maven's repository."""
    with errors_as_sentences():
        path = locking.write(datetime.now(tz=UTC).date(), say)
    typer.echo(f"wrote {path}; look at the difference before you commit it")


@app.command()
def prune() -> None:
    """Free disk: remove former builds and the steps of builds from local storage; the registry is left alone."""
    with errors_as_sentences():
        catalogue = load()
        paths = CachePaths(cache_home())
        storage = Storage(paths)
        described = [image for image in catalogue.images if not image.given()]
        keys = fingerprint.keys(catalogue, described, {})
        with in_use.alone(paths, say, "pruning images"):
            removed = storage.forget_former({image.name: keys[image.name] for image in described})
            storage.forget_steps()
    typer.echo(f"removed {removed} former images and the steps of builds")


app.command()(cli_transfer.save)
app.command("load")(cli_transfer.load)
app.command()(cli_transfer.push)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:6.0f} MB" if size else f"{'-':>9}"


def _contexts(pairs: list[str]) -> dict[str, Path]:
    contexts: dict[str, Path] = {}
    for pair in pairs:
        name, separator, folder = pair.partition("=")
        if not separator or not Path(folder).is_dir():
            raise CatalogueError("--context takes NAME=FOLDER", expected="an existing folder", found=pair)
        contexts[name] = Path(folder)
    return contexts
