"""How the simulated vCenter is started; it needs no lab around it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.cluster.pki import Authority, Leaf, write_secret
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.vcenter.accounts import render

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.cluster.pki import Pair
    from fedfleet_lab.vcenter.accounts import Account
    from fedfleet_lab.vcenter.inventory import Inventory

PROGRAM = "vcenter-simulator"
"""The program's name in the folder of the artefact VCENTER."""


def authority_in(folder: Path) -> Authority:
    """Returns the authority of the simulator whose files are in a folder."""
    return Authority(folder / "pki", "simulated-vcenter-authority")


@dataclass(frozen=True)
class Simulator:
    """One simulated vCenter and the login service of its Supervisor.

    Attributes:
        folder: where its files are: certificates, accounts, inventory, the lab's token, and what outlives a restart.
        host: address that the vCenter listens on, and that its certificate is for.
        port: the vCenter's; `supervisor_port` is the login service's.
        supervisor_host: the login service's address, where it is another.
        namespace_delay: seconds that namespaces are CONFIGURING or REMOVING; with 0, whoever has the lab's token says when they are done.
        latency_ms: delay of every call, in milliseconds.
        session_minutes: minutes until a session that nobody uses ends.
        token_hours: hours until a token of the login service ends.
    """

    folder: Path
    inventory: Inventory
    accounts: tuple[Account, ...]
    host: str = "127.0.0.1"
    port: int = 8443
    supervisor_port: int = 8444
    supervisor_host: str = ""
    namespace_delay: float = 0.0
    latency_ms: int = 0
    session_minutes: int = 30
    token_hours: int = 10

    @property
    def url(self) -> str:
        """Where the vCenter is."""
        return f"https://{self.host}:{self.port}"

    @property
    def issuer(self) -> str:
        """Where the login service is; a kube-apiserver that takes its tokens gets this as `--oidc-issuer-url`."""
        return f"https://{self._login_host}:{self.supervisor_port}"

    @property
    def authority(self) -> Authority:
        """Signs both certificates, and nothing else."""
        return authority_in(self.folder)

    @property
    def state(self) -> Path:
        """What outlives a restart."""
        return self.folder / "state.json"

    def token(self) -> str:
        """Returns what opens the doors below /lab, which no vCenter has; made where it is missing."""
        place = self._token_file
        if not place.exists():
            write_secret(place, secrets.token_urlsafe(32).encode())
        return place.read_text().strip()

    def daemon(self, name: str, program: Path) -> Daemon:
        """Writes all files and returns what is to be kept running.

        Args:
            name: the daemon's, unique in a lab.
            program: `PROGRAM` in the folder of the artefact VCENTER.
        """
        self.token()
        vcenter, supervisor = self._pair("vcenter", self.host), self._pair("supervisor", self._login_host)
        accounts, inventory = self.folder / "accounts.json", self.folder / "inventory.json"
        write_secret(accounts, render(self.accounts))
        write_secret(inventory, self.inventory.render())
        flags = {
            "listen": f"{self.host}:{self.port}",
            "tls-cert": vcenter.certificate,
            "tls-key": vcenter.key,
            "supervisor-listen": f"{self._login_host}:{self.supervisor_port}",
            "supervisor-cert": supervisor.certificate,
            "supervisor-key": supervisor.key,
            "issuer": self.issuer,
            "accounts": accounts,
            "inventory": inventory,
            "state": self.state,
            "lab-token-file": self._token_file,
            "namespace-delay": f"{self.namespace_delay}s",
            "latency-ms": self.latency_ms,
            "session-minutes": self.session_minutes,
            "token-hours": self.token_hours,
        }
        argv = (str(program), *(f"-{flag}={value}" for flag, value in flags.items()))
        return Daemon(name, argv, inputs=(vcenter.certificate, supervisor.certificate, accounts, inventory, self._token_file))

    @property
    def _token_file(self) -> Path:
        return self.folder / "lab.token"

    @property
    def _login_host(self) -> str:
        return self.supervisor_host or self.host

    def _pair(self, name: str, host: str) -> Pair:
        leaf = Leaf(f"simulated-{name}", (), ("localhost", host), server=True, client=False)
        return self.authority.issue(name, leaf)
