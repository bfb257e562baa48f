"""Whatever phase of a job FATE Flow is killed in, the job finishes and nobody has to do anything."""

from collections.abc import Callable

import pytest

from fedfleet.engine.fate import TaskView
from support.federation import Federation
from support.interrupted_jobs import GUEST, HOST, Interruptible

JOB_SECONDS = 420
pytestmark = pytest.mark.timeout(900)

Phase = Callable[[str, dict[str, TaskView]], bool]
PHASES: dict[str, Phase] = {
    "queued": lambda state, _tasks: bool(state),
    "starting": lambda state, _tasks: state == "running",
    "running a component": lambda _state, tasks: any(str(task.party_status) == "running" for task in tasks.values()),
    "between components": lambda _state, tasks: any(str(task.party_status) == "success" for task in tasks.values()),
}


def finishes(jobs: Interruptible, job: str) -> None:
    jobs.until(job, lambda state, _tasks: state == "success", JOB_SECONDS)
    jobs.until(job, lambda state, _tasks: state == "success", 60, HOST)


def test_a_job_outlives_the_pod_of_fate_flow(jobs: Interruptible, federation: Federation) -> None:
    job = jobs.submit(1)
    jobs.until(job, PHASES["running a component"], 120)
    jobs.kill_pod("python-0")
    finishes(jobs, job)
    shown = federation.lab.fedfleet("job", "show", job, "-i", str(federation.inventory), "--site", f"party{GUEST}").expect().output
    assert "guardian: " in shown


@pytest.mark.nightly
@pytest.mark.parametrize("party", [GUEST, HOST])
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("how", ["pod", "process"])
def test_a_job_outlives_fate_flow_in_every_phase(jobs: Interruptible, how: str, phase: str, party: str) -> None:
    job = jobs.submit(2)
    jobs.until(job, PHASES[phase], 120)
    if how == "pod":
        jobs.kill_pod("python-0", party)
    else:
        jobs.kill_flow(party)
    finishes(jobs, job)


@pytest.mark.nightly
@pytest.mark.parametrize("party", [GUEST, HOST])
@pytest.mark.parametrize("component", ["mysql", "pulsar", "nginx"])
def test_a_job_outlives_what_it_stands_on(jobs: Interruptible, component: str, party: str) -> None:
    job = jobs.submit(2)
    jobs.until(job, PHASES["running a component"], 120)
    jobs.kill_component(component, party)
    finishes(jobs, job)


@pytest.mark.nightly
def test_a_job_outlives_all_pods_of_its_party(jobs: Interruptible) -> None:
    job = jobs.submit(2)
    jobs.until(job, PHASES["running a component"], 120)
    jobs.kubectl("-n", f"fate-{GUEST}", "delete", "pod", "--all", "--grace-period=0", "--force")
    finishes(jobs, job)


def test_a_job_that_somebody_stopped_stays_stopped(jobs: Interruptible) -> None:
    job = jobs.submit(1)
    jobs.until(job, PHASES["running a component"], 120)
    with jobs.flow() as flow:
        flow.stop(job)
    jobs.until(job, lambda state, _tasks: state == "canceled", 60)
    with pytest.raises(AssertionError, match="is canceled after 40 s"):
        jobs.until(job, lambda state, _tasks: state != "canceled", 40)
