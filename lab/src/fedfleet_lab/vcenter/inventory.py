"""What the simulated vCenter has, in the form that it reads (lab/go/vcenter/inventory.go)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

GIB = 1 << 30


@dataclass(frozen=True)
class Host:
    """One ESXi host: cores, their speed, and its memory in bytes."""

    name: str
    processors: int = 32
    mhz: int = 2600
    memory_bytes: int = 256 * GIB


@dataclass(frozen=True)
class Datastore:
    """One datastore that all hosts share; its capacity in bytes is a number, nothing is set aside for it."""

    name: str
    capacity_bytes: int = 4096 * GIB


@dataclass(frozen=True)
class Supervisor:
    """The Supervisor on the one cluster."""

    id: str
    name: str
    kubernetes_version: str = "v1.34.4+simulated"
    service_cidr: str = "10.96.0.0/16"


@dataclass(frozen=True)
class Inventory:
    """One data centre with one cluster. The first network is a standard port group, the others are distributed ones.

    Attributes:
        api_version: what pyvmomi negotiates by; 8.0.3.0 is what it and the simulator agree on (8.0.3 is the first release with both kinds
            of workload clusters).
    """

    datacenter: str
    cluster: str
    supervisor: Supervisor
    hosts: tuple[Host, ...]
    datastores: tuple[Datastore, ...]
    networks: tuple[str, ...] = ("VM Network",)
    api_version: str = "8.0.3.0"
    version: str = "8.0.3"
    build: str = "24022515"

    def render(self) -> bytes:
        """Returns the file's content."""
        return json.dumps(asdict(self), indent=1).encode()
