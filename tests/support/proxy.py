"""An HTTP proxy that knows CONNECT and nothing else, and remembers what it was asked for."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Proxy:
    """A running proxy.

    Attributes:
        url: where it listens.
        asked: the targets that it led to, in the order of asking.
        cut: while there is this file, nobody gets anywhere through it.
    """

    url: str
    asked: list[str] = field(default_factory=list)
    cut: Path | None = None

    @property
    def is_cut(self) -> bool:
        """Whether that is so now."""
        return self.cut is not None and self.cut.exists()


@contextmanager
def connect_proxy(cut: Path | None = None) -> Iterator[Proxy]:
    """Run a proxy on this machine while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = Proxy(f"http://127.0.0.1:{server.getsockname()[1]}", cut=cut)
        threading.Thread(target=_accept, args=(server, proxy), daemon=True).start()
        yield proxy
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, proxy: Proxy) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_lead, args=(server.accept()[0], proxy), daemon=True).start()


def _lead(asking: socket.socket, proxy: Proxy) -> None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += asking.recv(1)
    target = head.split()[1].decode()
    proxy.asked.append(target)
    host, _, port = target.rpartition(":")
    if proxy.is_cut:
        asking.close()
        return
    with asking, socket.create_connection((host, int(port))) as answering:
        asking.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=_copy, args=(answering, asking, proxy), daemon=True)
        back.start()
        _copy(asking, answering, proxy)
        back.join()


def _copy(source: socket.socket, target: socket.socket, proxy: Proxy) -> None:
    with suppress(OSError):
        while (part := source.recv(65536)) and not proxy.is_cut:
            target.sendall(part)
        target.shutdown(socket.SHUT_RDWR)
