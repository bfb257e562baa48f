"""The little of a registry's API that tells whether something has to be pushed (OCI distribution specification 1.1)."""

from __future__ import annotations

import base64
import json
import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import httpx

from fedfleet.images.errors import RegistryError

if TYPE_CHECKING:
    from pathlib import Path

_MANIFESTS = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in ("oci.image.manifest.v1", "oci.image.index.v1", "docker.distribution.manifest.v2", "docker.distribution.manifest.list.v2")
)

_TIMEOUT = 20.0
"""Seconds for one answer."""


@dataclass(frozen=True)
class Registry:
    """Where images go.

    Attributes:
        address: ``host``, ``host:port``, or either with a path in front of ``fedfleet/``.
        plain_http: speak HTTP without TLS; only when asked for, as for a registry on this machine.
        ca: the CA of the registry's certificate, PEM; None for the machine's own.
        authfile: credentials as ``docker login`` keeps them (``config.json``).
    """

    address: str
    plain_http: bool = False
    ca: Path | None = None
    authfile: Path | None = None

    def connect(self) -> Connection:
        """A connection to close, as a context manager does."""
        return Connection(self)


class Connection:
    """A conversation with one registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        host, _, path = registry.address.partition("/")
        self._host = host
        self._prefix = f"{path}/" if path else ""
        self._authorization: dict[str, str] = {}
        verify = ssl.create_default_context(cafile=str(registry.ca)) if registry.ca else True
        scheme = "http" if registry.plain_http else "https"
        self._client = httpx.Client(base_url=f"{scheme}://{host}/v2/", timeout=_TIMEOUT, verify=verify, follow_redirects=True)

    def __enter__(self) -> Self:
        try:
            self._ping()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def label(self, repository: str, tag: str, label: str) -> str | None:
        """A label of the image that is called ``repository:tag`` now; None when the registry has no such image, or it no such label.

        Raises:
            RegistryError: the registry cannot be reached, or refuses to say.
        """
        manifest = self._get(repository, f"manifests/{tag}")
        if manifest is None:
            return None
        # An index over several architectures, as others make them, has no configuration of its own.
        digest = manifest.get("config", {}).get("digest")
        configuration = self._get(repository, f"blobs/{digest}") if digest else None
        labels = (configuration or {}).get("config", {}).get("Labels") or {}
        return labels.get(label)

    def _ping(self) -> None:
        """Every registry answers at the root of its API; what answers "not found" there would have us push to nobody."""
        answer = self._ask("")
        if answer.is_success or answer.status_code == httpx.codes.UNAUTHORIZED:
            return
        raise RegistryError(
            f"what answers at {self._registry.address} is no registry",
            expected="200 or 401 at /v2/",
            found=str(answer.status_code),
            where=str(self._client.base_url),
            next_step="check the address, and that the registry is running",
        )

    def _ask(self, path: str, headers: dict[str, str] | None = None, parameters: dict[str, str] | None = None) -> httpx.Response:
        wanted = {"accept": _MANIFESTS} | self._authorization if headers is None else headers
        try:
            return self._client.get(path, headers=wanted, params=parameters)
        except httpx.HTTPError as problem:
            raise RegistryError(
                f"the registry {self._registry.address} does not answer",
                found=str(problem) or type(problem).__name__,
                where=str(self._client.base_url),
                next_step="check its address; a registry without TLS has to be asked for as such (--plain-http)",
            ) from problem

    def _get(self, repository: str, what: str) -> dict[str, Any] | None:
        path = f"{self._prefix}{repository}/{what}"
        answer = self._ask(path)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._log_in(answer.headers.get("www-authenticate", ""), repository):
            answer = self._ask(path)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if not answer.is_success:
            raise RegistryError(
                f"the registry refused to show {path}",
                expected="a success",
                found=f"{answer.status_code} {answer.text[:200]}".strip(),
                where=self._registry.address,
                next_step="check the credentials (--authfile, as `docker login` writes it) and their rights",
            )
        try:
            found: dict[str, Any] = answer.json()
        except ValueError as problem:
            raise RegistryError(
                f"the registry answers {path} with something else than JSON",
                found=answer.text[:200],
                where=self._registry.address,
                next_step="check that the address is that of a registry",
            ) from problem
        return found

    def _log_in(self, challenge: str, repository: str) -> bool:
        """Answer a challenge with the credentials there are; whether asking again makes sense."""
        credentials = self._credentials()
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and credentials:
            self._authorization = {"authorization": f"Basic {credentials}"}
            return True
        if scheme.lower() != "bearer":
            return False
        fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        realm = fields.pop("realm", "")
        fields["scope"] = f"repository:{self._prefix}{repository}:pull,push"
        headers = {"authorization": f"Basic {credentials}"} if credentials else {}
        answer = self._ask(realm, headers, fields)
        token = (answer.json().get("token") or answer.json().get("access_token")) if answer.is_success else None
        self._authorization = {"authorization": f"Bearer {token}"} if token else {}
        return token is not None

    def _credentials(self) -> str:
        """Base64 of user and password for this host, as the file keeps them; empty without any."""
        if self._registry.authfile is None:
            return ""
        try:
            known = json.loads(self._registry.authfile.read_text(encoding="utf-8")).get("auths", {})
            entry = str(known.get(self._host, {}).get("auth", ""))
            base64.b64decode(entry, validate=True)
        except (OSError, ValueError, AttributeError) as problem:
            raise RegistryError(
                "the file with the registry's credentials is not one",
                expected='{"auths": {"HOST": {"auth": "..."}}}',
                found=type(problem).__name__,
                where=str(self._registry.authfile),
            ) from problem
        return entry
