"""Requests that a pod of the party makes in our place."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import httpx
import pytest

from fedfleet.engine.fate import BrokerAdmin, BrokerError, PodTransport
from fedfleet.kube import Client, ExecResult


class _Pod:
    """A pod that is this machine."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def exec(self, pod: str, namespace: str, command: Sequence[str], *, container: str, stdin: bytes, timeout: float) -> ExecResult:
        self.asked.append((f"{namespace}/{pod}", container))
        done = subprocess.run([sys.executable, *command[1:]], input=stdin, capture_output=True, timeout=timeout, check=False)
        return ExecResult(done.returncode, done.stdout, done.stderr)


class _Admin(BaseHTTPRequestHandler):
    """Shows what it was asked."""

    def log_message(self, *told: Any) -> None:
        """Be quiet."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        status = 404 if "missing" in self.path else 200
        told = json.dumps({"method": self.command, "path": self.path, "type": self.headers.get("content-type"), "body": body}).encode()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = _answer  # noqa: N815 - as http.server calls them


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Admin) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def pod() -> _Pod:
    return _Pod()


def _client(pod: _Pod, url: str) -> httpx.Client:
    return httpx.Client(base_url=url, transport=PodTransport(cast(Client, pod), "fate-30000", timeout=5.0))


def test_method_path_and_body_arrive_as_they_were_sent(pod: _Pod, server: str) -> None:
    with _client(pod, server) as client:
        answer = client.post("/admin/v2/clusters/40000?x=a%2Fb", json={"brokerServiceUrlTls": "pulsar+ssl://ü"})
    told = answer.json()
    assert (told["method"], told["path"], told["type"]) == ("POST", "/admin/v2/clusters/40000?x=a%2Fb", "application/json")
    assert json.loads(told["body"]) == {"brokerServiceUrlTls": "pulsar+ssl://ü"}
    assert pod.asked == [("fate-30000/python-0", "python")]


def test_the_status_comes_back(pod: _Pod, server: str) -> None:
    with _client(pod, server) as client:
        assert client.get("/missing").status_code == 404


def test_a_broker_that_nobody_reaches_is_one_that_did_not_answer(pod: _Pod) -> None:
    transport = PodTransport(cast(Client, pod), "fate-30000", timeout=2.0)
    with (
        BrokerAdmin("http://127.0.0.1:1", transport=transport) as admin,
        pytest.raises(BrokerError, match="asked from pod fate-30000/python-0"),
    ):
        admin.partners()
