"""How the simulated vCenter is started; it needs no lab around it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.cluster.pki import write_secret
from fedfleet_lab.daemons import Daemon

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.cluster.pki import Pair

GIB = 1 << 30


@dataclass(frozen=True)
class Hardware:
    """What the simulated data centre is said to have: hosts alike, and one shared datastore of so many bytes."""

    hosts: int = 3
    processors: int = 48
    mhz: int = 2600
    memory: int = 512 * GIB
    storage: int = 20480 * GIB

    def inventory(self) -> dict[str, object]:
        """Returns the inventory as the simulator reads it."""
        hosts = [
            {"name": f"esx{number}.lab", "processors": self.processors, "mhz": self.mhz, "memory_bytes": self.memory}
            for number in range(1, self.hosts + 1)
        ]
        return {
            "datacenter": "lab-datacenter",
            "cluster": "lab-cluster",
            "supervisor": "lab-supervisor",
            # What pyvmomi 9.1 and the simulator agree on; the release is the first with both kinds of clusters.
            "api_version": "8.0.3.0",
            "version": "8.0.3",
            "build": "24022515",
            "hosts": hosts,
            "datastores": [{"name": "lab-datastore", "capacity_bytes": self.storage}],
        }


@dataclass(frozen=True)
class Simulator:
    """One simulated vCenter, with the login service of its Supervisor where that has an address.

    Attributes:
        program: the program, of the artefact VCENTER.
        folder: where it keeps what outlives a restart; mode 0700.
        listen: address and port of the vCenter, and `pair` its certificate.
        accounts: file with who may log in.
        token: file with what opens the simulator's own doors.
        login: address and port, certificate and issuer's URL of the login service.
        options: further flags, such as `-namespace-delay=1s`.
    """

    program: Path
    folder: Path
    listen: str
    pair: Pair
    accounts: Path
    token: Path
    login: tuple[str, Pair, str] | None = None
    hardware: Hardware = Hardware()
    options: tuple[str, ...] = ()

    def daemon(self, name: str) -> Daemon:
        """Writes the inventory and returns the program to keep running."""
        inventory = self.folder / "inventory.json"
        write_secret(inventory, json.dumps(self.hardware.inventory(), indent=1).encode())
        flags: dict[str, object] = {
            "listen": self.listen,
            "tls-cert": self.pair.certificate,
            "tls-key": self.pair.key,
            "accounts": self.accounts,
            "inventory": inventory,
            "lab-token-file": self.token,
            "state": self.folder,
        }
        inputs = [self.pair.certificate, self.accounts, inventory, self.token]
        if self.login is not None:
            address, pair, issuer = self.login
            flags |= {"login-listen": address, "login-cert": pair.certificate, "login-key": pair.key, "issuer": issuer}
            inputs.append(pair.certificate)
        argv = (str(self.program), *(f"-{flag}={value}" for flag, value in flags.items()), *self.options)
        return Daemon(name, argv, inputs=tuple(inputs))
