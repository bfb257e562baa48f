"""What FATE Flow says about jobs and tasks, as far as we use it (fate_flow/db/db_models.py, 2.2.0: columns without `f_`)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from fedfleet.engine.protocol import JobState

State = Annotated[JobState, BeforeValidator(lambda name: JobState.of(str(name)))]


class _View(BaseModel):
    """FATE Flow's answers have many more columns, and other versions have others."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class JobView(_View):
    """A party's view of its part in a job: one a role.

    Attributes:
        status: the job's state as this party has it.
        progress: per cent.
        elapsed: milliseconds from start to end.
    """

    job_id: str
    role: str
    party_id: str
    status: State
    progress: int | None = 0
    elapsed: int | None = None
    initiator_party_id: str = ""
    description: str | None = ""


class TaskView(_View):
    """A party's view of its part in a task.

    Attributes:
        status: the state the scheduler has settled on.
        party_status: the state of this party's own part.
        error_report: the traceback, where the task brought one home.
    """

    job_id: str
    role: str
    party_id: str
    task_id: str
    task_version: int
    status: State
    party_status: State
    task_name: str = ""
    component: str = ""
    error_report: str | None = ""

    @property
    def failed(self) -> bool:
        """Whether this party's part, or the whole task, ended otherwise than it should."""
        return any(state.ended and not state.ok for state in (self.status, self.party_status))


class Answer(_View):
    """The envelope of every answer."""

    code: int
    message: str = ""
    data: Any = Field(default=None)
    job_id: str = ""
