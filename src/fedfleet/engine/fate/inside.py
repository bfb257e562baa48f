"""Calls made from inside a pod of the party, to what its network alone reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx

from fedfleet.probe import Question, pod_answers, pod_program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.kube import Client

FLOW_POD: Final = "python-0"
FLOW_CONTAINER: Final = "python"
FLOW_PYTHON: Final = "/opt/fate/venv/bin/python"

# A tenant has a namespace for every job that ever ran; their list is the largest answer.
_LARGEST_BYTES: Final = 16 * 1024 * 1024
_START_SECONDS: Final = 30.0


class PodTransport(httpx.BaseTransport):
    """Has FATE Flow's pod make each request (plain HTTP), so that it goes the way that FATE Flow's own go."""

    def __init__(self, client: Client, namespace: str, *, timeout: float = 30.0) -> None:
        """``timeout`` is the seconds that each answer may take."""
        self._run = _runner(client, namespace, timeout)
        self._where = f"pod {namespace}/{FLOW_POD}"
        self._timeout = timeout

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, with its status and body; of its headers, whether it is JSON.

        Raises:
            httpx.ConnectError: the pod got no answer.
            KubeError: the pod cannot be used.
        """
        question = Question(
            "http",
            request.url.host,
            request.url.port or 80,
            method=request.method,
            path=request.url.raw_path.decode("ascii"),
            headers=tuple((name, request.headers[name]) for name in ("accept", "content-type") if name in request.headers),
            body=request.read().decode("utf-8"),
            status=0,
            largest=_LARGEST_BYTES,
            timeout=self._timeout,
        )
        (answer,) = pod_answers(self._run(*pod_program([question], FLOW_PYTHON)), self._where)
        if not answer.status:
            raise httpx.ConnectError(f"{answer.detail}, asked from {self._where}", request=request)
        kind = "application/json" if answer.body[:1] in ("[", "{") else "text/plain"
        return httpx.Response(answer.status, headers={"content-type": kind}, content=answer.body.encode(), request=request)


def _runner(client: Client, namespace: str, timeout: float) -> Callable[[Sequence[str], bytes], bytes]:
    def run(command: Sequence[str], program: bytes) -> bytes:
        done = client.exec(FLOW_POD, namespace, command, container=FLOW_CONTAINER, stdin=program, timeout=timeout + _START_SECONDS)
        return done.stdout or done.stderr

    return run
