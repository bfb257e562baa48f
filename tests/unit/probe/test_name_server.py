import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fedfleet.probe import Question, ask

_ANSWERED = 0x8180


@contextmanager
def name_server(flags: int, records: int, *, silent: bool = False) -> Iterator[int]:
    """A name server that gives every question the same answer; yields its port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack(">H", self.rfile.read(2))
            asked = self.rfile.read(length)
            self.server.names.append(asked[12:-4])  # type: ignore[attr-defined]
            if not silent:
                self.wfile.write(struct.pack(">H", 12) + asked[:2] + struct.pack(">5H", flags, 1, records, 0, 0))

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        server.names = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
        assert server.names == [b"\x03api\x07example\x03org\x00"]  # type: ignore[attr-defined]


def question(port: int) -> Question:
    return Question("nameserver", "127.0.0.1", port, server_name="api.example.org", timeout=5)


def test_a_name_server_that_knows_the_name() -> None:
    with name_server(_ANSWERED, 1) as port:
        assert ask(question(port)).ok


@pytest.mark.parametrize(
    ("flags", "records", "told"),
    [(_ANSWERED | 3, 0, "no such name"), (_ANSWERED | 2, 0, "server failure"), (_ANSWERED, 0, "no record"), (0x0100, 1, "no name server")],
)
def test_one_that_does_not(flags: int, records: int, told: str) -> None:
    with name_server(flags, records) as port:
        answer = ask(question(port))
    assert not answer.ok
    assert told in answer.detail


def test_one_that_closes_the_connection() -> None:
    with name_server(0, 0, silent=True) as port:
        assert ask(question(port)).fault == "closed"
