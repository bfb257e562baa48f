"""What an artefact is built from; its hash is the artefact's name in the cache."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SOURCES = ("go.mod", "go.sum", "*.go")


@dataclass(frozen=True)
class GoProgram:
    """One program: `package` as Go names it (`.` for the module's own), `links` other names to call it by."""

    output: str
    package: str
    ldflags: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Copy:
    """Files that come with a module that the recipe's module needs: `source` is a folder in it."""

    module: str
    source: str
    target: str


@dataclass(frozen=True)
class Recipe:
    """An artefact: programs, and files that come with their sources, out of one Go module.

    Attributes:
        kind: the artefact's name for people and in the cache.
        module: the folder below the lab's `go`.
        minutes: what a build with an empty cache takes on two cores; measured.
    """

    kind: str
    module: str
    programs: tuple[GoProgram, ...]
    copies: tuple[Copy, ...] = ()
    minutes: float = 1.0

    def key(self, sources: Path, toolchain: str) -> str:
        """Returns the hash of all that goes into the build: settings, module files and the toolchain's version."""
        settings = {name: value for name, value in asdict(self).items() if name != "minutes"}
        whole = hashlib.sha256(json.dumps([settings, toolchain], sort_keys=True).encode())
        folder = sources / self.module
        for path in sorted(path for pattern in _SOURCES for path in folder.glob(pattern)):
            whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()[:16]
