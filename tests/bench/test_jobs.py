"""Where the time of federated jobs goes on profile spark: a toy over two parties, and the credit-card workload."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from bench.results import Measured, Ratio, Topic, topic
from bench.task_phases import PHASES, trace
from fedfleet.engine.fate import FlowClient, TaskView, run_toy
from fedfleet.kube import Client
from fedfleet.report.workload import WorkloadReport
from fedfleet.validation.party import Party
from support.federation import Federation

GUEST, HOST = "30000", "40000"
WORKLOAD = "credit-card"
WORKLOAD_SECONDS = 1800
_BETWEEN = "between tasks, and before the first: FATE Flow's scheduler"


@pytest.fixture
def guest(client: Client) -> Iterator[tuple[Party, FlowClient]]:
    """The party that starts jobs, and its FATE Flow."""
    party = Party(GUEST, client, f"fate-{GUEST}")
    with party.flow() as flow:
        yield party, flow


def job_times(party: Party, flow: FlowClient, case: str, job_ids: Sequence[str]) -> list[Measured]:
    """The guest's part of jobs by phase: the sum of all tasks, and what lies between them."""
    spent = dict.fromkeys(PHASES, 0.0)
    other: dict[str, float] = {}
    whole = tasks_seconds = 0.0
    for job_id in job_ids:
        whole += max((view.elapsed or 0) / 1000 for view in flow.jobs(job_id))
        for task in _own(flow.tasks(job_id), party.party_id):
            seconds = (task.elapsed or 0) / 1000
            tasks_seconds += seconds
            phases = trace(party.client, party.namespace, task).phases()
            for phase, part in phases.items():
                spent[phase] += part
            if not phases:
                other[task.component] = other.get(task.component, 0.0) + seconds
    measured = [Measured(case=case, of="the whole", value=whole)]
    measured += [Measured(case=case, of=phase, value=seconds) for phase, seconds in spent.items() if seconds]
    measured += [Measured(case=case, of=f"{component}, which takes no Spark", value=seconds) for component, seconds in other.items()]
    return [*measured, Measured(case=case, of=_BETWEEN, value=max(0.0, whole - tasks_seconds))]


def _own(tasks: Sequence[TaskView], party_id: str) -> list[TaskView]:
    """One part of each task: of one that this party has two roles in, the first."""
    chosen: dict[str, TaskView] = {}
    for task in tasks:
        if task.party_id in (party_id, "0"):
            chosen.setdefault(task.task_name, task)
    return list(chosen.values())


def shares(measured: Sequence[Measured]) -> list[Ratio]:
    """Each part of the whole, which is the first."""
    whole = measured[0]
    return [Ratio(what=f"{whole.case}: {part.of}", value=100 * part.value / whole.value, unit="%") for part in measured[1:]]


def test_where_the_time_of_jobs_goes(
    guest: tuple[Party, FlowClient], federation: Federation, client: Client, found: Callable[[Topic], None]
) -> None:
    party, flow = guest
    with ExitStack() as stack:
        partner = stack.enter_context(Party(HOST, client, f"fate-{HOST}").flow())
        toy = run_toy(flow, HOST, partner)
    assert toy.ok, toy.message
    federation.lab.fedfleet("workload", "run", WORKLOAD, "-i", str(federation.inventory), timeout=WORKLOAD_SECONDS, show=True).expect()
    file = federation.inventory / "artifacts" / "reports" / f"workload-{WORKLOAD}.json"
    report = WorkloadReport.model_validate_json(file.read_bytes())
    at_guest = {run.job_id for run in report.components if run.party_id == GUEST}
    of_toy = job_times(party, flow, f"toy {GUEST} → {HOST}", [toy.job_id])
    assert set(PHASES) <= {part.of for part in of_toy}, "the toy left no trace of Spark: is this profile spark?"
    of_workload = job_times(party, flow, f"{WORKLOAD}, {len(at_guest)} jobs", [job for job in report.job_ids if job in at_guest])
    found(
        topic(
            "Where the time of federated jobs goes",
            "The guest's tasks on profile spark, by FATE Flow's own times and the marks that processes leave. Both parties share the machine's cores. Most of "
            "it is the start of four processes a task, two of Java and two of Python; what was tuned is told in "
            "[images](images.md#what-makes-sparks-tasks-start-quickly).",
            [*of_toy, *of_workload],
            [*shares(of_toy), *shares(of_workload)],
            Kubernetes=client.version(),
            FATE="2.2.0",
        )
    )
