"""Jobs on the lab's federation that something is done to in mid-course."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from fedfleet.engine.fate import FlowClient, FlowError, JobView, TaskView, toy_dag
from fedfleet.kube import Client
from fedfleet.validation.party import Party
from support.federation import Federation
from support.lab import RunningLab

GUEST, HOST = "30000", "40000"


def chain(tasks: int) -> Mapping[str, object]:
    """A job of so many toys, of which the party's cores let one run at a time."""
    schema: dict[str, Any] = dict(toy_dag(GUEST, HOST))
    (toy,) = schema["dag"]["tasks"].values()
    schema["dag"]["tasks"] = {f"toy_example_{number}": toy for number in range(tasks)}
    return schema


@dataclass(frozen=True)
class Interruptible:
    """The parties of the federation, and one job."""

    lab: RunningLab
    client: Client

    @contextmanager
    def flow(self, party: str = GUEST) -> Iterator[FlowClient]:
        """A party's FATE Flow, by a tunnel of its own: pods go and come."""
        with Party(party, self.client, f"fate-{party}").flow() as flow:
            yield flow

    def submit(self, tasks: int) -> str:
        """Submit a job; returns its id."""
        with self.flow() as flow:
            return flow.submit(chain(tasks))

    def look(self, job: str, party: str = GUEST) -> tuple[str, JobView | None, dict[str, TaskView]]:
        """The job's state, its view and its newest tasks; "" while nobody answers."""
        try:
            with self.flow(party) as flow:
                (view,) = flow.jobs(job)
                tasks = {task.task_name: task for task in flow.tasks(job)}
        except (FlowError, OSError):
            return "", None, {}
        except Exception as error:
            if "TunnelError" in type(error).__name__:
                return "", None, {}
            raise
        return str(view.status), view, tasks

    def until(self, job: str, reached: Callable[[str, dict[str, TaskView]], bool], seconds: float, party: str = GUEST) -> float:
        """Wait for a moment of the job; returns after how many seconds it came."""
        began = time.monotonic()
        while True:
            state, view, tasks = self.look(job, party)
            if view is not None and reached(state, tasks):
                return time.monotonic() - began
            assert time.monotonic() - began < seconds, (
                f"job {job} is {state or 'not to be asked'} after {seconds:.0f} s: "
                f"{ {name: str(task.party_status) for name, task in tasks.items()} }, {view and view.description}"
            )
            time.sleep(0.3)

    def kill_pod(self, name: str, party: str = GUEST) -> None:
        """Delete a pod without any grace, as when its node is given up."""
        self.kubectl("-n", f"fate-{party}", "delete", "pod", name, "--grace-period=0", "--force")

    def kill_component(self, component: str, party: str = GUEST) -> None:
        """The same for all pods of a component."""
        selector = f"app.kubernetes.io/name={component}"
        self.kubectl("-n", f"fate-{party}", "delete", "pod", "-l", selector, "--grace-period=0", "--force")

    def kill_flow(self, party: str = GUEST) -> None:
        """Kill FATE Flow's process, and with it the container's all."""
        self.client.exec("python-0", f"fate-{party}", ["pkill", "-9", "-f", "bin/flow_server.py"])

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl on the lab's cluster."""
        return self.lab.fedfleet("lab", "kubectl", "--", *arguments).expect().output


@pytest.fixture
def jobs(federation: Federation) -> Iterator[Interruptible]:
    """Jobs on the lab's federation."""
    with Client.connect(federation.lab.kubeconfig) as client:
        yield Interruptible(federation.lab, client)
