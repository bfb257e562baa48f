"""Servers on this machine, for probes to ask."""

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fedfleet.pki.certificates import CLIENT_ONLY, self_signed, signed
from fedfleet.pki.keys import key_pem
from support.parties import NOW, authority, key

NAME = "30000.fate.test.internal"


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = 404 if self.path == "/missing" else 200
        body = f'{{"path": "{self.path}", "party": "{self.headers["dest-party-id"]}"}}'.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        del format, args


def certificate(tmp_path: Path, *, own: bool = False) -> Path:
    """A file with key 30000 and a certificate of it, the party's own or the CA's."""
    pem = (
        self_signed(key(30000), NAME, NOW) if own else signed(authority().certificate, authority().key, NAME, key(30000).public_key(), NOW)
    )
    path = tmp_path / "server.pem"
    path.write_text(pem + key_pem(key(30000)))
    return path


def client_credentials() -> tuple[str, str]:
    """A client's certificate and key."""
    return signed(authority().certificate, authority().key, "probe.fate.test.internal", key(2).public_key(), NOW, CLIENT_ONLY), key_pem(
        key(2)
    )


Serve = Callable[..., int]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serve HTTP, with TLS or without; returns the port."""
    with ExitStack() as stack:

        def start(*, tls: bool = True, own: bool = False, ask_client: bool = False) -> int:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
            if tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate(tmp_path, own=own))
                if ask_client:
                    context.load_verify_locations(cadata=authority().pem)
                    context.verify_mode = ssl.CERT_REQUIRED
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return int(server.server_address[1])

        yield start


@pytest.fixture
def serve_once() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """Accept one connection, do with it what is given and close; returns the port."""
    with ExitStack() as stack:

        def start(script: Callable[[socket.socket], None]) -> int:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def accept() -> None:
                connection, _ = listener.accept()
                with connection:
                    script(connection)

            thread = threading.Thread(target=accept, daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            return int(listener.getsockname()[1])

        yield start


@pytest.fixture
def reply_once(serve_once: Callable[[Callable[[socket.socket], None]], int]) -> Callable[[bytes], int]:
    """Accept one connection, answer it with these bytes and close; returns the port."""

    def start(answer: bytes) -> int:
        def script(connection: socket.socket) -> None:
            connection.recv(4096)
            connection.sendall(answer)

        return serve_once(script)

    return start
