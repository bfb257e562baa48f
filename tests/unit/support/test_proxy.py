"""The proxy of tests leads to where it is asked to, until it is cut."""

import socket
from pathlib import Path

from support.proxy import Proxy, connect_proxy


def test_nobody_gets_anywhere_through_a_proxy_that_is_cut(tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    with connect_proxy(cut) as proxy, socket.create_server(("127.0.0.1", 0)) as server:
        target = f"127.0.0.1:{server.getsockname()[1]}"
        with led(proxy, target) as client, server.accept()[0] as peer:
            assert client.recv(64) == b"HTTP/1.1 200 OK\r\n\r\n"
            client.sendall(b"before")
            assert peer.recv(64) == b"before"
            cut.touch()
            client.sendall(b"after")
            assert peer.recv(64) == b""
        with led(proxy, target) as client:
            assert client.recv(64) == b""
        cut.unlink()
        with led(proxy, target) as client:
            assert client.recv(64).startswith(b"HTTP/1.1 200")
    assert proxy.asked == [target] * 3


def led(proxy: Proxy, target: str) -> socket.socket:
    """A connection through it."""
    connection = socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), 10)
    connection.sendall(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    return connection
