"""OCI image layouts on disk, while images go into or out of a file."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet.images.archive import OCI_INDEX, blob_path
from fedfleet.images.errors import BuildError
from fedfleet.images.turn import turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fedfleet.images.paths import CachePaths


@contextmanager
def temporary_layout(paths: CachePaths, progress: Callable[[str], None], title: str) -> Iterator[Path]:
    """Where one layout may be made, called `layout`, removed after; one at a time, so that what a killed run left can be told and removed."""
    with turn(paths.lock("layouts"), progress, title):
        for left in paths.layouts.iterdir():
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(dir=paths.layouts) as folder:
            yield Path(folder) / "layout"


def manifest_text(layout: Path, reference: str) -> bytes:
    """The manifest of what a layout calls ``reference``.

    Raises:
        BuildError: it calls nothing so.
    """
    for entry in json.loads((layout / OCI_INDEX).read_text(encoding="utf-8"))["manifests"]:
        if entry.get("annotations", {}).get("org.opencontainers.image.ref.name") == reference:
            return (layout / blob_path(entry["digest"])).read_bytes()
    raise BuildError(f"buildah packed {reference}, and it is not there", where=str(layout), log="", next_step="save again")


def bytes_in(layout: Path) -> int:
    """Bytes of all files, those that are being written included."""
    total = 0
    for folder, _, files in os.walk(layout):
        for name in files:
            # One that is being written may be renamed meanwhile.
            with suppress(FileNotFoundError):
                total += (Path(folder) / name).stat().st_size
    return total
