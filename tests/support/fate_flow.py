"""A FATE Flow that answers as 2.2.0 does (fate_flow/apps, fate_flow/utils/api_utils.py), for tests of those who ask it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from fedfleet.engine.fate import FlowClient

JOB = "202611221200000000010"


def job(role: str, party: str, status: str) -> dict[str, Any]:
    """A row of FATE Flow's table of jobs, as it hands it out."""
    return {
        "job_id": JOB, "role": role, "party_id": party, "status": status, "progress": 0, "elapsed": None,
        "initiator_party_id": "30000", "description": "", "dag": {}, "create_time": 1763812800000,
    }  # fmt: skip


def task(role: str, party: str, status: str, error: str = "") -> dict[str, Any]:
    """A row of its table of tasks."""
    return {
        "job_id": JOB, "role": role, "party_id": party, "task_id": f"{JOB}_toy_example_0", "task_version": 0,
        "task_name": "toy_example_0", "component": "toy_example", "status": status, "party_status": status, "error_report": error,
    }  # fmt: skip


@dataclass
class FakeFlow:
    """Answers by path; a list is worked through, its last entry for ever."""

    party: str
    answers: dict[str, Any]
    asked: list[httpx.Request] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.asked.append(request)
        answer = self._next(request.url.path)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json={"code": 0, "message": "success"} | answer)

    def _next(self, path: str) -> Any:
        answer = self.answers[path]
        if not isinstance(answer, list):
            return answer
        return answer.pop(0) if len(answer) > 1 else answer[0]

    def client(self) -> FlowClient:
        """A client that talks to it."""
        return FlowClient("http://flow.test", self.party, transport=httpx.MockTransport(self.handle))

    def bodies(self, path: str) -> list[Any]:
        """What was sent to a path."""
        return [json.loads(request.content) for request in self.asked if request.url.path == path]


@dataclass
class Clock:
    """Time that passes only when someone waits."""

    now: float = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now

    @property
    def pause(self) -> Callable[[float], None]:
        """Wait, without losing any time."""

        def wait(seconds: float) -> None:
            self.now += max(seconds, 0.01)

        return wait
