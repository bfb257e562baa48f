"""Calls made from inside a pod of the party, to what its network alone reaches."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import httpx

from fedfleet.probe import Answer, Question, pod_answers, pod_program
from fedfleet.probe.services import ServiceAnswer, ask_services

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.federation.external import External
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


def services_from_inside(client: Client, namespace: str, external: External, *, timeout: float = 30.0) -> list[ServiceAnswer]:
    """What the site's own services say to FATE Flow's pod; ``timeout`` is the seconds that all of them together may take.

    Raises:
        KubeError: the pod cannot be used.
        AnswerError: it did not run the questions.
    """
    run = _runner(client, namespace, timeout)

    def asked(questions: Sequence[Question]) -> list[Answer]:
        return pod_answers(run(*pod_program(questions, FLOW_PYTHON)), f"pod {namespace}/{FLOW_POD}")

    return ask_services(external, database_password(client, namespace, external), asked)


def database_password(client: Client, namespace: str, external: External) -> str:
    """The password of the site's own database, out of its Secret; empty where there is no such database, Secret or key.

    Raises:
        KubeError: the Secret may not be read.
    """
    if external.database is None:
        return ""
    secret = client.get("Secret", external.database.secret, namespace, api_version="v1") or {}
    value = (secret.get("data") or {}).get(external.database.key, "")
    # What ends the line is no part of it: so it is read into FATE Flow's settings, too (images/base/render-config).
    return base64.b64decode(value).decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def _runner(client: Client, namespace: str, timeout: float) -> Callable[[Sequence[str], bytes], bytes]:
    def run(command: Sequence[str], program: bytes) -> bytes:
        done = client.exec(FLOW_POD, namespace, command, container=FLOW_CONTAINER, stdin=program, timeout=timeout + _START_SECONDS)
        return done.stdout or done.stderr

    return run
