"""Gives disk space back: what only builds need, and what nothing uses any more."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.node import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fedfleet_lab.paths import LabPaths


def prune(paths: LabPaths, current: Iterable[Path]) -> int:
    """Removes Go's caches, artefacts that are neither current nor running, and templates that no node uses.

    Args:
        paths: where the caches are.
        current: the artefacts that the next `up` would use.

    Returns:
        Bytes given back.
    """
    before = shutil.disk_usage(paths.cache).free
    _remove_go_caches(paths.go)
    kept = {*current, *_running(paths.artefacts)}
    for folder in _folders(paths.artefacts):
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    if paths.templates.exists():
        template.prune(paths)
    return max(shutil.disk_usage(paths.cache).free - before, 0)


def _remove_go_caches(folder: Path) -> None:
    shutil.rmtree(folder / "build", ignore_errors=True)
    # Go makes its module cache read-only, folders too; root may remove it all the same.
    shutil.rmtree(folder / "mod", ignore_errors=True)


def _running(artefacts: Path) -> Iterator[Path]:
    """Yields the artefacts that some process is running."""
    for link in Path("/proc").glob("[0-9]*/exe"):
        try:
            program = link.readlink()
        except OSError:
            continue
        if program.is_relative_to(artefacts):
            yield artefacts / program.relative_to(artefacts).parts[0]


def _folders(place: Path) -> list[Path]:
    return [entry for entry in place.iterdir() if entry.is_dir()] if place.exists() else []
