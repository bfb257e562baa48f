"""What a run was made of: files, versions, the inventory's commit."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Final

from fedfleet.evidence.model import InputFile

_NO_INPUT: Final = ("artifacts",)
_PACKAGES: Final = ("fedfleet", "ansible-core")
_GIT_SECONDS: Final = 10


def input_files(inventory: Path) -> tuple[InputFile, ...]:
    """Return the files of an inventory with their digests; what runs left there and hidden files are not of it."""
    found = []
    for path in sorted(inventory.rglob("*")):
        within = path.relative_to(inventory)
        if path.is_file() and within.parts[0] not in _NO_INPUT and not any(part.startswith(".") for part in within.parts):
            found.append(InputFile(path=within.as_posix(), sha256=hashlib.sha256(path.read_bytes()).hexdigest()))
    return tuple(found)


def versions() -> dict[str, str]:
    """Return the versions of what did the work."""
    return {"python": platform.python_version(), **{package: _version(package) for package in _PACKAGES}}


def commit(inventory: Path) -> tuple[str, bool | None]:
    """Return the git commit that an inventory is of, and whether it is exactly that; an empty one outside of git."""
    named = _git(inventory, "rev-parse", "HEAD")
    if not named:
        return "", None
    changed = _git(inventory, "status", "--porcelain", "--", ".")
    return named, None if changed is None else not changed


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _git(directory: Path, *arguments: str) -> str | None:
    """What git says; None where it is not installed or knows nothing of the directory."""
    if shutil.which("git") is None:
        return None
    try:
        ended = subprocess.run(
            ["git", "-C", str(directory), "--no-optional-locks", *arguments],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.strip() if ended.returncode == 0 else None
