"""A simulated vCenter on loopback, and clients of it."""

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from fedfleet_lab.artefacts import VCENTER, ArtefactCache
from fedfleet_lab.daemons import Daemons
from fedfleet_lab.host.ports import wait_for_port
from fedfleet_lab.paths import LabPaths, cache_home
from fedfleet_lab.progress import Progress
from fedfleet_lab.vcenter import Account, Datastore, Host, Inventory, Simulator, Supervisor
from fedfleet_lab.vcenter.accounts import ADMINISTRATORS
from fedfleet_lab.vcenter.simulator import PROGRAM

INVENTORY = Inventory(
    datacenter="north",
    cluster="north-cluster",
    supervisor=Supervisor("4c1a5f2e-supervisor", "north-supervisor"),
    hosts=(Host("esx1.north", 16, 2000, 64 << 30), Host("esx2.north", 16, 2000, 64 << 30)),
    datastores=(Datastore("north-fast", 2 << 40), Datastore("north-slow", 8 << 40)),
    networks=("management", "workload-1", "workload-2"),
)
ADMINISTRATOR = Account("administrator", "right-Administrator-1", (ADMINISTRATORS,))
READER = Account("reader", "right-Reader-1", ("Readers",), ("System.Read",))
EDITOR = Account("editor", "right-Editor-1", ("Editors",), ("System.Read", "Namespaces.Configure"))
NOBODY = Account("nobody", "right-Nobody-1")
ACCOUNTS = (ADMINISTRATOR, READER, EDITOR, NOBODY)
NAME = "vcenter"


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


def program() -> Path:
    """The simulator, built where it is missing."""
    return ArtefactCache(LabPaths(cache_home(), ""), Progress()).path(VCENTER) / PROGRAM


@dataclass
class RunningVCenter:
    """A simulated vCenter that runs."""

    simulator: Simulator
    daemons: Daemons
    _sessions: dict[str, str] = field(default_factory=dict)

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Trusts the simulator's own authority and no other."""
        return ssl.create_default_context(cafile=str(self.simulator.authority.pair.certificate))

    @cached_property
    def http(self) -> httpx.Client:
        """A client that proxies of the environment do not disturb."""
        return httpx.Client(base_url=self.simulator.url, verify=self.trust, trust_env=False, timeout=30)

    @cached_property
    def supervisor(self) -> httpx.Client:
        """A client of the Supervisor's login service."""
        return httpx.Client(base_url=self.simulator.issuer, verify=self.trust, trust_env=False, timeout=30)

    def session(self, account: Account = ADMINISTRATOR) -> str:
        """A session's token; one an account."""
        if account.name not in self._sessions:
            answer = self.http.post("/api/session", auth=(account.user, account.password))
            assert answer.status_code == 201, answer.text
            self._sessions[account.name] = answer.json()
        return self._sessions[account.name]

    def call(self, method: str, path: str, body: Any = None, *, by: Account = ADMINISTRATOR, **more: Any) -> httpx.Response:
        """One call below /api, by an account."""
        headers = {"vmware-api-session-id": self.session(by)}
        return self.http.request(method, f"/api{path}", json=body, headers=headers, **more)

    def get(self, path: str, *, by: Account = ADMINISTRATOR) -> Any:
        """What a successful GET answers."""
        answer = self.call("GET", path, by=by)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, method: str, path: str, body: Any = None, *, by: Account = ADMINISTRATOR) -> Any:
        """What a successful call answers; None where it answers nothing."""
        answer = self.call(method, path, body, by=by)
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def lab(self, method: str, path: str, body: Any = None) -> Any:
        """A successful call of one of the lab's own doors."""
        answer = self.http.request(method, f"/lab{path}", json=body, headers={"x-lab-token": self.simulator.token()})
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def plan(self, *faults: dict[str, Any]) -> None:
        """Have these go wrong, and nothing else (lab/go/vcenter/faults.go)."""
        self.lab("PUT", "/faults", list(faults))

    @property
    def cluster(self) -> str:
        """The cluster's identifier."""
        return str(self.get("/vcenter/cluster")[0]["cluster"])

    @property
    def policy(self) -> str:
        """Some storage policy's identifier."""
        return str(self.get("/vcenter/storage/policies")[0]["policy"])

    def restart(self, changed: Mapping[str, Any] | None = None) -> None:
        """Stop it as a lab is stopped, and start it anew on what it kept."""
        self.daemons.stop(NAME)
        self.simulator = replace(self.simulator, **(changed or {}))
        self._sessions.clear()
        self.start()

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.daemons.ensure(self.simulator.daemon(NAME, program()))
        # The simulator makes thousands of VMs again in a minute.
        wait_for_port(self.daemons, NAME, self.simulator.host, self.simulator.port, timeout=300)
        wait_for_port(self.daemons, NAME, self.simulator.supervisor_host or self.simulator.host, self.simulator.supervisor_port)

    def close(self) -> None:
        """Close the clients and end the simulator."""
        self.http.close()
        self.supervisor.close()
        self.daemons.stop(NAME)


@contextmanager
def running_vcenter(folder: Path, accounts: Sequence[Account] = ACCOUNTS, **settings: Any) -> Iterator[RunningVCenter]:
    """A simulated vCenter with certificates of its own, ended after."""
    port, supervisor_port = free_ports(2)
    ports = {"port": port, "supervisor_port": supervisor_port}
    simulator = Simulator(folder / "vcenter", INVENTORY, tuple(accounts), **ports | settings)
    vcenter = RunningVCenter(simulator, Daemons(LabPaths(folder, "vsphere")))
    try:
        vcenter.start()
        yield vcenter
    finally:
        vcenter.close()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and error type of a call that was refused."""
    return answer.status_code, answer.json()["error_type"]


def said(answer: httpx.Response) -> str:
    """What a refusal says."""
    return str(answer.json()["messages"][0]["default_message"])
