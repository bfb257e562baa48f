"""A session with vCenter: who is trusted, what is asked again, and that it is closed."""

import datetime as dt
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fedfleet.vsphere.errors import (
    AlreadyExistsError,
    CertificateError,
    NotFoundError,
    UnauthenticatedError,
    UnauthorizedError,
    UnreachableError,
)
from fedfleet.vsphere.rest import Rest
from fedfleet_lab.cluster.pki import Authority, Leaf

Asked = tuple[str, str]


class Server(ThreadingHTTPServer):
    """Answers what it was told to, in order, then 200; sessions as vCenter has them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[Asked] = []
        self.login = 201


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def _answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self.rfile.read(length)
        self.server.asked.append((self.command, self.path))
        if self.path == "/api/session":
            self._send(self.server.login if self.command == "POST" else 204, "token" if self.command == "POST" else None)
            return
        status, body = self.server.answers.pop(0) if self.server.answers else (200, {"fine": True})
        if status == 0:
            self.connection.shutdown(2)
            return
        self._send(status, body)

    def _send(self, status: int, body: Any) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815  the base class's names

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "authority")


@pytest.fixture
def server(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("fedfleet.vsphere.rest._FIRST_PAUSE", 0.01)
    pair = authority.issue("server", Leaf("vcenter", (), ("127.0.0.1",), server=True))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair.certificate, pair.key)
    with Server() as found:
        found.socket = tls.wrap_socket(found.socket, server_side=True)
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def rest(server: Server, authority: Authority) -> Rest:
    return Rest("127.0.0.1", "fedfleet@vsphere.local", "secret", str(authority.pair.certificate), server.server_port)


def error(kind: str) -> dict[str, object]:
    return {"error_type": kind, "messages": [{"id": "x", "default_message": "vCenter's own words", "args": []}]}


def test_a_session_is_closed_whatever_happens(server: Server, authority: Authority) -> None:
    server.answers = [(404, error("NOT_FOUND"))]
    with pytest.raises(NotFoundError), rest(server, authority) as session:
        session.get("/api/x")
    assert server.asked == [("POST", "/api/session"), ("GET", "/api/x"), ("DELETE", "/api/session")]


def test_an_ended_session_is_opened_again_once(server: Server, authority: Authority) -> None:
    server.answers = [(401, error("UNAUTHENTICATED"))]
    with rest(server, authority) as session:
        assert session.ask("POST", "/api/x", {}) == {"fine": True}
    assert server.asked.count(("POST", "/api/session")) == 2


def test_a_session_that_ends_at_once_is_an_error(server: Server, authority: Authority) -> None:
    server.answers = [(401, error("UNAUTHENTICATED"))] * 2
    with rest(server, authority) as session, pytest.raises(UnauthenticatedError, match="vCenter's own words"):
        session.get("/api/x")


def test_a_busy_server_is_asked_again(server: Server, authority: Authority) -> None:
    server.answers = [(503, error("SERVICE_UNAVAILABLE"))] * 2
    with rest(server, authority) as session:
        assert session.get("/api/x") == {"fine": True}


def test_what_broke_off_is_asked_again_where_that_harms_nobody(server: Server, authority: Authority) -> None:
    server.answers = [(0, None)]
    with rest(server, authority) as session:
        assert session.get("/api/x") == {"fine": True}


def test_what_may_have_been_done_is_not_done_twice(server: Server, authority: Authority) -> None:
    server.answers = [(0, None)]
    with rest(server, authority) as session, pytest.raises(UnreachableError):
        session.ask("POST", "/api/x", {})
    assert server.asked.count(("POST", "/api/x")) == 1


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [(400, "ALREADY_EXISTS", AlreadyExistsError), (403, "UNAUTHORIZED", UnauthorizedError)],
)
def test_vmwares_error_type_decides_ours(server: Server, authority: Authority, status: int, kind: str, expected: type[Exception]) -> None:
    server.answers = [(status, error(kind))]
    with rest(server, authority) as session, pytest.raises(expected, match="vCenter's own words"):
        session.ask("POST", "/api/x", {})


def test_a_wrong_password_is_told_without_it(server: Server, authority: Authority) -> None:
    server.login = 401
    with pytest.raises(UnauthenticatedError) as caught, rest(server, authority):
        pass
    assert "secret" not in str(caught.value)


def test_a_certificate_of_another_authority_is_refused_also_on_loopback(server: Server, tmp_path: Path) -> None:
    other = Authority(tmp_path, "somebody else")
    with pytest.raises(CertificateError, match="vcenter_ca_file"), rest(server, other):
        pass


def test_a_file_without_certificates_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text(dt.date.today().isoformat())
    with pytest.raises(CertificateError, match="certificates in PEM"):
        Rest("127.0.0.1", "fedfleet@vsphere.local", "secret", str(tmp_path / "empty.pem"))
