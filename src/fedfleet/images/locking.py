"""Writes ``images.lock`` anew: the day's Debian, and the checksums of what Maven's repository has today."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from fedfleet.images import inputs
from fedfleet.images.catalogue import load
from fedfleet.images.paths import CachePaths, cache_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_HEAD = """\
# Exactly what goes into the images; written by `fedfleet images lock`, read by `fedfleet images build`.
# debian: the suite with its updates and security pockets; a later day in as_of builds everything anew with that day's packages.
# maven: SHA-512 of every file, by image and input. PyPI's packages are locked by hash in images/*/requirements*.txt.
"""


def write(today: date, progress: Callable[[str], None], folder: Path | None = None, cache: Path | None = None) -> Path:
    """Fetch every Maven input again and write down what came; returns the lock's path.

    Raises:
        ImagesError: an artefact could not be had. The lock is then as it was.
    """
    catalogue = load(folder)
    paths = CachePaths(cache or cache_home())
    maven: dict[str, dict[str, str]] = {}
    for image in catalogue.images:
        for name, source in image.inputs.items():
            if source.kind not in ("maven", "maven-closure"):
                continue
            progress(f"fetching {name} of image {image.name}")
            with tempfile.TemporaryDirectory(dir=paths.inputs) as fetched:
                inputs.fetch_for_lock(catalogue, image, name, Path(fetched), paths, lambda _line, _seconds: None)
                maven[f"{image.name}/{name}"] = {path.name: inputs.sha512(path) for path in sorted(Path(fetched).iterdir())}
    debian = catalogue.lock.debian.model_dump(mode="json") | {"as_of": today.isoformat()}
    path = catalogue.folder / "images.lock"
    path.write_text(_HEAD + yaml.safe_dump({"debian": debian, "maven": maven}, sort_keys=False, width=200), encoding="utf-8")
    return path
