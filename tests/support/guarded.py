"""A FATE Flow as the job guardian sees it, for tests of the guardian."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from job_guardian.flow import Flow, SilentError
from job_guardian.model import Job, Part, Task

MEMBERS = (("guest", "30000"), ("host", "40000"), ("arbiter", "40000"))
OWN = (("guest", "30000"),)


def task(name: str, own: str, host: str, state: str = "running", **more: Any) -> Task:
    """A task of guest 30000 with host 40000."""
    return Task(
        name=name, task_id=f"1_{name}", version=more.pop("version", 0), state=state, own=(Part("guest", "30000", own),),
        others=(Part("host", "40000", host),), **more,
    )  # fmt: skip


def job(state: str, *tasks: Task, **more: Any) -> Job:
    """A job that party 30000 schedules."""
    return Job(job_id="1", state=state, members=(("guest", "30000"), ("host", "40000")), own=OWN, tasks=tasks, **more)


@dataclass
class GuardedFlow(Flow):
    """Holds one job, and writes down what the guardian does to it."""

    held: Job
    silent: set[str] = field(default_factory=set)
    listed: bool = True
    before: list[Job] = field(default_factory=list)
    sick: str = ""
    done: list[str] = field(default_factory=list)

    def jobs(self) -> list[Job]:
        """Those before it, and the job, unless newer ones have taken it off the list."""
        if "30000" in self.silent:
            raise SilentError("party 30000")
        return [*self.before, *([replace(self.held, tasks=())] if self.listed else [])]

    def job(self, job_id: str) -> Job | None:
        """The job."""
        assert job_id == self.held.job_id
        return replace(self.held, tasks=())

    def with_tasks(self, job: Job) -> Job:
        """The tasks as they are, without what only partners know."""
        return replace(job, tasks=tuple(replace(task, others=()) for task in self.held.tasks))

    def part(self, job: Job, task: Task, role: str, party: str) -> Part | None:
        """The partner's part."""
        del job
        if party in self.silent:
            raise SilentError(f"party {party}")
        known = next(other for other in self.held.tasks if other.name == task.name)
        return next((part for part in known.others if (part.role, part.party) == (role, party)), None)

    def trouble(self) -> str:
        """What was set."""
        return self.sick

    def report(self, job: Job, task: Task, part: Part) -> None:
        """Write it down."""
        del job
        self.done.append(f"report {task.name} {part} {part.state}")

    def free_task(self, job: Job, task: Task) -> None:
        """Write it down."""
        del job
        self.done.append(f"free {task.name}")

    def free_job(self, job: Job) -> None:
        """Write it down."""
        self.done.append(f"free job {job.job_id}")

    def fail(self, job: Job) -> None:
        """Write it down."""
        self.done.append(f"fail {job.job_id}")

    def cancel(self, job: Job) -> None:
        """Write it down."""
        self.done.append(f"cancel {job.job_id}")

    def settle(self, job: Job) -> list[str]:
        """Write it down."""
        self.done.append(f"settle {job.job_id} {job.state}")
        return [party for role, party in job.members if party in self.silent]

    def rerun(self, job: Job) -> None:
        """Write it down."""
        self.done.append(f"rerun {job.job_id}")

    def submit(self, dag: Mapping[str, Any]) -> str:
        """Write it down."""
        self.done.append(f"submit {dag}")
        return "2"

    def describe(self, job: Job, text: str) -> None:
        """Keep it with the job."""
        if job.job_id == self.held.job_id:
            self.held = replace(self.held, description=text)
        else:
            self.done.append(f"describe {job.job_id}: {text}")
