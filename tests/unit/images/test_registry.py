"""The registry is asked, with credentials where it wants some, whether it has an image before anything is sent."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fedfleet.images.errors import RegistryError
from fedfleet.images.registry import Registry
from fedfleet.images.transport import Patience

CONFIGURATION = json.dumps({"config": {"Labels": {"dev.fedfleet.key": "a-key"}}}).encode()
DIGEST = f"sha256:{hashlib.sha256(CONFIGURATION).hexdigest()}"
MANIFEST = json.dumps({"schemaVersion": 2, "config": {"digest": DIGEST}}).encode()
MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"
USER = base64.b64encode(b"ops:secret").decode()


class Manifests(ThreadingHTTPServer):
    """The manifests part of a registry, in memory; `guard` is how it asks for credentials."""

    daemon_threads = True

    def __init__(self, guard: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.guard = guard
        self.answers: dict[str, bytes] = {}
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
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.startswith("/token"):
            body = json.dumps({"token": "a-token"}).encode()
            self.answer(200 if self.headers.get("authorization") == f"Basic {USER}" else 401, body)
        elif self.allowed():
            found = self.server.answers.get(self.path)
            self.answer(200, found) if found is not None else self.answer(404)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


@contextmanager
def running(guard: str) -> Iterator[Manifests]:
    with Manifests(guard) as server:
        server.answers["/v2/"] = b"{}"
        server.answers["/v2/fedfleet/tool/manifests/1.2"] = MANIFEST
        server.answers[f"/v2/fedfleet/tool/blobs/{DIGEST}"] = CONFIGURATION
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(params=["", "basic", "bearer"])
def server(request: pytest.FixtureRequest) -> Iterator[Manifests]:
    with running(request.param) as started:
        yield started


@pytest.fixture
def open_server() -> Iterator[Manifests]:
    with running("") as started:
        yield started


@pytest.fixture(params=["basic", "bearer"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Manifests]:
    with running(request.param) as started:
        yield started


def to(server: Manifests, tmp_path: Path, user: str = USER, path: str = "") -> Registry:
    authfile = tmp_path / "config.json"
    authfile.write_text(json.dumps({"auths": {server.address: {"auth": user}}}))
    return Registry(f"{server.address}{path}", plain_http=True, authfile=authfile)


@pytest.fixture
def registry(server: Manifests, tmp_path: Path) -> Registry:
    return to(server, tmp_path)


def test_an_image_that_is_there_shows_its_label(registry: Registry) -> None:
    with registry.connect() as connection:
        assert connection.label("fedfleet/tool", "1.2", "dev.fedfleet.key") == "a-key"


def test_a_label_that_is_not_there_is_none(registry: Registry) -> None:
    with registry.connect() as connection:
        assert connection.label("fedfleet/tool", "1.2", "another") is None


def test_an_image_that_is_not_there_has_no_label(registry: Registry) -> None:
    with registry.connect() as connection:
        assert connection.label("fedfleet/tool", "9.9", "dev.fedfleet.key") is None


def test_an_index_over_architectures_has_no_label(server: Manifests, registry: Registry) -> None:
    server.answers["/v2/fedfleet/tool/manifests/1.3"] = b'{"schemaVersion": 2, "manifests": []}'
    with registry.connect() as connection:
        assert connection.label("fedfleet/tool", "1.3", "dev.fedfleet.key") is None


def test_a_path_in_the_registrys_address_comes_first(server: Manifests, tmp_path: Path) -> None:
    server.answers["/v2/mirror/fedfleet/tool/manifests/1.2"] = MANIFEST
    server.answers[f"/v2/mirror/fedfleet/tool/blobs/{DIGEST}"] = CONFIGURATION
    with to(server, tmp_path, path="/mirror").connect() as connection:
        assert connection.label("fedfleet/tool", "1.2", "dev.fedfleet.key") == "a-key"


def test_an_answer_that_is_not_json_is_an_error(server: Manifests, registry: Registry) -> None:
    server.answers["/v2/fedfleet/tool/manifests/1.4"] = b"<html>"
    with registry.connect() as connection, pytest.raises(RegistryError, match="else than JSON"):
        connection.label("fedfleet/tool", "1.4", "dev.fedfleet.key")


def test_what_answers_but_is_no_registry_is_not_taken_for_an_empty_one(open_server: Manifests, tmp_path: Path) -> None:
    del open_server.answers["/v2/"]
    with pytest.raises(RegistryError, match="is no registry"), to(open_server, tmp_path).connect():
        pass


def test_a_registry_that_is_not_there_is_named() -> None:
    impatient = Registry("127.0.0.1:1", plain_http=True, patience=Patience(attempts=2, first=0.001))
    with pytest.raises(RegistryError, match=r"127\.0\.0\.1:1 does not answer"), impatient.connect():
        pass


def test_wrong_credentials_are_said_to_be_the_problem(guarded: Manifests, tmp_path: Path) -> None:
    wrong = to(guarded, tmp_path, user=base64.b64encode(b"ops:wrong").decode())
    with wrong.connect() as connection, pytest.raises(RegistryError, match="credentials"):
        connection.label("fedfleet/tool", "1.2", "dev.fedfleet.key")


def test_a_broken_file_of_credentials_is_named(guarded: Manifests, tmp_path: Path) -> None:
    registry = to(guarded, tmp_path)
    (tmp_path / "config.json").write_text("{")
    with registry.connect() as connection, pytest.raises(RegistryError, match=r"config\.json"):
        connection.label("fedfleet/tool", "1.2", "dev.fedfleet.key")
