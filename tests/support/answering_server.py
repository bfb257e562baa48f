"""An HTTPS server on loopback that answers as it is told and keeps what it was asked: for what a client does, not for what vCenter does."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TOKEN = "a-session"


@dataclass(frozen=True)
class Asked:
    """One request as it came in; ``path`` with its query."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Says:
    """One answer; ``hang_up`` ends the conversation without any."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


class Told:
    """What the server answers, by method and path with query; a list is used up from its beginning, its last answer stays."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], list[Says]] = {
            ("POST", "/api/session"): [Says(201, TOKEN)],
            ("DELETE", "/api/session"): [Says(204)],
        }
        self.asked: list[Asked] = []
        self.port = 0

    def say(self, method: str, path: str, *answers: Says) -> None:
        """Answer these, in their order."""
        self.answers[(method, path)] = list(answers)

    def requests(self, *, session: bool = False) -> list[Asked]:
        """What was asked; without logging in and out unless wanted."""
        return [one for one in self.asked if session or not one.path.endswith("/session")]

    def answer(self, asked: Asked) -> Says:
        """The next answer to a request; 404 as vCenter says it where none was told."""
        self.asked.append(asked)
        known = self.answers.get((asked.method, asked.path))
        if not known:
            return Says(404, {"error_type": "NOT_FOUND", "messages": []})
        return known.pop(0) if len(known) > 1 else known[0]


@contextmanager
def serving(folder: Path) -> Iterator[Told]:
    """A server at 127.0.0.1, whose CA is ``folder/ca.pem``."""
    told = Told()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length)
            asked = Asked(self.command, self.path, json.loads(sent) if sent else None, dict(self.headers))
            says = told.answer(asked)
            if says.hang_up:
                self.close_connection = True
                return
            content = b"" if says.body is None else json.dumps(says.body).encode()
            self.send_response(says.status)
            for name, value in says.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certify(folder)
    context.load_cert_chain(folder / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certify(folder: Path) -> None:
    """Write ``ca.pem``, the CA, and ``server.pem``, certificate and key of 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("authority", authority_key, authority_key, "authority", ca=True)
    server = _certificate("127.0.0.1", key, authority_key, "authority", ca=False)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.public_bytes(pem))
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(server.public_bytes(pem) + plain)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, issuer: str, *, ca: bool
) -> x509.Certificate:
    now = datetime.now(UTC)

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )
