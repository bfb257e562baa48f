"""Questions to a network, and their answers. Needs nothing but Python's standard library.

This file is also sent into pods, where nothing of FedFleet is installed (``fedfleet.probe.pods``); it must not import anything of ours but
what is sent with it.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import http.client
import json
import os
import socket
import ssl
import struct
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace

from fedfleet.probe.mysql import NotMySqlError, refusal

# The kinds of things that go wrong. ``alert``: the peer ended TLS with an alert. ``not-tls``: something that is no TLS answered.
FAULTS = ("name", "refused", "no-route", "timeout", "closed", "alert", "not-tls", "untrusted", "wrong-key", "answer", "other")
_DNS_CODES = {1: "format error", 2: "server failure", 3: "no such name", 4: "not implemented", 5: "refused"}
_MOST_AT_ONCE = 16
_NO_ROUTE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH})


@dataclass(frozen=True)
class Question:
    """One thing to find out.

    Attributes:
        kind: ``dns``, ``nameserver``, ``tcp``, ``tls``, ``http``, ``https`` or ``mysql``.
        host: the name or address to resolve or connect to.
        port: where to connect to.
        server_name: the TLS server name to send and to find in the certificate, the host without; of a ``nameserver`` the name to ask it for.
        trust: certificates (PEM) that may vouch for the peer; empty to take any.
        pin: SHA-256 (hexadecimal) of the public key the peer must have; empty to take any.
        certificate, key: our own certificate and key (PEM), for peers that ask for them.
        method, path, headers, body: the request; ``status`` is the answer it must have, 0 for any.
        user, password, database: who logs in to a ``mysql``, and to what.
        largest: bytes of the answer that are read.
        timeout: seconds for everything together.
    """

    kind: str
    host: str
    port: int = 0
    server_name: str = ""
    trust: str = ""
    pin: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)
    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    status: int = 200
    user: str = ""
    password: str = field(default="", repr=False)
    database: str = ""
    largest: int = 64 * 1024
    timeout: float = 5.0


@dataclass(frozen=True)
class Answer:
    """What was found out.

    Attributes:
        ok: whether everything was as asked.
        seconds: how long it took.
        fault: what kind of thing went wrong, one of the words of ``FAULTS``; empty when ok.
        detail: what was found, or what went wrong, in words.
        peer: the peer's certificate (DER in base64), as far as it came.
        key_id: SHA-256 (hexadecimal) of the peer's public key.
        status, body: of an HTTP answer.
        addresses: what a name resolved to.
    """

    ok: bool
    seconds: float
    detail: str
    fault: str = ""
    peer: str = ""
    key_id: str = ""
    status: int = 0
    body: str = ""
    addresses: tuple[str, ...] = ()


def ask(question: Question) -> Answer:
    """The answer to one question; whatever goes wrong is part of it."""
    start = time.monotonic()
    kinds = {"dns": _dns, "nameserver": _name_server, "tcp": _tcp, "tls": _tls, "http": _http, "https": _http, "mysql": _mysql}
    try:
        answer = kinds[question.kind](question)
    except KeyError:
        answer = Answer(False, 0, f"there is no question of the kind {question.kind!r}", "other")
    except (OSError, http.client.HTTPException) as error:
        answer = Answer(False, 0, _words(error, question), _fault(error))
    return replace(answer, seconds=round(time.monotonic() - start, 3))


def ask_all(questions: Sequence[Question]) -> list[Answer]:
    """The answers to several questions, asked at the same time."""
    if not questions:
        return []
    with ThreadPoolExecutor(max_workers=min(_MOST_AT_ONCE, len(questions))) as pool:
        return list(pool.map(ask, questions))


def answers_as_text(questions_as_text: str) -> str:
    """Questions in JSON to answers in JSON."""
    questions = []
    for given in json.loads(questions_as_text):
        given["headers"] = tuple((name, value) for name, value in given.get("headers", ()))
        questions.append(Question(**given))
    return json.dumps([asdict(answer) for answer in ask_all(questions)])


def public_key_id(certificate: bytes) -> str:
    """SHA-256 (hexadecimal) of the public key (SubjectPublicKeyInfo) in a DER certificate (RFC 5280, 4.1)."""
    _, start, _ = _element(certificate, 0)
    _, at, _ = _element(certificate, start)
    tag, _, end = _element(certificate, at)
    # [0] version is optional; then serial number, algorithm, issuer, validity and subject stand before the key.
    skipped = 6 if tag == 0xA0 else 5
    for _ in range(skipped - 1):
        at = end
        _, _, end = _element(certificate, at)
    at = end
    _, _, end = _element(certificate, at)
    return hashlib.sha256(certificate[at:end]).hexdigest()


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """The DER element at ``at``: its tag, where its content starts, and where it ends."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    return tag, start, start + length


def _dns(question: Question) -> Answer:
    # getaddrinfo knows no timeout; a thread of its own can be left behind.
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        found = pool.submit(socket.getaddrinfo, question.host, question.port or None, type=socket.SOCK_STREAM)
        entries = found.result(timeout=question.timeout)
    finally:
        pool.shutdown(wait=False)
    addresses = tuple(sorted({str(entry[4][0]) for entry in entries}))
    return Answer(True, 0, f"{question.host} is {', '.join(addresses)}", addresses=addresses)


def _name_server(question: Question) -> Answer:
    """Ask that very server for an address record, over TCP (RFC 1035, 4.1 and 4.2.2)."""
    name = question.server_name.rstrip(".")
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    number = int.from_bytes(os.urandom(2), "big")
    # Recursion desired, one question; type A, class IN.
    asked = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)
    with socket.create_connection((question.host, question.port), question.timeout) as connection:
        connection.sendall(struct.pack(">H", len(asked)) + asked)
        with connection.makefile("rb") as answers:
            header = answers.read(14)
    if len(header) < 14:
        return Answer(False, 0, f"{question.host}:{question.port} closed the connection instead of answering for {name}", "closed")
    _, found, flags, _, records = struct.unpack(">5H", header[:10])
    code = flags & 0xF
    if found != number or not flags & 0x8000:
        return Answer(False, 0, f"what answers at {question.host}:{question.port} is no name server", "answer")
    if code or not records:
        reason = _DNS_CODES.get(code, f"code {code}") if code else "no record"
        return Answer(False, 0, f"the name server has no address for {name}: {reason}", "name")
    return Answer(True, 0, f"the name server answered for {name}")


def _tcp(question: Question) -> Answer:
    with socket.create_connection((question.host, question.port), question.timeout):
        return Answer(True, 0, f"{question.host}:{question.port} accepts connections")


def _mysql(question: Question) -> Answer:
    place = f"{question.host}:{question.port}"
    with socket.create_connection((question.host, question.port), question.timeout) as connection:
        try:
            refused = refusal(connection, question.user, question.password, question.database)
        except NotMySqlError as error:
            return Answer(False, 0, f"what answers at {place} is no MySQL: {error}", "answer")
    if refused:
        return Answer(False, 0, f"{place} refuses user {question.user}: {refused}", "answer")
    return Answer(True, 0, f"{place} lets user {question.user} in")


def _tls(question: Question) -> Answer:
    deadline = time.monotonic() + question.timeout
    try:
        with _connected(question, deadline, verify=bool(question.trust)) as peer:
            return _judged(question, peer)
    except ssl.SSLCertVerificationError as error:
        # A second handshake without verification, to say who answered.
        with contextlib.suppress(OSError), _connected(question, deadline, verify=False) as peer:
            facts = _judged(replace(question, pin=""), peer)
            return replace(facts, ok=False, detail=_words(error, question), fault="untrusted")
        raise


def _judged(question: Question, peer: ssl.SSLSocket) -> Answer:
    certificate = peer.getpeercert(binary_form=True) or b""
    key = public_key_id(certificate) if certificate else ""
    shown = base64.b64encode(certificate).decode("ascii")
    name = question.server_name or question.host
    if question.pin and key != question.pin:
        return Answer(False, 0, f"another key than expected answered for {name}", "wrong-key", peer=shown, key_id=key)
    return Answer(True, 0, f"{name} answered with {peer.version()}", peer=shown, key_id=key)


def _http(question: Question) -> Answer:
    deadline = time.monotonic() + question.timeout
    answer = Answer(True, 0, "")
    if question.kind == "https":
        with _connected(question, deadline, verify=bool(question.trust)) as peer:
            answer = _judged(question, peer)
            return _requested(question, peer, answer) if answer.ok else answer
    with socket.create_connection((question.host, question.port), question.timeout) as plain:
        return _requested(question, plain, answer)


def _requested(question: Question, connection: socket.socket, answer: Answer) -> Answer:
    conversation = http.client.HTTPConnection(question.host, question.port)
    conversation.sock = connection
    headers = {"Host": question.server_name or question.host, "Connection": "close", **dict(question.headers)}
    conversation.request(question.method, question.path, body=question.body.encode() or None, headers=headers)
    response = conversation.getresponse()
    body = response.read(question.largest).decode("utf-8", "replace")
    good = question.status in (0, response.status)
    detail = f"{question.method} {question.path} gave {response.status}" + (
        "" if good else f", expected {question.status}: {' '.join(body.split())[:200]}"
    )
    return replace(answer, ok=good, detail=detail, fault="" if good else "answer", status=response.status, body=body)


@contextlib.contextmanager
def _connected(question: Question, deadline: float, *, verify: bool) -> Iterator[ssl.SSLSocket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if verify:
        context.load_verify_locations(cadata=question.trust)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if question.certificate:
        with _file(question.certificate + question.key) as path:
            context.load_cert_chain(path)
    left = max(0.1, deadline - time.monotonic())
    plain = socket.create_connection((question.host, question.port), left)
    plain.settimeout(max(0.1, deadline - time.monotonic()))
    with plain, context.wrap_socket(plain, server_hostname=question.server_name or question.host) as peer:
        yield peer


@contextlib.contextmanager
def _file(text: str) -> Iterator[str]:
    """A path under which ``text`` can be read, and which is gone afterwards; OpenSSL takes keys from files only."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("probe")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
        return
    with tempfile.NamedTemporaryFile("w", encoding="ascii") as named:
        named.write(text)
        named.flush()
        yield named.name


def _fault(error: Exception) -> str:
    """The kind of an error, one of ``FAULTS``."""
    kinds = (
        (socket.gaierror, "name"),
        (ConnectionRefusedError, "refused"),
        (TimeoutError, "timeout"),
        (ssl.SSLCertVerificationError, "untrusted"),
        ((ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError), "closed"),
        (http.client.HTTPException, "answer"),
    )
    for kind, word in kinds:
        if isinstance(error, kind):
            return word
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return "no-route"
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        # OpenSSL names alerts by the version that brought them; what is no TLS at all has a "wrong version number".
        return "alert" if "_ALERT_" in reason else "not-tls" if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST") else "other"
    return "other"


def _words(error: Exception, question: Question) -> str:
    """An error as a sentence a tired engineer can act on."""
    place = f"{question.host}:{question.port}" if question.port else question.host
    if isinstance(error, socket.gaierror):
        return f"{question.host} does not resolve: {error.strerror}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate at {place} is not trusted: {error.verify_message}"
    if isinstance(error, ConnectionRefusedError):
        return f"{place} refuses connections: nothing listens there"
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return f"nothing leads to {place}: {(error.strerror or '').lower()}"
    if isinstance(error, TimeoutError):
        return f"{place} did not answer within {question.timeout:g} s"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError)):
        return f"{place} closed the connection"
    if isinstance(error, ssl.SSLError):
        return f"TLS with {place} failed: {(error.reason or str(error)).lower().replace('_', ' ')}"
    return f"{place}: {error}"
