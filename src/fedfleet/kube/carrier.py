"""Carrying one TCP connection through a port-forward stream, both ways, without ever blocking on one of them."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from fedfleet.kube.streams import ChannelStream

_DATA, _ERROR = 0, 1
_CHUNK = 64 * 1024
# Whoever sends faster than the other side takes it is made to wait from here on.
_MOST_BUFFERED = 4 * _CHUNK
# The protocol has no word for "I have said all": after it, answers that are under way may still come for so long.
_LINGER_SECONDS = 1.0


class Carrier:
    """One connection and its stream. The caller owns and closes both."""

    def __init__(self, local: socket.socket, stream: ChannelStream, stop: int) -> None:
        """``stop`` is a descriptor that becomes readable when all is to end."""
        self._local = local
        self._local.setblocking(False)
        self._stream = stream
        self._stop = stop
        self._begun: set[int] = set()
        self._incoming = bytearray()
        self._local_ended: float | None = None
        self._told = bytearray()

    def run(self) -> str:
        """Carry until either side ends or all is to end; returns what the node said went wrong, or nothing.

        Raises:
            OSError: the local side broke off.
        """
        while True:
            self._take_from_stream()
            self._give_to_local()
            self._take_from_local()
            if self._stream.closed and not self._incoming:
                break
            if self._local_ended is not None and not self._incoming and self._lingered():
                break
            stopped = self._stream.wait(
                _LINGER_SECONDS if self._local_ended is not None else None,
                receiving=self._takes_from_stream,
                reading=[self._stop, *([self._local.fileno()] if self._takes_from_local else [])],
                writing=[self._local.fileno()] if self._incoming else [],
            )
            if self._stop in stopped:
                break
        return self._told.decode("utf-8", "replace").strip()

    @property
    def _takes_from_stream(self) -> bool:
        return len(self._incoming) < _MOST_BUFFERED and not self._stream.closed

    @property
    def _takes_from_local(self) -> bool:
        return self._local_ended is None and self._stream.backlog < _MOST_BUFFERED and not self._stream.closed

    def _lingered(self) -> bool:
        since = self._local_ended
        return since is not None and not self._stream.backlog and time.monotonic() - since >= _LINGER_SECONDS

    def _take_from_stream(self) -> None:
        """The first message of either channel holds the port number only (kubelet, portforward/websocket.go)."""
        if not self._takes_from_stream:
            return
        for channel, content in self._stream.exchange():
            if channel not in self._begun:
                self._begun.add(channel)
            elif channel == _DATA:
                self._incoming += content
            elif channel == _ERROR:
                self._told += content

    def _give_to_local(self) -> None:
        if self._incoming:
            with contextlib.suppress(BlockingIOError):
                del self._incoming[: self._local.send(self._incoming)]
            if self._local_ended is not None:
                self._local_ended = time.monotonic()

    def _take_from_local(self) -> None:
        while self._takes_from_local:
            try:
                content = self._local.recv(_CHUNK)
            except BlockingIOError:
                return
            if not content:
                self._local_ended = time.monotonic()
                return
            self._stream.queue(_DATA, content)
            self._stream.push()
