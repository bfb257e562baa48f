"""Runs of a small inventory through `fedfleet run`, watched event by event, interrupted where a test wants it."""

import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fedfleet.locks.lease import API_VERSION, NAME
from fedfleet.runs.events import RunEvent
from support.commands import BIN, ROOT, Finished, run
from support.lab import RunningLab
from support.trial import DOMAIN, FEDERATION

RUN_SECONDS = 600
_DIES_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM", "--")


@dataclass
class Running:
    """A run that has begun. `process` is `fedfleet run`, `seen` what it has told so far."""

    process: subprocess.Popen[str]
    seen: list[RunEvent] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        """The run's name, as its lock has it."""
        return self.seen[0].message.split(", run ")[1].partition(",")[0]

    def until(self, wanted: Callable[[RunEvent], bool], what: str) -> RunEvent:
        """Follow it until something happens."""
        for event in self._events():
            if wanted(event):
                return event
        raise AssertionError(f"the run ended before: {what}\n" + "\n".join(event.line() for event in self.seen[-5:]))

    def end(self) -> int:
        """Follow it to its end; return how it ended."""
        for _ in self._events():
            pass
        return self.process.wait(timeout=RUN_SECONDS)

    def playbook_process(self) -> int:
        """The ansible-playbook of the run."""
        children = [Path(entry).read_text().split() for entry in Path(f"/proc/{self.process.pid}/task").glob("*/children")]
        (child,) = [int(pid) for found in children for pid in found]
        return child

    def _events(self) -> Iterator[RunEvent]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = RunEvent.model_validate_json(line)
            self.seen.append(event)
            yield event


@dataclass(frozen=True)
class SmallInventory:
    """An inventory with an exchange in a namespace of its own, and where `fedfleet run` finds it."""

    path: Path
    namespace: str
    environment: Mapping[str, str]

    @classmethod
    def made(
        cls, directory: Path, lab: RunningLab, parties: Mapping[str, Mapping[str, Any]] | None = None, namespace: str = ""
    ) -> "SmallInventory":
        """Write it; nothing is deployed. `namespace` is the exchange's, a new one unless it is given."""
        namespace = namespace or f"trial-runs-{secrets.token_hex(3)}"
        variables = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "federation_name": FEDERATION,
            "federation_domain": DOMAIN,
            "fedfleet_registry": "registry.lab:5000",
            "cluster_kubeconfig": str(lab.kubeconfig),
            "site_profile": "lab",
            "ingress_provider": "existing",
            "ingress_class_name": "traefik",
        }
        groups: dict[str, Any] = {"exchanges": {"hosts": {"exchange": {"site_namespace": namespace}}}, "all": {"vars": variables}}
        if parties:
            groups["parties"] = {"hosts": {name: dict(own) for name, own in parties.items()}}
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "hosts.yml").write_text(yaml.safe_dump(groups))
        return cls(directory, namespace, {"XDG_CONFIG_HOME": str(directory.parent / "config"), **lab.environment})

    def run(self, verb: str, *arguments: str) -> Finished:
        """Run a verb to its end, told as JSON events."""
        return run("fedfleet", "run", verb, "-i", str(self.path), "-o", "json", *arguments, env=self.environment, timeout=RUN_SECONDS)

    @contextmanager
    def running(self, verb: str, *arguments: str) -> Iterator[Running]:
        """Begin a verb; what is left of it in the end is killed."""
        command = [*_DIES_WITH_PARENT, str(BIN / "fedfleet"), "run", verb, "-i", str(self.path), "-o", "json", *arguments]
        environment = os.environ | dict(self.environment)
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield Running(process)
            finally:
                process.kill()


def events_of(finished: Finished) -> list[RunEvent]:
    """What a run told."""
    return [RunEvent.model_validate_json(line) for line in finished.output.splitlines() if line.startswith("{")]


def changed_by(finished: Finished) -> list[str]:
    """The tasks that changed something."""
    return [f"{event.site}: {event.task}" for event in events_of(finished) if event.outcome == "changed"]


def begins(stage: str) -> Callable[[RunEvent], bool]:
    """Whether a task of a stage begins."""
    return lambda event: event.event == "task-started" and event.stage == stage


def lease_holder(client: Any, namespace: str) -> str:
    """The run that holds a site; empty where none does."""
    found = client.get("Lease", NAME, namespace, api_version=API_VERSION)
    return str(found["spec"]["holderIdentity"]) if found else ""


def interrupt(running: Running) -> None:
    """As Ctrl-C does."""
    running.process.send_signal(signal.SIGINT)


def kill_playbook(running: Running) -> None:
    """Kill ansible-playbook, so that it has no time for anything."""
    os.kill(running.playbook_process(), signal.SIGKILL)
