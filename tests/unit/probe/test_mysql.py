"""A log-in to MySQL as FATE Flow does it, with servers of this test's own that speak its protocol."""

import hashlib
import socket
import struct
from collections.abc import Callable

import pytest

from fedfleet.probe import Answer, Question, ask

SALT = bytes(range(1, 21))
PASSWORD = 'it\'s "secret"'
ACCESS_DENIED = struct.pack("<BH", 0xFF, 1045) + b"#28000Access denied for user 'fate'"
HOST_BLOCKED = struct.pack("<BH", 0xFF, 1129) + b"Host is blocked"
OK = b"\0\0\0\2\0\0\0"
Script = Callable[[socket.socket], None]


def packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def received(connection: socket.socket) -> bytes:
    head = connection.recv(4, socket.MSG_WAITALL)
    return connection.recv(int.from_bytes(head[:3], "little"), socket.MSG_WAITALL)


def greeting(way: str) -> bytes:
    """HandshakeV10."""
    head = b"\x0a10.11.6-MariaDB\0" + struct.pack("<I", 7) + SALT[:8] + b"\0" + struct.pack("<HBHHB10x", 0xF7FE, 45, 2, 0x81BF, 21)
    return packet(0, head + SALT[8:] + b"\0" + way.encode() + b"\0")


def native(password: str) -> bytes:
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    mask = hashlib.sha1(SALT + hashlib.sha1(once, usedforsecurity=False).digest(), usedforsecurity=False).digest()
    return bytes(one ^ other for one, other in zip(once, mask, strict=True))


def sha2(password: str) -> bytes:
    once = hashlib.sha256(password.encode()).digest()
    mask = hashlib.sha256(hashlib.sha256(once).digest() + SALT).digest()
    return bytes(one ^ other for one, other in zip(once, mask, strict=True))


def of_native(connection: socket.socket) -> None:
    connection.sendall(greeting("mysql_native_password"))
    good = native(PASSWORD) in received(connection)
    connection.sendall(packet(2, OK if good else ACCESS_DENIED))


def of_sha2(connection: socket.socket) -> None:
    connection.sendall(greeting("caching_sha2_password"))
    good = sha2(PASSWORD) in received(connection)
    # The password is cached, or the server wants all of it.
    connection.sendall(packet(2, b"\x01\x03") + packet(3, OK) if good else packet(2, b"\x01\x04"))


def of_another_way(connection: socket.socket) -> None:
    connection.sendall(greeting("client_ed25519"))
    received(connection)
    connection.sendall(packet(2, b"\xfemysql_native_password\0" + SALT + b"\0"))
    connection.sendall(packet(4, OK if received(connection) == native(PASSWORD) else ACCESS_DENIED))


def of_no_known_way(connection: socket.socket) -> None:
    connection.sendall(greeting("auth_gssapi_client"))
    received(connection)
    connection.sendall(packet(2, b"\xfeauth_gssapi_client\0" + SALT))


def blocked(connection: socket.socket) -> None:
    connection.sendall(packet(0, HOST_BLOCKED))


def of_http(connection: socket.socket) -> None:
    connection.sendall(packet(0, b"HTTP/1.1 400 Bad Request"))


def cut_short(connection: socket.socket) -> None:
    connection.sendall(greeting("mysql_native_password")[:20])


def asked(port: int, password: str = PASSWORD) -> Answer:
    return ask(Question("mysql", "127.0.0.1", port, user="fate", password=password, database="flow"))


@pytest.mark.parametrize("script", [of_native, of_sha2, of_another_way])
def test_the_right_password_is_let_in_by_each_way(serve_once: Callable[[Script], int], script: Script) -> None:
    answer = asked(serve_once(script))
    assert (answer.ok, answer.fault) == (True, "")


@pytest.mark.parametrize("script", [of_native, of_another_way])
def test_a_refusal_is_told_in_the_server_s_words(serve_once: Callable[[Script], int], script: Script) -> None:
    answer = asked(serve_once(script), "something else")
    assert not answer.ok
    assert "refuses user fate: Access denied for user 'fate' (error 1045)" in answer.detail


@pytest.mark.parametrize(("script", "password"), [(of_sha2, "something else"), (of_no_known_way, PASSWORD)])
def test_a_server_that_asks_for_more_than_clear_text_may_carry_refused_nobody(
    serve_once: Callable[[Script], int], script: Script, password: str
) -> None:
    assert asked(serve_once(script), password).ok


def test_an_address_that_is_shut_out_is_told(serve_once: Callable[[Script], int]) -> None:
    assert "Host is blocked (error 1129)" in asked(serve_once(blocked)).detail


def test_what_speaks_something_else_is_no_mysql(serve_once: Callable[[Script], int]) -> None:
    assert "is no MySQL" in asked(serve_once(of_http)).detail


def test_a_connection_that_ends_is_told(serve_once: Callable[[Script], int]) -> None:
    assert asked(serve_once(cut_short)).fault == "closed"


def test_the_password_is_in_no_words_of_a_question() -> None:
    assert PASSWORD not in repr(Question("mysql", "db", 3306, user="fate", password=PASSWORD))
