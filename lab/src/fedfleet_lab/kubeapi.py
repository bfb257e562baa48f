"""The few requests to API servers that the lab's own controllers make, objects as the plain JSON they travel as."""

from __future__ import annotations

import base64
import json
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = dict[str, Any]
"""An API object as JSON."""

# The API server ends every watch after this many seconds, so that a dead connection is noticed.
_WATCH_SECONDS = 240
_REQUEST_SECONDS = 30.0


@dataclass(frozen=True)
class Kind:
    """A kind of object and where its API lives, such as `/apis/storage.k8s.io/v1` and `storageclasses`."""

    name: str
    api: str
    plural: str
    namespaced: bool = False

    @property
    def api_version(self) -> str:
        """The kind's `apiVersion`."""
        return self.api.removeprefix("/apis/").removeprefix("/api/")

    def path(self, namespace: str = "", name: str = "") -> str:
        """Returns the path of all objects, of a namespace's, or of one."""
        scope = f"/namespaces/{namespace}" if namespace else ""
        return f"{self.api}{scope}/{self.plural}" + (f"/{name}" if name else "")

    def path_of(self, item: Object) -> str:
        """Returns the path of an object at hand."""
        return self.path(item["metadata"].get("namespace", ""), item["metadata"]["name"])


class ApiError(LabError):
    """The API server refused a request, or did not answer."""

    def __init__(self, summary: str, *, status: int = 0, found: str = "", where: str = "") -> None:
        super().__init__(summary, found=found, where=where)
        self.status = status


class KubeApi:
    """One cluster with the rights of one kubeconfig."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @classmethod
    def of(cls, kubeconfig: Path) -> KubeApi:
        """Returns the API of a kubeconfig's current context."""
        server, tls = _access(kubeconfig)
        # The lab's API server is on the machine's own bridge: a proxy from the environment must not get in between.
        return cls(httpx.Client(base_url=server, verify=tls, timeout=_REQUEST_SECONDS, trust_env=False))

    def get(self, path: str) -> Object | None:
        """Returns an object, or None where there is none.

        Raises:
            ApiError: the request was refused.
        """
        try:
            return self._ask("GET", path)
        except ApiError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def list(self, kind: Kind) -> tuple[list[Object], str]:
        """Returns all objects of a kind and the resource version to watch from.

        Raises:
            ApiError: the request was refused.
        """
        answer = self._ask("GET", kind.path())
        # Within a list the API leaves out what all of it has in common; a watch does not.
        items = [{"apiVersion": kind.api_version, "kind": kind.name} | item for item in answer["items"] or []]
        return items, answer["metadata"]["resourceVersion"]

    def watch(self, kind: Kind, resource_version: str) -> Iterator[tuple[str, Object]]:
        """Yields (`ADDED` | `MODIFIED` | `DELETED` | `ERROR`, object) until the API server ends the watch.

        Raises:
            ApiError: the request was refused, or the connection broke.
        """
        query: dict[str, str | int] = {
            "watch": 1,
            "resourceVersion": resource_version,
            "timeoutSeconds": _WATCH_SECONDS,
            "allowWatchBookmarks": "true",
        }
        limit = httpx.Timeout(_REQUEST_SECONDS, read=_WATCH_SECONDS + _REQUEST_SECONDS)
        try:
            with self._client.stream("GET", kind.path(), params=query, timeout=limit) as answer:
                if answer.is_error:
                    answer.read()
                    raise _refusal(answer)
                for line in answer.iter_lines():
                    event = json.loads(line)
                    yield event["type"], event["object"]
        except httpx.HTTPError as error:
            raise ApiError("The watch broke off", found=str(error), where=kind.path()) from error

    def create(self, kind: Kind, item: Object) -> bool:
        """Creates an object; returns False where one of that name exists already.

        Raises:
            ApiError: the request was refused for another reason.
        """
        try:
            self._ask("POST", kind.path(item["metadata"].get("namespace", "")), item)
        except ApiError as error:
            if error.status == httpx.codes.CONFLICT:
                return False
            raise
        return True

    def patch(self, path: str, change: Object) -> None:
        """Merges `change` into an object (RFC 7386); a `metadata.resourceVersion` in it guards against lost updates.

        Raises:
            ApiError: the request was refused.
        """
        self._ask("PATCH", path, change, "application/merge-patch+json")

    def delete(self, path: str) -> None:
        """Deletes an object; harmless where it is gone.

        Raises:
            ApiError: the request was refused.
        """
        try:
            self._ask("DELETE", path)
        except ApiError as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise

    def _ask(self, method: str, path: str, body: Object | None = None, content_type: str = "application/json") -> Object:
        headers = {"Content-Type": content_type} if body is not None else {}
        content = json.dumps(body).encode() if body is not None else None
        try:
            answer = self._client.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise ApiError("The API server does not answer", found=str(error), where=f"{method} {path}") from error
        if answer.is_error:
            raise _refusal(answer)
        parsed: Object = answer.json()
        return parsed


def _refusal(answer: httpx.Response) -> ApiError:
    try:
        said = answer.json()["message"]
    except (ValueError, KeyError):
        said = answer.text
    where = f"{answer.request.method} {answer.request.url.path}"
    return ApiError(f"The API server answered {answer.status_code}", status=answer.status_code, found=said, where=where)


def _access(path: Path) -> tuple[str, ssl.SSLContext]:
    """Returns the server's URL and a TLS context with the user's certificate, for the current context."""
    config = yaml.safe_load(path.read_text())
    context = _named(config, "context", config["current-context"])
    cluster, user = _named(config, "cluster", context["cluster"]), _named(config, "user", context["user"])
    tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    pem = base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"])
    # OpenSSL's interface in Python reads certificates from files alone; this one is gone a moment later.
    with tempfile.NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        tls.load_cert_chain(file.name)
    return cluster["server"], tls


def _named(config: Object, kind: str, name: str) -> Object:
    found: Object = next(entry[kind] for entry in config[f"{kind}s"] if entry["name"] == name)
    return found
