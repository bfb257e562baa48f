"""`fedfleet images` save, load and push: images to where there is no internet."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fedfleet.images import archive_reader, loading, pins_file, saving, sending
from fedfleet.images.cli_options import (
    AsJson,
    Authfile,
    Ca,
    DigestsFile,
    EnvFile,
    Names,
    PasswordStdin,
    PlainHttp,
    RegistryOption,
    RegistryOptions,
    Username,
    errors_as_sentences,
    say,
)
from fedfleet.images.errors import CatalogueError

if TYPE_CHECKING:
    from fedfleet.images.sending import Sent

Digest = Annotated[str, typer.Option("--digest", help="Take only the file for which `save` printed this digest.")]


def save(
    file: Annotated[Path, typer.Argument(help="The file to write, NAME.tar.", dir_okay=False)],
    names: Names = None,
    as_json: AsJson = False,
) -> None:
    """Write images of this machine into one file, each with its bill of materials; layers they share are in it once.

    Needs root and buildah, and room for the file twice. What it prints as digest stands for all of it.
    """
    with errors_as_sentences():
        saved = saving.save(file, names or [], say)
    if as_json:
        facts = {"file": str(saved.path), "digest": saved.digest, "size": saved.size, "seconds": round(saved.seconds, 1)}
        typer.echo(json.dumps(facts | {"images": [image.model_dump(mode="json") for image in saved.index.images]}, indent=2))
        return
    for image in saved.index.images:
        typer.echo(f"{image.packed / 1e6:7.0f} MB  {image.reference:32} {image.manifest}")
    apart = sum(image.packed for image in saved.index.images)
    typer.echo(f"{len(saved.index.images)} images, {saved.size / 1e6:.0f} MB (apart {apart / 1e6:.0f} MB), {saved.seconds:.1f} s")
    typer.echo(f"digest {saved.digest}")


def load(
    file: Annotated[Path, typer.Argument(help="A file that `save` wrote.", dir_okay=False)],
    digest: Digest = "",
    check: Annotated[bool, typer.Option("--check", help="Only say whether the file is whole; needs neither root nor buildah.")] = False,
) -> None:
    """Take the images of a file into this machine's storage, after every digest in it was found right."""
    started = time.monotonic()
    with errors_as_sentences():
        index = loading.load_archive(file, say, digest=digest, check_only=check)
    for image in index.images:
        typer.echo(f"{image.reference:32} {image.manifest}")
    typer.echo(f"{len(index.images)} images {'are whole' if check else 'loaded'}, {time.monotonic() - started:.1f} s")
    typer.echo(f"digest {index.digest()}")


def push(
    names: Names = None,
    registry: RegistryOption = "",
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive", exists=True, dir_okay=False, help="Push out of a file that `save` wrote; needs neither root nor buildah."
        ),
    ] = None,
    digest: Digest = "",
    plain_http: PlainHttp = False,
    ca_file: Ca = None,
    authfile: Authfile = None,
    env_file: EnvFile = None,
    username: Username = "",
    password_stdin: PasswordStdin = False,
    digests_file: DigestsFile = pins_file.DIGESTS_FILE,
    as_json: AsJson = False,
) -> None:
    """Push images to a registry, and write down which digests they have there, for sites of profile production.

    Layers that the registry has are not sent.
    """
    started = time.monotonic()
    with errors_as_sentences():
        if not registry:
            raise CatalogueError("nobody said where to push to", expected="--registry HOST[:PORT][/PATH]")
        if digest and archive is None:
            raise CatalogueError("--digest is about a file", expected="--archive FILE with it")
        options = RegistryOptions(registry, plain_http, ca_file, authfile, env_file, username, password_stdin)
        target = options.registry()
        if archive is None:
            sent = sending.send_stored(names or [], target, say)
        else:
            with archive_reader.opened(archive, say, digest) as opened:
                sent = sending.send_archive(opened, target, say, names or [])
        if digests_file is not None:
            pins_file.record(digests_file, [one.pin for one in sent])
    _show(sent, time.monotonic() - started, digests_file, as_json=as_json)


def _show(sent: list[Sent], seconds: float, digests_file: Path | None, *, as_json: bool) -> None:
    if as_json:
        images = [{"name": one.pin.name, "reference": str(one.pin), "outcome": one.outcome, "seconds": one.seconds} for one in sent]
        typer.echo(json.dumps(images, indent=2))
        return
    for one in sent:
        typer.echo(f"{one.outcome:9} {one.seconds:6.1f} s  {one.pin}")
    typer.echo(f"{len(sent)} images in {seconds:.1f} s; digests in {digests_file}")
