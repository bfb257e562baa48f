"""A client for FATE Flow's API v2 (fate_flow/apps/client and apps/partner, 2.2.0).

FATE Flow listens on its pod's own address only; the way to it from outside the namespace is a tunnel to the party's
nginx, whose inner listener hands on by the header `dest-party-id`: the own party's calls to FATE Flow, every other's
to the exchange.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from pydantic import ValidationError

from fedfleet.engine.fate.errors import (
    FlowAnswerError,
    FlowUnreachableError,
    GatewayError,
    JobNotFoundError,
    PartnerUnreachableError,
    SubmissionError,
)
from fedfleet.engine.fate.views import Answer, JobView, TaskView
from fedfleet.engine.protocol import Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

_OK = 0
_JOB_NOT_FOUND = 1001
_TASK_NOT_FOUND = 2000
# ofx/api/client.py: what FATE Flow writes down for a partner that gave no proper answer.
_FEDERATED_ERROR = 104

# Creating a job asks every partner in turn, ten seconds and three tries each.
_SUBMIT_SECONDS = 120.0

_GATEWAY_ADVICE = {
    403: "The call must come through the exchange: look at the certificates of the exchange's and the party's nginx",
    404: "No such path is open there, or the exchange has no route to that party",
    421: "The exchange's route leads to another party: ask the exchange's operator to look at the routes",
    502: "nginx has nobody behind it: look at the pod of FATE Flow, or of the exchange's nginx",
    503: "The party has not been admitted yet, or the exchange does not know the other party",
    504: "What is behind nginx did not answer in time",
}


class FlowClient:
    """One party's FATE Flow; a context manager.

    Attributes:
        party_id: the party it belongs to, as the caller knows it.
    """

    def __init__(
        self,
        base_url: str,
        party_id: str,
        *,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            base_url: where the party's nginx is, such as ``http://127.0.0.1:41234``.
            party_id: whose FATE Flow is meant.
            timeout: seconds until a call counts as unanswered.
            transport: how requests travel; None for the network.
        """
        self._party_id = party_id
        # Never by the environment's proxies: the far end of a tunnel is on this machine.
        self._http = httpx.Client(base_url=base_url, timeout=timeout, transport=transport, trust_env=False)

    @property
    def party_id(self) -> str:
        """The party it belongs to."""
        return self._party_id

    def __enter__(self) -> FlowClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def alive(self) -> bool:
        """Whether FATE Flow answers for itself."""
        return self._ask("GET", "/v2/server/fateflow").code == _OK

    def site(self) -> str:
        """The party id that FATE Flow itself was configured with.

        Raises:
            FlowAnswerError: FATE Flow runs alone, without federation.
        """
        data = self._ask("GET", "/v2/site/info/query").data
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
        response = self._send("POST", "/v2/job/submit", json={"dag_schema": dict(description)}, timeout=_SUBMIT_SECONDS)
        answer = self._answer(response)
        if answer.code == _OK and answer.job_id:
            return answer.job_id
        raise self._submission_error(answer, str(response.request.url))

    def jobs(self, job_id: str) -> Sequence[JobView]:
        """This party's view of the job, one for each role it has in it.

        Raises:
            JobNotFoundError: it knows no such job.
        """
        data = self._ask("GET", "/v2/job/query", params={"job_id": job_id}).data
        return [JobView.model_validate(entry) for entry in data or []]

    def words(self, job_id: str) -> Sequence[Word]:
        """What this party says about each of its roles in the job."""
        return [Word(view.party_id, view.role, view.status, "its FATE Flow") for view in self.jobs(job_id)]

    def recent(self, limit: int = 20) -> Sequence[JobView]:
        """The last jobs this party has had a part in, newest first."""
        data = self._ask("GET", "/v2/job/list/query", params={"limit": limit, "page": 1}).data or {}
        return [JobView.model_validate(entry) for entry in data.get("data", [])]

    def tasks(self, job_id: str) -> Sequence[TaskView]:
        """This party's view of the job's tasks.

        Raises:
            JobNotFoundError: it knows no such job, or the job has no task yet.
        """
        data = self._ask("GET", "/v2/job/task/query", params={"job_id": job_id}).data
        return [TaskView.model_validate(entry) for entry in data or []]

    def stop(self, job_id: str) -> None:
        """End the job at all parties.

        Raises:
            JobNotFoundError: this party knows no such job.
        """
        self._ask("POST", "/v2/job/stop", json={"job_id": job_id})

    def rerun(self, job_id: str) -> None:
        """Run the job's failed tasks again; what succeeded is kept. For the party that submitted it."""
        self._ask("POST", "/v2/job/rerun", json={"job_id": job_id})

    def log(self, job_id: str, role: str, task_name: str, kind: str = "task_error", last: int = 20) -> Sequence[str]:
        """The last lines of a task's log at this party; none where there is no such log.

        Args:
            job_id: the job.
            role: the party's role in it.
            task_name: the task.
            kind: ``task_error``, ``task_warning``, ``task_info`` or ``task_debug``.
            last: how many lines at most.
        """
        which = {"log_type": kind, "job_id": job_id, "role": role, "party_id": self._party_id, "task_name": task_name}
        lines = self._ask("GET", "/v2/log/query", params=which).data or []
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
        return TaskView.model_validate(self._ask("POST", "/v2/partner/task/collect", json=which, dest=partner).data)

    def _ask(self, method: str, path: str, *, dest: str = "", **what: Any) -> Answer:
        response = self._send(method, path, dest=dest, **what)
        answer = self._answer(response)
        if answer.code == _OK:
            return answer
        kind = JobNotFoundError if answer.code in {_JOB_NOT_FOUND, _TASK_NOT_FOUND} else FlowAnswerError
        raise kind(
            f"FATE Flow of party {dest or self._party_id} refused",
            code=answer.code,
            found=f"return code {answer.code}: {answer.message}",
            where=str(response.request.url),
        )

    def _send(self, method: str, path: str, *, dest: str = "", **what: Any) -> httpx.Response:
        party = dest or self._party_id
        try:
            response = self._http.request(method, path, headers={"dest-party-id": party, "service": "fateflow"}, **what)
        except httpx.HTTPError as error:
            raise FlowUnreachableError(
                f"FATE Flow of party {party} did not answer",
                expected="an HTTP answer",
                found=f"{type(error).__name__}: {error}" if str(error) else type(error).__name__,
                where=f"{self._http.base_url}{path}",
                next_step="Look whether the party's pods python and nginx are Ready",
            ) from error
        if response.status_code != httpx.codes.OK:
            raise GatewayError(
                f"nginx answered for FATE Flow of party {party}",
                status=response.status_code,
                found=f"HTTP {response.status_code}: {response.text[:300].strip()}",
                where=f"{method} {response.request.url}, dest-party-id {party}",
                next_step=_GATEWAY_ADVICE.get(response.status_code, "Look at the logs of the party's nginx"),
            )
        return response

    def _answer(self, response: httpx.Response) -> Answer:
        try:
            return Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise FlowAnswerError(
                f"what answers as FATE Flow of party {self._party_id} is not FATE Flow 2",
                code=-1,
                found=response.text[:300],
                where=str(response.request.url),
                next_step="Look at the image and version of the pod python",
            ) from error

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
