"""The channels of an exec or port-forward stream over a WebSocket that never blocks.

One thread owns a stream: OpenSSL does not allow one thread to read and another to write the same session.
"""

from __future__ import annotations

import contextlib
import select
import ssl
from typing import TYPE_CHECKING

from fedfleet.kube import frames
from fedfleet.kube.answers import Action, refusal

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from fedfleet.kube.connection import Connection

V5 = "v5.channel.k8s.io"
V4 = "v4.channel.k8s.io"
_CLOSE_CHANNEL = 255
_CHUNK = 64 * 1024


class ChannelStream:
    """Numbered byte channels to and from a pod; each message is one byte of channel, then its bytes."""

    def __init__(self, connected: socket.socket, protocol: str) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._decoder = frames.Decoder()
        self._outgoing = bytearray()
        self.protocol = protocol or V4
        self.closed = False

    @classmethod
    def open(
        cls,
        connection: Connection,
        path: str,
        *,
        query: Sequence[tuple[str, str]],
        protocols: Sequence[str],
        action: Action,
        timeout: float,
    ) -> ChannelStream:
        """Open a stream.

        Raises:
            ApiError: the API, or the node behind it, refused.
            UnreachableError: no answer came.
        """
        # Imported only where needed: most sessions have no streams.
        from websocket import WebSocketBadStatusException

        try:
            return cls(*connection.websocket(path, query=query, protocols=protocols, timeout=timeout))
        except WebSocketBadStatusException as error:
            body = error.resp_body or b""
            raise refusal(error.status_code, body.encode() if isinstance(body, str) else body, action, connection.access.origin) from None

    @property
    def backlog(self) -> int:
        """Bytes that are queued and not sent yet."""
        return len(self._outgoing)

    def queue(self, channel: int, content: bytes) -> None:
        """Have ``content`` sent on a channel; it goes out with the next ``exchange`` calls."""
        for start in range(0, len(content), _CHUNK):
            self._outgoing += frames.encode(bytes((channel,)) + content[start : start + _CHUNK])

    def queue_end(self, channel: int) -> bool:
        """Have the end of a channel sent; False where the protocol has no word for it (before v5)."""
        if self.protocol != V5:
            return False
        self._outgoing += frames.encode(bytes((_CLOSE_CHANNEL, channel)))
        return True

    def exchange(self) -> list[tuple[int, bytes]]:
        """Send and receive what is possible without waiting; returns what came, by channel.

        Sets ``closed`` when the other side has ended the stream or the connection is gone.
        """
        self._send()
        received = self._receive()
        messages: list[tuple[int, bytes]] = []
        for message in self._decoder.feed(received):
            if message.opcode == frames.CLOSE:
                self.closed = True
            elif message.opcode == frames.PING:
                self._outgoing += frames.encode(message.payload, frames.PONG)
            elif message.opcode in (frames.BINARY, frames.TEXT):
                channel, content = message.payload[:1], message.payload[1:]
                if channel and channel[0] != _CLOSE_CHANNEL:
                    messages.append((channel[0], content))
        return messages

    def push(self) -> None:
        """Send what is possible without waiting, and receive nothing."""
        self._send()

    def wait(
        self,
        timeout: float | None,
        *,
        receiving: bool = True,
        reading: Sequence[int] = (),
        writing: Sequence[int] = (),
    ) -> set[int]:
        """Wait until this stream or another descriptor can go on, at most ``timeout`` seconds; returns which can.

        Without ``receiving``, what comes in on this stream is left alone: nobody could take it now.
        """
        poll = select.poll()
        if receiving and isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            # Decrypted already, so that the descriptor will not tell of it.
            timeout = 0.0
        mine = (select.POLLIN if receiving and not self.closed else 0) | (select.POLLOUT if self._outgoing else 0)
        wanted = {self._socket.fileno(): mine} if mine else {}
        for descriptor in reading:
            wanted[descriptor] = wanted.get(descriptor, 0) | select.POLLIN
        for descriptor in writing:
            wanted[descriptor] = wanted.get(descriptor, 0) | select.POLLOUT
        for descriptor, events in wanted.items():
            poll.register(descriptor, events)
        return {descriptor for descriptor, _ in poll.poll(None if timeout is None else max(timeout, 0.0) * 1000)}

    def close(self) -> None:
        """End the stream, politely if that is possible at once."""
        if not self.closed:
            self._outgoing += frames.encode(b"\x03\xe8", frames.CLOSE)
            self._send()
        self.closed = True
        with contextlib.suppress(OSError):
            self._socket.close()

    def _send(self) -> None:
        while self._outgoing:
            try:
                sent = self._socket.send(self._outgoing[: 4 * _CHUNK])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                return
            except OSError:
                self.closed = True
                self._outgoing.clear()
                return
            del self._outgoing[:sent]

    def _receive(self) -> bytes:
        """What has arrived, up to a few chunks; TLS may hold more, so ask until it says no."""
        received = bytearray()
        while len(received) < 4 * _CHUNK:
            try:
                part = self._socket.recv(_CHUNK)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                break
            except OSError:
                part = b""
            if not part:
                self.closed = True
                break
            received += part
        return bytes(received)
