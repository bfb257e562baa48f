"""Logs in to a MySQL or MariaDB as FATE Flow does, without TLS, to see whether it would be let in.

Needs nothing but Python's standard library and nothing of ours: it is sent into pods (``fedfleet.probe.pods``).
Source: the client/server protocol as MySQL 8.0 documents it (dev.mysql.com/doc/dev/mysql-server, "Connection Phase").
"""

from __future__ import annotations

import hashlib
import socket
import struct

# The client's abilities: a database with the log-in, protocol 4.1, its way to log in, and ways by name.
_CONNECT_WITH_DB, _PROTOCOL_41, _SECURE_CONNECTION, _PLUGIN_AUTH = 0x8, 0x200, 0x8000, 0x80000
_ABILITIES = _CONNECT_WITH_DB | _PROTOCOL_41 | _SECURE_CONNECTION | _PLUGIN_AUTH
_LARGEST_PACKET = 1 << 24
_UTF8MB4 = 45
_NATIVE, _CACHING_SHA2 = "mysql_native_password", "caching_sha2_password"
_OK, _MORE, _OTHER_WAY, _ERROR = 0x00, 0x01, 0xFE, 0xFF
_KNOWN_ALREADY = b"\x03"
_SALT_BYTES = 20


class NotMySqlError(Exception):
    """What answers speaks another protocol; the text says what came."""


def refusal(connection: socket.socket, user: str, password: str, database: str) -> str:
    """Why the server does not let the user in, in its own words; empty where it does.

    Empty, too, where the server asks for more than can be told in clear text: a password that caching_sha2_password has not cached, or a way to
    log in that is not known here. Then all that is known is that it asked.

    Raises:
        NotMySqlError: something else answers.
        OSError: the connection broke.
    """
    number, greeting = _packet(connection)
    if greeting[:1] == b"\xff":
        return _error(greeting)
    salt, way = _greeted(greeting)
    answer = _scramble(way, password, salt)
    if answer is None:
        # The server learns which way is known here, and takes it or another.
        way, answer = _NATIVE, b""
    head = struct.pack("<IIB23x", _ABILITIES, _LARGEST_PACKET, _UTF8MB4)
    body = user.encode() + b"\0" + bytes([len(answer)]) + answer + database.encode() + b"\0" + way.encode() + b"\0"
    _send(connection, number + 1, head + body)
    while True:
        number, said = _packet(connection)
        kind, rest = said[0], said[1:]
        if kind == _ERROR:
            return _error(said)
        if kind == _OTHER_WAY:
            way_asked, _, salt_asked = rest.partition(b"\0")
            other = _scramble(way_asked.decode("ascii", "replace"), password, salt_asked[:_SALT_BYTES])
            if other is None:
                return ""
            _send(connection, number + 1, other)
        elif kind != _MORE or rest != _KNOWN_ALREADY:
            return ""


def _greeted(greeting: bytes) -> tuple[bytes, str]:
    """The salt and the server's way to log in, of its first packet (HandshakeV10)."""
    if greeting[:1] != b"\x0a":
        raise NotMySqlError(repr(greeting[:40]))
    _, _, rest = greeting[1:].partition(b"\0")
    # Thread 4, salt 8, filler 1, abilities 2, character set 1, status 2, abilities 2, length of the salt 1, reserved 10.
    if len(rest) < 31 + _SALT_BYTES - 8:
        raise NotMySqlError(repr(greeting[:40]))
    length = max(13, rest[20] - 8)
    salt = rest[4:12] + rest[31 : 31 + length]
    way = rest[31 + length :].partition(b"\0")[0].decode("ascii", "replace")
    return salt[:_SALT_BYTES], way or _NATIVE


def _scramble(way: str, password: str, salt: bytes) -> bytes | None:
    """The password as that way sends it; None where the way is not known here."""
    secret = password.encode()
    if way not in (_NATIVE, _CACHING_SHA2):
        return None
    if not secret:
        return b""
    if way == _NATIVE:
        once = hashlib.sha1(secret, usedforsecurity=False).digest()
        mask = hashlib.sha1(salt + hashlib.sha1(once, usedforsecurity=False).digest(), usedforsecurity=False).digest()
    else:
        once = hashlib.sha256(secret).digest()
        mask = hashlib.sha256(hashlib.sha256(once).digest() + salt).digest()
    return bytes(one ^ other for one, other in zip(once, mask, strict=True))


def _error(packet: bytes) -> str:
    """The text of an error packet, with its number: after the log-in began, a state of six characters comes first."""
    (code,) = struct.unpack("<H", packet[1:3])
    text = packet[3:].decode("utf-8", "replace")
    return f"{text[6:] if text.startswith('#') else text} (error {code})"


def _packet(connection: socket.socket) -> tuple[int, bytes]:
    head = _read(connection, 4)
    found = _read(connection, int.from_bytes(head[:3], "little"))
    if not found:
        raise NotMySqlError("an empty packet")
    return head[3], found


def _read(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = connection.recv(min(65536, size - len(found)))
        if not part:
            raise ConnectionResetError("the server closed the connection")
        found += part
    return found


def _send(connection: socket.socket, number: int, body: bytes) -> None:
    connection.sendall(len(body).to_bytes(3, "little") + bytes([number & 0xFF]) + body)
