"""The conversation with FATE Flow (API v2, fate_flow/apps/{client,partner,scheduler}, 2.2.0): its own directly, a partner's through nginx and the exchange.

What is asked of partners is what FATE's own scheduler asks of them, by the paths that their outer listener passes.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from job_guardian.model import GOING, UNREADABLE, Job, Part, Task, jobs_of, part_of, tasks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECONDS = 15.0
# What asks every partner in turn, ten seconds and three tries each, before it answers.
_PARTNERS_SECONDS = 120.0
# Of the jobs that have ended, rows of the list that are read, the last changed ones.
_ROWS = 60
_OK = 0
_UNKNOWN_JOB = 1001
_UNKNOWN_TASK = 2000
# What the scheduler knows already "does not take effect".
_NO_EFFECT = 2002


class SilentError(Exception):
    """No answer of FATE Flow came, or none that is one; its text says from whom."""


class RefusedError(Exception):
    """FATE Flow answered no; its text says what."""


@contextmanager
def _readable(party: str, what: str) -> Iterator[None]:
    """Take what is read here for no answer of FATE Flow where it has another form than FATE Flow gives it."""
    try:
        yield
    except UNREADABLE as error:
        raise SilentError(f"party {party}: its {what} cannot be read: {error!r}") from error


class Flow:
    """FATE Flow of the party the guardian belongs to, and the way to its partners."""

    def __init__(self, party: str, flow_url: str, nginx_url: str, health_urls: Mapping[str, str]) -> None:
        """Prepare; nothing is sent.

        Args:
            party: whose it is.
            flow_url: FATE Flow itself.
            nginx_url: the party's nginx, which hands on by the header ``dest-party-id``.
            health_urls: what else jobs stand on, by name; a plain GET is answered 200 where it is well.
        """
        self.party = party
        self._flow, self._nginx, self._health = flow_url, nginx_url, health_urls
        # Never by the environment's proxies.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def jobs(self) -> list[Job]:
        """The jobs that this party schedules, without tasks: all that have not ended, and those of the others that changed last."""
        # Without a limit, FATE Flow lists all.
        rows = self._rows(status=GOING) + self._rows(limit=_ROWS, page=1, order_by="update_time", order="desc")
        with _readable(self.party, "jobs"):
            return jobs_of(rows, self.party)

    def job(self, job_id: str) -> Job | None:
        """One of them; None where it is gone."""
        answer = self._own("GET", f"/v2/job/query?{urllib.parse.urlencode({'job_id': job_id})}", accept=(_UNKNOWN_JOB,))
        with _readable(self.party, f"job {job_id}"):
            return next(iter(jobs_of(answer.get("data") or (), self.party)), None)

    def with_tasks(self, job: Job) -> Job:
        """The job with its tasks, as this party has them."""
        answer = self._own("GET", f"/v2/job/task/query?{urllib.parse.urlencode({'job_id': job.job_id})}", accept=(_UNKNOWN_TASK,))
        with _readable(self.party, "tasks"):
            return replace(job, tasks=tasks_of(answer.get("data") or ()))

    def part(self, job: Job, task: Task, role: str, party: str) -> Part | None:
        """A partner's part in a task, as the partner has it; None where it has none: an arbiter, for one, reads no rows.

        Raises:
            SilentError: the partner, or what lies between, did not answer.
        """
        answer = self._there(party, "/v2/partner/task/collect", self._which(job, role, party, task), accept=(_UNKNOWN_TASK,))
        with _readable(party, f"part in {task.name}"):
            return part_of(answer["data"], role, party) if answer.get("data") else None

    def trouble(self) -> str:
        """What of this party's own keeps jobs from running, in words; empty where all is well."""
        try:
            self._there(self.party, "/v2/server/fateflow", None)
        except (SilentError, RefusedError) as error:
            return f"nginx of this party does not reach FATE Flow: {error}"
        for name, url in self._health.items():
            try:
                with self._opener.open(url, timeout=_SECONDS):
                    pass
            except (OSError, http.client.HTTPException) as error:
                return f"{name} is not well: {error}"
        return ""

    def report(self, job: Job, task: Task, part: Part) -> None:
        """Tell the scheduler how a part ended, as the party itself does once; where it knows that of one part, it must still hear of the others."""
        told = self._which(job, part.role, part.party, task) | {"status": part.state}
        self._own("POST", "/v2/scheduler/task/report", told, accept=(_NO_EFFECT,))

    def free_task(self, job: Job, task: Task) -> None:
        """Give back the cores that a task holds without running, at every party; those that hold none refuse, and that is well.

        A version that never ran at a party keeps what was booked for it there, and with it every later version from starting.
        """
        for role, party in job.members:
            for version in range(task.version + 1):
                which = self._which(job, role, party, replace(task, version=version))
                self._quietly(party, "/v2/partner/task/resource/return", which)

    def free_job(self, job: Job) -> None:
        """Give back the cores that a waiting job holds, at every party."""
        for role, party in job.members:
            self._quietly(party, "/v2/partner/job/resource/return", {"job_id": job.job_id, "role": role, "party_id": party})

    def fail(self, job: Job) -> None:
        """End the job at all parties as failed, which is what FATE Flow's own detector does with one whose process is gone."""
        self._own("POST", "/v2/scheduler/job/stop", {"job_id": job.job_id, "stop_status": "failed"}, seconds=_PARTNERS_SECONDS)

    def cancel(self, job: Job) -> None:
        """End the job at all parties as canceled."""
        self._own("POST", "/v2/job/stop", {"job_id": job.job_id}, seconds=_PARTNERS_SECONDS)

    def settle(self, job: Job) -> list[str]:
        """Repeat to every partner how the job ended, which FATE Flow tells once; returns who did not answer."""
        silent = []
        for role, party in job.members:
            if (role, party) in job.own:
                continue
            body = {"job_id": job.job_id, "role": role, "party_id": party, "status": job.state}
            try:
                self._there(party, "/v2/partner/job/status/update", body)
            except RefusedError:
                # It knows already.
                continue
            except SilentError:
                silent.append(party)
        return silent

    def rerun(self, job: Job) -> None:
        """Run the job's failed tasks again; what succeeded is kept."""
        self._own("POST", "/v2/job/rerun", {"job_id": job.job_id}, seconds=_PARTNERS_SECONDS)

    def submit(self, dag: Mapping[str, Any]) -> str:
        """Submit a job anew; returns its id.

        Raises:
            RefusedError: it was not created.
        """
        answer = self._own("POST", "/v2/job/submit", {"dag_schema": dict(dag)}, seconds=_PARTNERS_SECONDS)
        return str(answer.get("job_id") or "")

    def describe(self, job: Job, text: str) -> None:
        """Set the description of this party's parts of the job."""
        for role, party in job.own:
            self._own("POST", "/v2/job/notes/add", {"job_id": job.job_id, "role": role, "party_id": party, "notes": text})

    def _rows(self, **which: object) -> list[Mapping[str, Any]]:
        answer = self._own("GET", f"/v2/job/list/query?{urllib.parse.urlencode(which, doseq=True)}")
        with _readable(self.party, "list of jobs"):
            return list(answer["data"]["data"])

    @staticmethod
    def _which(job: Job, role: str, party: str, task: Task) -> dict[str, Any]:
        return {"job_id": job.job_id, "role": role, "party_id": party, "task_id": task.task_id, "task_version": task.version}

    def _quietly(self, party: str, path: str, body: Mapping[str, Any]) -> None:
        try:
            self._there(party, path, body)
        except RefusedError:
            return

    def _own(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, accept: tuple[int, ...] = (), seconds: float = _SECONDS
    ) -> dict[str, Any]:
        return self._ask(self._flow, method, path, body, self.party, accept, seconds)

    def _there(self, party: str, path: str, body: Mapping[str, Any] | None, accept: tuple[int, ...] = ()) -> dict[str, Any]:
        return self._ask(self._nginx, "GET" if body is None else "POST", path, body, party, accept, _SECONDS)

    def _ask(
        self, base: str, method: str, path: str, body: Mapping[str, Any] | None, party: str, accept: tuple[int, ...], seconds: float
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "dest-party-id": party, "service": "fateflow", "initiator-party-id": self.party}
        text = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(base + path, data=text, method=method, headers=headers)  # noqa: S310 - the address is the role's
        try:
            with self._opener.open(request, timeout=seconds) as response:
                answer = json.load(response)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise SilentError(f"party {party}, {path}: {error}") from error
        if not isinstance(answer, dict) or "code" not in answer:
            raise SilentError(f"party {party}, {path}: what answers is not FATE Flow")
        if answer["code"] != _OK and answer["code"] not in accept:
            raise RefusedError(f"party {party}, {path}: code {answer['code']}, {str(answer.get('message'))[-200:].strip()}")
        return answer
