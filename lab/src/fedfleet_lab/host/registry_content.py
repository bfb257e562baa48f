"""What the lab's registry holds (OCI distribution specification 1.1)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass

from fedfleet_lab.errors import LabError

_TIMEOUT = 10.0
_MOST_REPOSITORIES = 1000
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


@dataclass(frozen=True, order=True)
class StoredImage:
    """An image as the registry has it now: `name` is `fedfleet/fate:2.2.0`, `digest` that of its manifest."""

    name: str
    digest: str


def stored_images(registry: str, prefix: str = "") -> tuple[StoredImage, ...]:
    """Returns all images whose repository begins with `prefix`, sorted by name.

    Raises:
        LabError: the registry does not answer.
    """
    repositories = _get(registry, f"_catalog?n={_MOST_REPOSITORIES}").get("repositories") or []
    names = [
        f"{repository}:{tag}"
        for repository in repositories
        if repository.startswith(prefix)
        for tag in _get(registry, f"{repository}/tags/list").get("tags") or []
    ]
    return tuple(sorted(StoredImage(name, _digest(registry, name)) for name in names))


def _digest(registry: str, name: str) -> str:
    repository, _, tag = name.rpartition(":")
    request = urllib.request.Request(f"http://{registry}/v2/{repository}/manifests/{tag}", headers={"Accept": _MANIFESTS}, method="HEAD")
    return _ask(request)[1]["Docker-Content-Digest"]


def _get(registry: str, path: str) -> dict[str, list[str]]:
    body, _ = _ask(urllib.request.Request(f"http://{registry}/v2/{path}"))
    answer = json.loads(body)
    return answer if isinstance(answer, dict) else {}


def _ask(request: urllib.request.Request) -> tuple[bytes, dict[str, str]]:
    # The lab's own address: a proxy of the user's would not find it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT) as reply:
            return reply.read(), dict(reply.headers)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            # A repository whose last tag was deleted stays in the catalogue.
            return b"{}", {"Docker-Content-Digest": ""}
        raise _unreachable(request, error) from error
    except OSError as error:
        raise _unreachable(request, error) from error


def _unreachable(request: urllib.request.Request, error: Exception) -> LabError:
    return LabError(
        "The lab's registry does not answer as it should",
        found=str(error),
        where=request.full_url,
        next_step="Run `fedfleet lab up`; its log is `fedfleet lab logs registry`",
    )
