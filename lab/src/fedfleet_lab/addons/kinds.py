"""Kinds of objects (CustomResourceDefinitions) that come with an addon's sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.context import Context

_LABEL = "fedfleet.dev/lab-artefact"


def ensure_kinds(ctx: Context, artefact: Path, pattern: str = "*.yaml") -> None:
    """Has the API server know the kinds in an artefact's folder `crds`.

    The artefact's name, which has the hash of its content in it, is noted on each: applying them again, only to find
    that nothing is to be done, takes kubectl seconds.

    Raises:
        CommandError: the API server refused one, or did not take it up in time.
    """
    files = sorted((artefact / "crds").glob(pattern))
    mark = f"{_LABEL}={artefact.name}"
    known = ctx.kubectl.run("get", "crd", "-l", mark, "-o", "name").stdout.split()
    if len(known) == len(files):
        return
    named = [word for file in files for word in ("-f", str(file))]
    ctx.kubectl.run("apply", "--server-side", "--force-conflicts", "--field-manager=fedfleet-lab", *named)
    ctx.kubectl.wait("--for=condition=Established", *named)
    ctx.kubectl.run("label", "--overwrite", *named, mark)
