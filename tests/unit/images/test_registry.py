"""The registry is asked before anything is sent, and a second name for an image moves no layer."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fedfleet.images.errors import RegistryError
from fedfleet.images.registry import Registry

MANIFEST = b'{"schemaVersion": 2}'
MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"
USER = base64.b64encode(b"ops:secret").decode()


class Manifests(ThreadingHTTPServer):
    """The manifests part of a registry, in memory; `guard` is how it asks for credentials."""

    daemon_threads = True

    def __init__(self, guard: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.guard = guard
        self.tags: dict[str, bytes] = {}
        self.address = f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Manifests

    def allowed(self) -> bool:
        sent = self.headers.get("authorization")
        wanted = {"basic": f"Basic {USER}", "bearer": "Bearer a-token"}.get(self.server.guard)
        if wanted is None or sent == wanted:
            return True
        realm = f'Bearer realm="http://{self.server.address}/token",service="images"'
        self.send_response(401)
        self.send_header("www-authenticate", realm if self.server.guard == "bearer" else 'Basic realm="images"')
        self.send_header("content-length", "0")
        self.end_headers()
        return False

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-type", MEDIA_TYPE)
        self.send_header("docker-content-digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.startswith("/token"):
            body = json.dumps({"token": "a-token"}).encode()
            self.answer(200 if self.headers.get("authorization") == f"Basic {USER}" else 401, body)
        elif self.allowed():
            found = self.server.tags.get(self.path)
            self.answer(200, found) if found is not None else self.answer(404)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.allowed():
            assert self.headers["content-type"] == MEDIA_TYPE
            self.server.tags[self.path] = body
            self.answer(201)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


@pytest.fixture(params=["", "basic", "bearer"])
def server(request: pytest.FixtureRequest) -> Iterator[Manifests]:
    with Manifests(request.param) as running:
        running.tags["/v2/fedfleet/tool/manifests/1.2-key"] = MANIFEST
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def registry(server: Manifests, tmp_path: Path) -> Registry:
    authfile = tmp_path / "config.json"
    authfile.write_text(json.dumps({"auths": {server.address: {"auth": USER}}}))
    return Registry(server.address, plain_http=True, authfile=authfile)


def test_a_tag_that_is_there_has_a_digest(registry: Registry) -> None:
    with registry.connect() as connection:
        assert connection.digest("fedfleet/tool", "1.2-key") == f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"


def test_a_tag_that_is_not_there_has_none(registry: Registry) -> None:
    with registry.connect() as connection:
        assert connection.digest("fedfleet/tool", "9.9") is None


def test_a_second_name_leads_to_the_same_manifest(registry: Registry, server: Manifests) -> None:
    with registry.connect() as connection:
        connection.retag("fedfleet/tool", "1.2-key", "1.2")
    assert server.tags["/v2/fedfleet/tool/manifests/1.2"] == MANIFEST


def test_a_path_in_the_registrys_address_comes_first(server: Manifests, registry: Registry) -> None:
    server.tags["/v2/mirror/fedfleet/tool/manifests/1.2"] = MANIFEST
    below = Registry(f"{server.address}/mirror", plain_http=True, authfile=registry.authfile)
    with below.connect() as connection:
        assert connection.digest("fedfleet/tool", "1.2") is not None


def test_wrong_credentials_are_said_to_be_the_problem(server: Manifests, tmp_path: Path) -> None:
    authfile = tmp_path / "wrong.json"
    authfile.write_text(json.dumps({"auths": {server.address: {"auth": base64.b64encode(b"ops:wrong").decode()}}}))
    with Registry(server.address, plain_http=True, authfile=authfile).connect() as connection:
        if not server.guard:
            assert connection.digest("fedfleet/tool", "1.2-key") is not None
            return
        with pytest.raises(RegistryError, match="credentials"):
            connection.digest("fedfleet/tool", "1.2-key")


def test_a_broken_file_of_credentials_is_named(server: Manifests, tmp_path: Path) -> None:
    authfile = tmp_path / "broken.json"
    authfile.write_text("{")
    if not server.guard:
        return
    with (
        Registry(server.address, plain_http=True, authfile=authfile).connect() as connection,
        pytest.raises(RegistryError, match=r"broken\.json"),
    ):
        connection.digest("fedfleet/tool", "1.2-key")


def test_a_registry_that_is_not_there_is_named() -> None:
    with (
        Registry("127.0.0.1:1", plain_http=True).connect() as connection,
        pytest.raises(RegistryError, match=r"127\.0\.0\.1:1 does not answer"),
    ):
        connection.digest("fedfleet/tool", "1.2")
