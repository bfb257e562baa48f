"""Keys: what an image is made of, as one hash. The same key, the same image."""

from __future__ import annotations

import hashlib
import json
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from fedfleet.images.catalogue import Catalogue, ImageDefinition

FORMAT = 2
"""Changes when the way of building changes so that the same files give another image."""

KEY_LABEL = "dev.fedfleet.key"
"""The label that carries an image's key."""

KEY_LENGTH = 16
"""Hexadecimal digits of a key that name an image; 64 bits."""


def of_file(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def of_tree(folder: Path) -> dict[str, str]:
    """Content and executable bit of every file below ``folder`` by its relative path; owners and times do not count.

    What Python leaves beside its sources is no part of an image either: tests that import them would make another image of each.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "__pycache__":
            executable = "x" if path.stat().st_mode & stat.S_IXUSR else "-"
            found[path.relative_to(folder).as_posix()] = f"{executable}{of_file(path)}"
    return found


def combine(facts: object) -> str:
    """SHA-256 of anything JSON can say, independent of the order of its keys."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def of_input(catalogue: Catalogue, image: ImageDefinition, name: str) -> str:
    """The key of one input that the catalogue and the lock describe whole; not of one that the caller gives."""
    source = image.inputs[name]
    facts: dict[str, object] = {"format": FORMAT, "definition": source.model_dump()}
    if source.kind == "rootfs":
        facts["debian"] = catalogue.lock.debian.model_dump()
    elif source.kind in ("maven", "maven-closure"):
        facts["locked"] = catalogue.lock.maven.get(f"{image.name}/{name}", {})
    return combine(facts)


def keys(catalogue: Catalogue, images: Iterable[ImageDefinition], contexts: Mapping[str, Path]) -> dict[str, str]:
    """The key of each image, parents first. ``contexts`` are the folders that the caller gives, by input name."""
    known: dict[str, str] = {}
    for image in images:
        facts = {
            "format": FORMAT,
            "version": image.version,
            "files": of_tree(catalogue.folder / image.name),
            "parents": {parent: known[parent] for parent in image.parents},
            "inputs": {
                name: of_given(contexts[name], source.files) if source.kind == "given" else of_input(catalogue, image, name)
                for name, source in image.inputs.items()
            },
        }
        known[image.name] = combine(facts)[:KEY_LENGTH]
    return known


def of_given(folder: Path, files: Iterable[str]) -> str:
    """The key of the files that an image takes out of a folder the caller gave."""
    return combine({name: of_file(folder / name) for name in files})
