"""A client for FATE Flow's API v2 (fate_flow/apps/client and apps/partner, 2.2.0).

FATE Flow listens on its pod's own address only; the way to it from outside the namespace is a tunnel to the party's
nginx, whose inner listener hands on by the header `dest-party-id`: the own party's calls to FATE Flow, every other's
to the exchange.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.engine.fate.connection import FlowConnection
from fedfleet.engine.fate.errors import PartnerUnreachableError, SubmissionError
from fedfleet.engine.fate.outputs import FlowOutputs
from fedfleet.engine.fate.tables import FlowTables
from fedfleet.engine.fate.views import Answer, JobView, TaskView
from fedfleet.engine.protocol import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    import httpx

_OK = 0
# ofx/api/client.py: what FATE Flow writes down for a partner that gave no proper answer.
_FEDERATED_ERROR = 104

# Creating a job asks every partner in turn, ten seconds and three tries each.
_SUBMIT_SECONDS = 120.0


class FlowClient:
    """One party's FATE Flow; a context manager.

    Attributes:
        party_id: the party it belongs to, as the caller knows it.
        tables: the tables its jobs read.
        outputs: what its jobs have brought forth.
    """

    def __init__(
        self,
        base_url: str,
        party_id: str,
        *,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
        trouble: Callable[[], str] = lambda: "",
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            base_url: where the party's nginx is, such as ``http://127.0.0.1:41234``.
            party_id: whose FATE Flow is meant.
            timeout: seconds until a call counts as unanswered.
            transport: how requests travel; None for the network.
            trouble: says what is wrong with the way there, empty where nothing is known; asked when no answer came.
        """
        self._connection = FlowConnection(base_url, party_id, timeout=timeout, transport=transport, trouble=trouble)
        self.tables = FlowTables(self._connection)
        self.outputs = FlowOutputs(self._connection)

    @property
    def party_id(self) -> str:
        """The party it belongs to."""
        return self._connection.party_id

    def __enter__(self) -> FlowClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._connection.close()

    def alive(self) -> bool:
        """Whether FATE Flow answers for itself."""
        return self._connection.ask("GET", "/v2/server/fateflow").code == _OK

    def site(self) -> str:
        """The party id that FATE Flow itself was configured with.

        Raises:
            FlowAnswerError: FATE Flow runs alone, without federation.
        """
        data = self._connection.ask("GET", "/v2/site/info/query").data
        return str(data["party_id"]) if isinstance(data, dict) else ""

    def submit(self, description: Mapping[str, object]) -> str:
        """Create a job at every party in it.

        Args:
            description: a ``dag_schema`` (fate_flow/entity/spec/dag).

        Returns:
            The job's id.

        Raises:
            PartnerUnreachableError: a partner could not be reached.
            SubmissionError: refused for another reason.
            FlowUnreachableError, GatewayError: FATE Flow itself was not reached.
        """
        response = self._connection.send("POST", "/v2/job/submit", json={"dag_schema": dict(description)}, timeout=_SUBMIT_SECONDS)
        answer = self._connection.answer(response)
        if answer.code == _OK and answer.job_id:
            return answer.job_id
        raise self._submission_error(answer, str(response.request.url))

    def jobs(self, job_id: str) -> Sequence[JobView]:
        """This party's view of the job, one for each role it has in it.

        Raises:
            JobNotFoundError: it knows no such job.
        """
        data = self._connection.ask("GET", "/v2/job/query", params={"job_id": job_id}).data
        return [JobView.model_validate(entry) for entry in data or []]

    def words(self, job_id: str) -> Sequence[Word]:
        """What this party says about each of its roles in the job."""
        return [Word(view.party_id, view.role, view.status, "its FATE Flow") for view in self.jobs(job_id)]

    def recent(self, limit: int = 20) -> Sequence[JobView]:
        """The last jobs this party has had a part in, newest first."""
        data = self._connection.ask("GET", "/v2/job/list/query", params={"limit": limit, "page": 1}).data or {}
        return [JobView.model_validate(entry) for entry in data.get("data", [])]

    def tasks(self, job_id: str) -> Sequence[TaskView]:
        """This party's view of the job's tasks.

        Raises:
            JobNotFoundError: it knows no such job, or the job has no task yet.
        """
        data = self._connection.ask("GET", "/v2/job/task/query", params={"job_id": job_id}).data
        return [TaskView.model_validate(entry) for entry in data or []]

    def stop(self, job_id: str) -> None:
        """End the job at all parties.

        Raises:
            JobNotFoundError: this party knows no such job.
        """
        self._connection.ask("POST", "/v2/job/stop", json={"job_id": job_id})

    def rerun(self, job_id: str) -> None:
        """Run the job's failed tasks again; what succeeded is kept. For the party that submitted it."""
        self._connection.ask("POST", "/v2/job/rerun", json={"job_id": job_id})

    def describe(self, view: JobView, text: str) -> None:
        """Set the description of this party's part in a job."""
        what = {"job_id": view.job_id, "role": view.role, "party_id": view.party_id, "notes": text}
        self._connection.ask("POST", "/v2/job/notes/add", json=what)

    def log(self, job_id: str, role: str, task_name: str, kind: str = "task_error", last: int = 20, *, party_id: str = "") -> Sequence[str]:
        """The last lines of a task's log at this party; none where there is no such log.

        Args:
            job_id: the job.
            role: the party's role in it.
            task_name: the task.
            kind: ``task_error``, ``task_warning``, ``task_info`` or ``task_debug``.
            last: how many lines at most.
            party_id: whose part it is where that is not this party: uploads are of party 0.
        """
        which = {"log_type": kind, "job_id": job_id, "role": role, "party_id": party_id or self.party_id, "task_name": task_name}
        lines = self._connection.ask("GET", "/v2/log/query", params=which).data or []
        return [str(line["content"]) for line in lines if line.get("content")][-last:]

    def collect(self, task: TaskView, partner: str, role: str) -> TaskView:
        """Ask a partner's FATE Flow, through the exchange, about its own part in a task.

        It is the very call by which FATE's scheduler learns how its partners are doing; nothing else of a partner's
        FATE Flow can be asked from outside.

        Raises:
            GatewayError: nginx, here or at the exchange or there, did not let it through.
            JobNotFoundError: the partner knows no such task.
        """
        which = {
            "job_id": task.job_id,
            "task_id": task.task_id,
            "task_version": task.task_version,
            "role": role,
            "party_id": partner,
        }
        return TaskView.model_validate(self._connection.ask("POST", "/v2/partner/task/collect", json=which, dest=partner).data)

    def _submission_error(self, answer: Answer, where: str) -> SubmissionError:
        lost = answer.code == _FEDERATED_ERROR or f"'code': {_FEDERATED_ERROR}" in answer.message
        kind = PartnerUnreachableError if lost else SubmissionError
        error = kind(
            "a partner could not be reached, and the job was not created" if lost else "the job was not created",
            code=answer.code,
            found=answer.message.strip()[-1000:],
            where=where,
            next_step=(
                "Validate the coordination hop (rung 2): party's nginx, exchange, partner's nginx, partner's FATE Flow"
                if lost
                else "Read the message: FATE Flow names what it did not accept"
            ),
        )
        error.job_id = answer.job_id
        return error
