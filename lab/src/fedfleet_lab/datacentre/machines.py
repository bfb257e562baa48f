"""What a VM of the vCenter is in the lab, and how that is noted on it; light to import."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from fedfleet_lab.config import Volume

CONTROL_PLANE = "control-plane"
WORKER = "worker"
_PREFIX = "fedfleet.lab."


@dataclass(frozen=True)
class Place:
    """What a VM is in the lab; noted in its extra configuration.

    Attributes:
        cell: the cell's number.
        number: the node's, from 1.
        role: CONTROL_PLANE or WORKER.
        cluster: namespace and name of its cluster, `fl-site-a/fl-a`.
        pool: its pool in the cluster; empty for the control plane.
        built: digest of what it was made from: another means that it is to be replaced.
        kubernetes: the version that it was made with, and runs as long as it is there.
        volumes: its disks besides the root disk.
    """

    cell: int
    number: int
    role: str
    cluster: str
    pool: str = ""
    built: str = ""
    kubernetes: str = ""
    volumes: tuple[Volume, ...] = ()


@dataclass(frozen=True)
class Vm:
    """One VM of a cluster's; `host` is the identifier of the ESXi host that it is on, `since` when it was last switched on or reset."""

    name: str
    on: bool
    place: Place
    handle: Any
    host: str = ""
    since: str = ""


@dataclass(frozen=True)
class Host:
    """One ESXi host of the simulated vCenter.

    Attributes:
        id: its identifier, `host-21`.
        connection: what its vCenter sees of it: `connected`, `disconnected` by somebody (its VMs go on), or `notResponding`.
        maintenance: whether it is in maintenance mode.
    """

    id: str
    name: str
    connection: str
    maintenance: bool
    handle: Any

    @property
    def failed(self) -> bool:
        """Whether nothing runs on it."""
        return self.connection == "notResponding"

    @property
    def takes_vms(self) -> bool:
        """Whether VMs may be put there."""
        return self.connection == "connected" and not self.maintenance


@dataclass(frozen=True)
class Size:
    """What a VM class gives a VM."""

    processors: int
    memory_mib: int


def noted(place: Place) -> dict[str, str]:
    """Returns a place as extra configuration."""
    words = {name: str(value) for name, value in vars(place).items()}
    words["volumes"] = json.dumps([asdict(volume) for volume in place.volumes])
    return {f"{_PREFIX}{name}": word for name, word in words.items()}


def place_of(noted: dict[str, str]) -> Place | None:
    """Returns the place that extra configuration notes; None for a VM of nobody's cluster."""
    words = {key.removeprefix(_PREFIX): value for key, value in noted.items() if key.startswith(_PREFIX)}
    if not words:
        return None
    more = {name: words.get(name, "") for name in ("pool", "built", "kubernetes")}
    volumes = tuple(Volume(**volume) for volume in json.loads(words.get("volumes", "[]")))
    return Place(int(words["cell"]), int(words["number"]), words["role"], words["cluster"], **more, volumes=volumes)
