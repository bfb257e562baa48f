"""What FATE Flow says about jobs and tasks, as far as we use it (fate_flow/db/db_models.py, 2.2.0: columns without `f_`)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from fedfleet.engine.protocol import JobState

# What the job guardian writes into a job's description: images/fate/job_guardian/note.py and guard.py.
_ANEW: Final = re.compile(r"submitted it anew as (?P<job>[0-9]+)$")
_GUARDIAN: Final = re.compile(r"^guardian \[(?P<reruns>\d+)/\d+(?P<left>, left)?\]: (?P<text>.*)$", re.MULTILINE)

State = Annotated[JobState, BeforeValidator(lambda name: JobState.of(str(name)))]


class _View(BaseModel):
    """FATE Flow's answers have many more columns, and other versions have others."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class PartyView(_View):
    """Those who have one role in a job."""

    role: str
    party_id: tuple[str, ...]


class GuardianNote(BaseModel):
    """What the job guardian has done about a job.

    Attributes:
        reruns: how often it has rerun it.
        left: whether it has given it up.
        text: what it did or waits for, and why.
    """

    model_config = ConfigDict(frozen=True)

    reruns: int
    left: bool
    text: str

    @property
    def successor(self) -> str:
        """The job that it submitted in place of this one; empty where it did not."""
        found = _ANEW.search(self.text)
        return found["job"] if found else ""


class JobView(_View):
    """A party's view of its part in a job: one a role.

    Attributes:
        status: the job's state as this party has it.
        progress: per cent.
        elapsed: milliseconds from start to end.
        create_time: when it was made, milliseconds since 1970.
        model_id, model_version: what the model it trains is stored under; a prediction names them.
        parties: who takes part, as the job's description has it.
    """

    job_id: str
    role: str
    party_id: str
    status: State
    progress: int | None = 0
    elapsed: int | None = None
    initiator_party_id: str = ""
    description: str | None = ""
    create_time: int | None = None
    model_id: str | None = ""
    model_version: str | None = ""
    parties: tuple[PartyView, ...] = ()

    @property
    def guardian(self) -> GuardianNote | None:
        """The job guardian's note; None where it had nothing to do."""
        found = _GUARDIAN.search(self.description or "")
        return GuardianNote(reruns=int(found["reruns"]), left=bool(found["left"]), text=found["text"]) if found else None

    def left_as(self, text: str) -> str:
        """The description with a note, in place of the job guardian's own, that has it leave the job as it is."""
        reruns = self.guardian.reruns if self.guardian else 0
        rest = _GUARDIAN.sub("", self.description or "").strip()
        return f"{rest}\nguardian [{reruns}/{reruns}, left]: {text}".lstrip()


class TaskView(_View):
    """A party's view of its part in a task.

    Attributes:
        status: the state the scheduler has settled on.
        party_status: the state of this party's own part.
        error_report: the traceback, where the task brought one home.
        start_time: when it began to run, milliseconds since 1970; None while it waits.
        elapsed: milliseconds from start to end; None before its end.
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
    start_time: int | None = None
    elapsed: int | None = None

    @property
    def failed(self) -> bool:
        """Whether this party's part, or the whole task, ended otherwise than it should."""
        return any(state.ended and not state.ok for state in (self.status, self.party_status))


class MetricView(_View):
    """One thing a task reported (fate/arch/context/metric/_metric.py, 2.2.0).

    Attributes:
        name: such as ``lr_loss`` or ``evaluation``.
        kind: FATE's ``type``: ``loss``, ``auc``, ``evaluation``, ...
        steps: how ``points`` are counted (``iterations``); empty for a value that has no steps.
        content: its value; for metrics with steps the list of ``{metric, step, timestamp}``.
    """

    name: str
    kind: str | None = Field(default="", alias="type")
    steps: str | None = Field(default="", alias="step_axis")
    content: Any = Field(default=None, alias="data")


class TableView(_View):
    """A table that readers of jobs can name.

    Attributes:
        count: its rows.
    """

    namespace: str
    name: str
    count: int | None = None


class Answer(_View):
    """The envelope of every answer."""

    code: int
    message: str = ""
    data: Any = Field(default=None)
    job_id: str = ""
