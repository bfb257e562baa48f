"""WebSocket frames (RFC 6455, section 5) without any socket: bytes in, messages out, and back. Pure."""

from __future__ import annotations

import os
from dataclasses import dataclass

_CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FINAL, _MASKED = 0x80, 0x80
_LENGTH_16, _LENGTH_64 = 126, 127


@dataclass(frozen=True)
class Message:
    """One whole message, its fragments put together."""

    opcode: int
    payload: bytes


def encode(payload: bytes, opcode: int = BINARY) -> bytes:
    """One frame from a client: final, and masked as the RFC asks of clients."""
    length = len(payload)
    if length < _LENGTH_16:
        header = bytes((_FINAL | opcode, _MASKED | length))
    elif length < 1 << 16:
        header = bytes((_FINAL | opcode, _MASKED | _LENGTH_16)) + length.to_bytes(2, "big")
    else:
        header = bytes((_FINAL | opcode, _MASKED | _LENGTH_64)) + length.to_bytes(8, "big")
    key = os.urandom(4)
    return header + key + _masked(payload, key)


class Decoder:
    """Puts messages together from bytes as they come in."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._opcode = 0
        self._fragments = bytearray()

    def feed(self, received: bytes) -> list[Message]:
        """Take what was received; return the messages that are now complete."""
        self._buffer += received
        messages: list[Message] = []
        while (frame := self._next_frame()) is not None:
            final, opcode, payload = frame
            if opcode >= CLOSE:
                # Control frames may come between the fragments of a message.
                messages.append(Message(opcode, payload))
                continue
            if opcode != _CONTINUATION:
                self._opcode = opcode
                self._fragments.clear()
            self._fragments += payload
            if final:
                messages.append(Message(self._opcode, bytes(self._fragments)))
                self._fragments.clear()
        return messages

    def _next_frame(self) -> tuple[bool, int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, offset = buffer[1] & 0x7F, 2
        if length in (_LENGTH_16, _LENGTH_64):
            offset = 4 if length == _LENGTH_16 else 10
            length = int.from_bytes(buffer[2:offset], "big")
        key_length = 4 if buffer[1] & _MASKED else 0
        end = offset + key_length + length
        if len(buffer) < offset or len(buffer) < end:
            return None
        payload = bytes(buffer[offset + key_length : end])
        if key_length:
            payload = _masked(payload, bytes(buffer[offset : offset + 4]))
        frame = (bool(buffer[0] & _FINAL), buffer[0] & 0x0F, payload)
        del buffer[:end]
        return frame


def _masked(payload: bytes, key: bytes) -> bytes:
    """XOR with the key over and over; as one large number, which is what Python does fast."""
    length = len(payload)
    pad = (key * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(length, "big")
