"""What FATE Flow answers, which of its refusals are none for the guardian, and what is no answer of it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from job_guardian.flow import Flow, RefusedError, SilentError
from support.guarded import job, task


class Server(HTTPServer):
    """A FATE Flow that answers everything with one code or one text, and keeps what it was told and asked."""

    code = 0
    text = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told: list[dict[str, Any]] = []
        self.asked: list[dict[str, list[str]]] = []
        self.rows: list[dict[str, Any]] = []

    def listed(self, which: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Its rows as FATE Flow lists them (controller/job.py, query_job_list): all of some states, or so many of the last changed ones."""
        rows = [row for row in self.rows if row["status"] in which.get("status", [row["status"]])]
        rows.sort(key=lambda row: int(row[which.get("order_by", ["create_time"])[0]]), reverse=True)
        return rows[: int(which["limit"][0])] if "limit" in which else rows


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(None)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.asked.append(parse_qs(url.query))
        listed = {"data": self.server.listed(self.server.asked[-1])} if url.path == "/v2/job/list/query" else self.server.rows
        self.answer(listed)

    def answer(self, data: object) -> None:
        answer = self.server.text or json.dumps({"code": self.server.code, "message": "as it is", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = Thread(target=made.serve_forever, args=(0.01,))
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


def row(number: int, status: str, **more: Any) -> dict[str, Any]:
    """A row of FATE Flow's table of jobs, the higher its number the newer."""
    parties = [{"role": "guest", "party_id": ["30000"]}, {"role": "host", "party_id": ["40000"]}]
    known = {"job_id": str(number), "role": "guest", "party_id": "30000", "scheduler_party_id": "30000", "status": status}
    return known | {"parties": parties, "create_time": number, "update_time": number, **more}


def test_a_job_that_hangs_is_looked_at_however_many_newer_ones_there_are(server: Server, flow: Flow) -> None:
    server.rows = [row(1, "running"), row(2, "success"), row(3, "failed", update_time=500)]
    server.rows += [row(number, "success") for number in range(4, 200)]
    listed = [job.job_id for job in flow.jobs()]
    assert {"1", "3"} < set(listed)
    assert "2" not in listed
    assert (len(listed), len(server.asked)) == (61, 2)


def test_a_job_that_ends_while_it_is_looked_for_has_ended(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = iter([[row(1, "running")], [row(1, "success")]])
    monkeypatch.setattr(flow, "_rows", lambda **_which: next(rows))
    assert [job.state for job in flow.jobs()] == ["success"]


def test_a_job_is_found_by_its_id_or_gone(server: Server, flow: Flow) -> None:
    server.rows = [row(7, "failed")]
    found = flow.job("7")
    assert found is not None
    assert (found.job_id, found.state) == ("7", "failed")
    server.code, server.rows = 1001, []
    assert flow.job("7") is None


def test_a_job_of_another_form_is_told_and_the_others_are_read(server: Server, flow: Flow) -> None:
    server.rows = [row(1, "running", parties=None), row(2, "running")]
    odd, well = sorted(flow.jobs(), key=lambda job: job.job_id)
    assert (odd.job_id, "TypeError" in odd.unreadable) == ("1", True)
    assert (well.state, well.unreadable) == ("running", "")


ANSWERS = [
    b"<html>logged out</html>",
    b"[]",
    b'"yes"',
    b'{"data": []}',
    b"\xff",
    b'{"code": 0, "data": ["a list"]}',
    b'{"code": 0, "data": "a word"}',
    b'{"code": 0, "data": {"end_time": "yesterday", "data": [1]}}',
]


@pytest.mark.parametrize("text", ANSWERS)
def test_what_another_than_fate_flow_answers_is_none(server: Server, flow: Flow, text: bytes) -> None:
    server.text = text
    one, lr = job("running"), task("lr", "running", "running")
    for ask in (flow.jobs, lambda: flow.job("1"), lambda: flow.with_tasks(one), lambda: flow.part(one, lr, "host", "40000")):
        with pytest.raises(SilentError):
            ask()
