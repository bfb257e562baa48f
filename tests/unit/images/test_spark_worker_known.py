"""The probe of a Spark worker says whether its master can hand it out, and whether a restart would help."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

import spark_worker_known

WORKER = "worker-20261128113206-10.93.129.4-37077"


@contextmanager
def daemon(told: dict[str, Any]) -> Iterator[int]:
    """A Spark daemon that says this of itself; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/json/"
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POD_IP", "127.0.0.1")
    monkeypatch.setenv("SPARK_MASTER", "spark://127.0.0.1:7077")


@pytest.mark.parametrize(
    ("workers", "executors", "ready", "alive"),
    [
        pytest.param([{"id": WORKER, "state": "ALIVE"}], [], 0, 0, id="known"),
        pytest.param([{"id": WORKER, "state": "DEAD"}], [], 1, 1, id="given up"),
        pytest.param([{"id": "worker-of-before", "state": "ALIVE"}], [], 1, 1, id="another is known"),
        pytest.param([], [], 1, 1, id="a new master"),
        pytest.param([], [{"id": 0}], 1, 0, id="a new master, and it computes"),
        pytest.param(None, [], 1, 0, id="no master"),
    ],
)
def test_a_worker_is_ready_once_its_master_has_it_and_restarted_where_that_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, workers: list[dict[str, Any]] | None, executors: list[Any], ready: int, alive: int
) -> None:
    with daemon({"id": WORKER, "executors": executors}) as worker, daemon({"workers": workers or []}) as master:
        monkeypatch.setattr(spark_worker_known, "WORKER_PORT", worker)
        monkeypatch.setattr(spark_worker_known, "MASTER_PORT", 1 if workers is None else master)
        assert (spark_worker_known.main([]), spark_worker_known.main(["--or-busy"])) == (ready, alive)


def test_a_worker_that_does_not_answer_is_neither_ready_nor_alive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(spark_worker_known, "WORKER_PORT", 1)
    assert (spark_worker_known.main([]), spark_worker_known.main(["--or-busy"])) == (1, 1)
    assert "the worker does not answer" in capsys.readouterr().out
