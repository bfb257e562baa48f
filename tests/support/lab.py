"""The lab that tests run against."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from support.commands import BIN, Finished, run
from support.guardian import Guardian

# Building all of the lab's programs from source, the first time on a machine with two cores.
COLD_SECONDS = 5400
# A lab of its own: tests neither need nor harm the one that `make demo` left running.
NAME = "test"
NETWORK = "10.92.0.0/16"
# Names a lab that runs already.
RUNNING = "FEDFLEET_TEST_LAB"


@dataclass(frozen=True)
class RunningLab:
    """A lab with Ready nodes."""

    name: str
    network: str

    @property
    def cache(self) -> Path:
        """FedFleet's cache directory, which all labs share."""
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return Path(base) / "fedfleet"

    @property
    def kubeconfig(self) -> Path:
        """An administrator's kubeconfig of the lab's cluster."""
        return self.cache / "lab" / self.name / "kubeconfig"

    @property
    def registry(self) -> str:
        """The lab's registry as this machine reaches it; nodes know it as registry.lab:5000."""
        return f"{IPv4Network(self.network)[1]}:5000"

    @property
    def environment(self) -> dict[str, str]:
        """What points `fedfleet lab` and inventories/lab at this lab."""
        return {"FEDFLEET_LAB": self.name, "FEDFLEET_LAB_NETWORK": self.network}

    def fedfleet(self, *arguments: str, timeout: float = 900, show: bool = False) -> Finished:
        """Run `fedfleet` on this lab."""
        return run("fedfleet", *arguments, env=self.environment, timeout=timeout, show=show)


@contextmanager
def lab_for_tests() -> Iterator[RunningLab]:
    """Bring a lab up from nothing and take it down after, whatever happens in between.

    FEDFLEET_TEST_LAB names a lab that runs already, for whoever writes tests: it is used as it is, and left as it is.
    """
    running = os.environ.get(RUNNING)
    if running:
        yield RunningLab(running, os.environ.get("FEDFLEET_LAB_NETWORK", "10.89.0.0/16"))
        return
    lab = RunningLab(NAME, NETWORK)
    with Guardian([str(BIN / "fedfleet"), "lab", "down", "--name", NAME, "--network", NETWORK]):
        lab.fedfleet("lab", "down").expect()
        try:
            lab.fedfleet("lab", "up", timeout=COLD_SECONDS, show=True).expect()
            yield lab
        finally:
            lab.fedfleet("lab", "down").expect()


@contextmanager
def lab_to_break() -> Iterator[RunningLab]:
    """Bring up a lab that tests may mistreat as they like, and take it down after.

    FEDFLEET_TEST_LAB_TO_BREAK, as NAME=NETWORK, names one that runs already: it is used as it is, and left as it is.
    """
    name, _, network = os.environ.get("FEDFLEET_TEST_LAB_TO_BREAK", "").partition("=")
    if name:
        yield RunningLab(name, network)
        return
    lab = RunningLab("broken", "10.97.0.0/16")
    with Guardian([str(BIN / "fedfleet"), "lab", "down", "--name", lab.name, "--network", lab.network]):
        lab.fedfleet("lab", "down").expect()
        try:
            lab.fedfleet("lab", "up", timeout=COLD_SECONDS).expect()
            yield lab
        finally:
            lab.fedfleet("lab", "down").expect()
