"""What a node's first process is told: its mounts and its services, as one JSON file. Pure, and light to import."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL_GRACE = 30.0
CONTAINERD_SOCKET = "/run/containerd/containerd.sock"


@dataclass(frozen=True)
class Mount:
    """One mount: a folder or file from outside (`source` is a path), a file system (`UUID=`), or a fresh `tmpfs`.

    What is mounted in a folder from outside appears where that folder comes from as well, unless the mount is `private`.
    """

    source: str
    target: str
    private: bool = False


@dataclass(frozen=True)
class Service:
    """One service of the node.

    Attributes:
        name: also the log's name below /var/log.
        argv: program and arguments.
        env: added to PATH and HOME.
        ready: what must answer before the next service starts: `unix:PATH`, a URL, or nothing.
        tls: files with authority, certificate and key that a URL with https is asked with.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: str = ""
    tls: tuple[str, ...] = ()


@dataclass(frozen=True)
class BootPlan:
    """All that a node's first process needs to know.

    Attributes:
        hostname: the node's name.
        keeps: folders that the node goes on seeing as the host has them; other mounts of the host are let go, so
            that the node holds nothing that the host wants to unmount.
        mounts: in this order; what the node's /etc/fstab names comes after them.
        files: text by path, written after the mounts into the node's own memory file systems.
        services: started in this order, stopped in the opposite one.
        grace: file with the seconds that containers get at most when the node is shut down; read at that moment.
    """

    hostname: str
    keeps: tuple[str, ...]
    mounts: tuple[Mount, ...]
    files: Mapping[str, str]
    services: tuple[Service, ...]
    grace: str

    def grace_now(self) -> float:
        """Returns the seconds that containers get; the usual ones where nobody said otherwise."""
        try:
            return float(Path(self.grace).read_text())
        except (OSError, ValueError):
            return USUAL_GRACE

    def dump(self) -> str:
        """Returns the plan as JSON."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def load(cls, text: str) -> BootPlan:
        """Reads what `dump` wrote."""
        raw = json.loads(text)
        return cls(
            hostname=raw["hostname"],
            keeps=tuple(raw["keeps"]),
            mounts=tuple(Mount(**mount) for mount in raw["mounts"]),
            files=raw["files"],
            services=tuple(
                Service(**{**service, "argv": tuple(service["argv"]), "tls": tuple(service.get("tls", ()))}) for service in raw["services"]
            ),
            grace=raw["grace"],
        )
