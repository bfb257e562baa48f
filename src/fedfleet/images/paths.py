"""Where building keeps what it may need again. None of it ends up in an image."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


def cache_home() -> Path:
    """FedFleet's folder in the user's cache (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base).absolute() / "fedfleet"


@dataclass(frozen=True)
class CachePaths:
    """Folders below ``root``; those that a build mounts are made when first asked for."""

    root: Path

    @property
    def storage(self) -> Path:
        """Buildah's own storage: never the machine's, which may belong to someone else."""
        return self.root / "buildah" / "root"

    @property
    def run(self) -> Path:
        """Buildah's state of running builds."""
        return self.root / "buildah" / "run"

    @property
    def apt_packages(self) -> Path:
        """Downloaded Debian packages, mounted at ``/var/cache/apt``."""
        return self._made("apt/cache/archives/partial").parents[1]

    @property
    def apt_lists(self) -> Path:
        """Debian's package lists, mounted at ``/var/lib/apt/lists``."""
        return self._made("apt/lists/partial").parent

    @property
    def pip(self) -> Path:
        """Pip's cache of downloads."""
        return self._made("pip")

    @property
    def maven(self) -> Path:
        """Maven's local repository."""
        return self._made("maven")

    @property
    def inputs(self) -> Path:
        """Prepared inputs by hash: root file systems, verified artefacts."""
        return self._made("images/inputs")

    @property
    def contexts(self) -> Path:
        """Build contexts, put together for one build and removed after it."""
        return self._made("images/contexts")

    @property
    def logs(self) -> Path:
        """What buildah printed, one file an image."""
        return self._made("images/logs")

    @property
    def durations(self) -> Path:
        """Seconds that builds took last time on this machine, for estimates."""
        return self._made("images") / "durations.json"

    @property
    def layouts(self) -> Path:
        """Images on their way into or out of a file, removed after it."""
        return self._made("images/layouts")

    def lock(self, image: str) -> Path:
        """Held while an image is being made, or a file of images."""
        return self._made("images/locks") / image

    def _made(self, relative: str) -> Path:
        folder = self.root / relative
        folder.mkdir(parents=True, exist_ok=True)
        return folder
