"""The content-addressed cache of artefacts."""

from __future__ import annotations

import fcntl
import shutil
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from fedfleet_lab.artefacts.gobuild import build
from fedfleet_lab.artefacts.toolchain import Toolchain, find_toolchain
from fedfleet_lab.paths import go_sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fedfleet_lab.artefacts.recipe import Recipe
    from fedfleet_lab.paths import LabPaths
    from fedfleet_lab.progress import Progress


class ArtefactCache:
    """Artefacts by what they are built from: the same inputs are never built twice, other inputs never mixed up."""

    def __init__(self, paths: LabPaths, progress: Progress) -> None:
        self._paths = paths
        self._progress = progress
        self._known: dict[str, Path] = {}

    @cached_property
    def _toolchain(self) -> Toolchain:
        return find_toolchain(self._paths, go_sources(), self._progress)

    def path(self, recipe: Recipe) -> Path:
        """Returns the artefact's folder, building it where it is missing.

        Raises:
            CommandError: the build failed.
        """
        if recipe.kind in self._known:
            return self._known[recipe.kind]
        folder = self.place(recipe)
        if not folder.exists():
            with self._locked(folder):
                if not folder.exists():
                    self._build(recipe, folder)
        self._known[recipe.kind] = folder
        return folder

    def missing(self, recipe: Recipe) -> bool:
        """Whether the artefact is yet to be built."""
        return not self.place(recipe).exists()

    def place(self, recipe: Recipe) -> Path:
        """Returns where the artefact is once it is built."""
        return self._paths.artefacts / f"{recipe.kind}-{recipe.key(go_sources(), self._toolchain.version)}"

    def _build(self, recipe: Recipe, folder: Path) -> None:
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        build(recipe, unfinished, go_sources(), self._paths, self._toolchain, self._progress)
        # A folder without the suffix is complete: the rename is atomic.
        unfinished.rename(folder)

    @contextmanager
    def _locked(self, folder: Path) -> Iterator[None]:
        """Lets one lab build while others wait for the result."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_name(f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
