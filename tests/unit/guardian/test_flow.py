"""What FATE Flow answers, and which of its refusals are none for the guardian."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from job_guardian.flow import Flow, RefusedError
from support.guarded import job, task


class Server(HTTPServer):
    """A FATE Flow that answers everything with one code, and keeps what it was told."""

    code = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answer = json.dumps({"code": self.server.code, "message": "as it is"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def flow(server: Server) -> Flow:
    url = f"http://127.0.0.1:{server.server_port}"
    return Flow("30000", url, url, {})


def test_what_the_scheduler_knows_of_one_part_keeps_nothing_else_from_it(server: Server, flow: Flow) -> None:
    server.code = 2002
    ended = task("toy", "success", "success")
    for part in ended.parts:
        flow.report(job("running", ended), ended, part)
    assert [(told["role"], told["status"]) for told in server.told] == [("guest", "success"), ("host", "success")]


def test_a_partner_that_knows_no_such_task_has_no_part_in_it(server: Server, flow: Flow) -> None:
    server.code = 2000
    reader = task("reader", "success", "success")
    assert flow.part(job("running", reader), reader, "arbiter", "40000") is None


def test_another_refusal_is_one(server: Server, flow: Flow) -> None:
    server.code = 2001
    ended = task("toy", "success", "success")
    with pytest.raises(RefusedError, match="code 2001"):
        flow.report(job("running", ended), ended, ended.parts[0])
