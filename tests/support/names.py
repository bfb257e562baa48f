"""A question to a name server, as small as RFC 1035 allows."""

import secrets
import socket
import struct
import time
from dataclasses import dataclass

NXDOMAIN = 3


@dataclass(frozen=True)
class Answer:
    """What a name server said: its response code, how many records, and after how many seconds."""

    code: int
    records: int
    seconds: float


def ask(server: str, port: int, name: str, kind: int = 1, timeout: float = 5.0) -> Answer:
    """Ask over UDP for records of a kind (1 is A, 28 is AAAA)."""
    number = secrets.randbelow(1 << 16)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    question = struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        start = time.monotonic()
        client.sendto(question, (server, port))
        reply = client.recv(4096)
        seconds = time.monotonic() - start
    echoed, flags, _, answers = struct.unpack(">HHHH", reply[:8])
    assert echoed == number
    return Answer(flags & 0xF, answers, seconds)
