"""What every action is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fedfleet_lab.artefacts import ArtefactCache
from fedfleet_lab.daemons import Daemons
from fedfleet_lab.kubectl import Kubectl

if TYPE_CHECKING:
    from fedfleet_lab.config import LabConfig
    from fedfleet_lab.paths import LabPaths
    from fedfleet_lab.progress import Progress


@dataclass(frozen=True)
class Context:
    """One lab and the means to change it."""

    config: LabConfig
    paths: LabPaths
    progress: Progress
    keep: bool = False
    disk_gib: int | None = None

    @cached_property
    def artefacts(self) -> ArtefactCache:
        """Programs, built where they are missing."""
        return ArtefactCache(self.paths, self.progress)

    @cached_property
    def daemons(self) -> Daemons:
        """Programs that go on running on the host."""
        return Daemons(self.paths)

    @cached_property
    def kubectl(self) -> Kubectl:
        """The cluster, as its administrator."""
        return Kubectl(self.artefacts, self.paths.kubeconfig)
