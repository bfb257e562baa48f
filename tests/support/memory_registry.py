"""A registry in memory that stumbles when it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from fedfleet.images.archive import digest_of


class MemoryRegistry(ThreadingHTTPServer):
    """Repositories with their blobs and manifests, and every request that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.blobs: dict[str, dict[str, bytes]] = {}
        self.manifests: dict[tuple[str, str], bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.mounts = True
        # Method to what becomes of the next requests: a status, or 0 for a connection that breaks while it is read.
        self.troubles: dict[str, list[int]] = {}
        # Where uploads wait for each other, if they shall.
        self.meeting: threading.Barrier | None = None
        self.busy = 0
        self.busiest = 0
        self.lock = threading.Lock()

    def sent(self) -> int:
        """How many uploads were finished."""
        return sum(method == "PUT" and "/uploads/" in path for method, path in self.requests)


class _Handler(BaseHTTPRequestHandler):
    server: MemoryRegistry
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _handle(self) -> None:
        path = urlsplit(self.path)
        with self.server.lock:
            self.server.requests.append((self.command, path.path))
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
            waiting = self.server.troubles.get(self.command, [])
            trouble = waiting.pop(0) if waiting and path.path != "/v2/" else None
        try:
            if trouble == 0:
                self.rfile.read(min(10, int(self.headers.get("content-length", "0"))))
                self.close_connection = True
                self.connection.close()
                return
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            if trouble:
                self._answer(trouble)
            else:
                self._serve(path.path.removeprefix("/v2/"), parse_qs(path.query), body)
        finally:
            with self.server.lock:
                self.server.busy -= 1

    def _serve(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
        repository, _, what = path.rpartition("/manifests/" if "/manifests/" in path else "/blobs/")
        if not path:
            self._answer(200)
            return
        here = self.server.blobs.setdefault(repository, {})
        if "/manifests/" in path and self.command == "PUT":
            self.server.manifests[(repository, what)] = body
            self._answer(201)
        elif "/manifests/" in path:
            found = self.server.manifests.get((repository, what))
            self._answer(200, found, docker_content_digest=digest_of(found)) if found is not None else self._answer(404)
        elif self.command == "POST":
            self._begin(repository, query)
        elif self.command == "PUT":
            if self.server.meeting is not None:
                self.server.meeting.wait()
            (wanted,) = query["digest"]
            if digest_of(body) == wanted:
                here[wanted] = body
            self._answer(201 if digest_of(body) == wanted else 400)
        else:
            self._answer(200 if what in here else 404)

    def _begin(self, repository: str, query: dict[str, list[str]]) -> None:
        other, wanted = query.get("from", [""])[0], query.get("mount", [""])[0]
        content = self.server.blobs.get(other, {}).get(wanted)
        if self.server.mounts and content is not None:
            self.server.blobs[repository][wanted] = content
            self._answer(201)
        else:
            self._answer(202, location=f"/v2/{repository}/blobs/uploads/1?state=s")

    do_GET = do_HEAD = do_POST = do_PUT = _handle  # noqa: N815  names that the base class asks for

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


@contextmanager
def memory_registry() -> Iterator[MemoryRegistry]:
    """Run one on this machine."""
    with MemoryRegistry() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
