"""The little of a registry's API that this takes (OCI distribution specification 1.1): what is there, and sending what is not."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, Self

from fedfleet.images.errors import RegistryError
from fedfleet.images.transport import Patience, Transport, described

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from fedfleet.images.credentials import Credentials
    from fedfleet.images.transport import Content

_MANIFESTS = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in ("oci.image.manifest.v1", "oci.image.index.v1", "docker.distribution.manifest.v2", "docker.distribution.manifest.list.v2")
)

_PATIENT = Patience()


@dataclass(frozen=True)
class Registry:
    """Where images go.

    Attributes:
        address: ``host``, ``host:port``, or either with a path in front of ``fedfleet/``.
        plain_http: speak HTTP without TLS; only when asked for, as for a registry on this machine.
        ca: the CA of the registry's certificate, PEM; None for the machine's own.
        authfile: credentials as ``docker login`` keeps them (``config.json``).
        credentials: a user and password, in place of ``authfile``.
        patience: how often a request is tried while the registry is in trouble.
    """

    address: str
    plain_http: bool = False
    ca: Path | None = None
    authfile: Path | None = None
    credentials: Credentials | None = None
    patience: Patience = _PATIENT

    @property
    def host(self) -> str:
        """``host`` or ``host:port``, without a path."""
        return self.address.partition("/")[0]

    def connect(self) -> Connection:
        """A connection to close, as a context manager does."""
        return Connection(self)


class Connection:
    """A conversation with one registry; several threads may take part."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        path = registry.address.partition("/")[2]
        self._prefix = f"{path}/" if path else ""
        self._transport = Transport(registry)

    def __enter__(self) -> Self:
        try:
            self._ping()
        except BaseException:
            self._transport.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def label(self, repository: str, tag: str, label: str) -> str | None:
        """A label of the image that is called ``repository:tag`` now; None when the registry has no such image, or it no such label.

        Raises:
            RegistryError: the registry cannot be reached, or refuses to say.
        """
        manifest = self.manifest(repository, tag)
        if manifest is None:
            return None
        # An index over several architectures, as others make them, has no configuration of its own.
        digest = manifest.get("config", {}).get("digest")
        configuration = self._get(repository, f"blobs/{digest}") if digest else None
        labels = (configuration or {}).get("config", {}).get("Labels") or {}
        return labels.get(label)

    def manifest(self, repository: str, tag: str) -> dict[str, Any] | None:
        """The manifest called ``repository:tag`` now; None when there is none.

        Raises:
            RegistryError: the registry cannot be reached, or refuses to say.
        """
        return self._get(repository, f"manifests/{tag}")

    def digest(self, repository: str, tag: str) -> str | None:
        """The digest of what is called ``repository:tag`` now; None when there is none.

        Raises:
            RegistryError: the registry cannot be reached, or refuses to say.
        """
        answer = self._ask("HEAD", repository, f"manifests/{tag}", headers={"accept": _MANIFESTS})
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        digest = str(answer.headers.get("docker-content-digest", ""))
        if answer.is_success and digest:
            return digest
        raise self._refusal(f"to tell the digest of {repository}:{tag}", answer)

    def has_blob(self, repository: str, digest: str) -> bool:
        """Whether ``repository`` has a blob.

        Raises:
            RegistryError: the registry cannot be reached, or refuses to say.
        """
        answer = self._ask("HEAD", repository, f"blobs/{digest}")
        if answer.is_success or answer.status_code == HTTPStatus.NOT_FOUND:
            return answer.is_success
        raise self._refusal(f"to say whether it has {digest}", answer)

    def send_blob(self, repository: str, digest: str, size: int, content: Content, beside: str = "") -> Literal["mounted", "sent"]:
        """Make ``repository`` have a blob; the registry checks its digest.

        Args:
            repository: without the path of the registry's address.
            digest: of the blob.
            size: in bytes.
            content: makes the blob's bytes anew for each attempt.
            beside: another repository of this registry that has it: then it need not be sent.

        Raises:
            RegistryError: the registry cannot be reached, or does not take it.
        """
        whole = f"{self._prefix}{repository}"
        mount = {"mount": digest, "from": f"{self._prefix}{beside}"} if beside else {}

        def upload() -> httpx.Response:
            begun = self._transport.attempt("POST", f"{whole}/blobs/uploads/", repository=whole, parameters=mount)
            place = begun.headers.get("location", "")
            if begun.status_code != HTTPStatus.ACCEPTED or not place:
                return begun
            return self._transport.attempt(
                "PUT",
                str(begun.url.join(place)),
                repository=whole,
                headers={"content-type": "application/octet-stream", "content-length": str(size)},
                parameters={"digest": digest},
                content=content,
            )

        # From the beginning each time: what a broken upload left would spoil the digest of the next.
        answer = self._transport.persist(upload, f"upload of {digest} to {whole}")
        if answer.status_code == HTTPStatus.CREATED:
            return "mounted" if answer.request.method == "POST" else "sent"
        raise self._refusal(f"to take {digest} into {repository}", answer)

    def send_manifest(self, repository: str, tag: str, media_type: str, content: bytes) -> None:
        """Call what a manifest describes ``repository:tag``; all its blobs must be there.

        Raises:
            RegistryError: the registry cannot be reached, or does not take it.
        """
        headers = {"content-type": media_type, "content-length": str(len(content))}
        answer = self._ask("PUT", repository, f"manifests/{tag}", headers=headers, content=lambda: [content])
        if not answer.is_success:
            raise self._refusal(f"to take {repository}:{tag}", answer)

    def _ping(self) -> None:
        """Every registry answers at the root of its API; what answers "not found" there would have us push to nobody."""
        answer = self._transport.persist(self._transport.greet, "GET /v2/")
        if answer.is_success or answer.status_code == HTTPStatus.UNAUTHORIZED:
            return
        raise RegistryError(
            f"what answers at {self._registry.address} is no registry",
            expected="200 or 401 at /v2/",
            found=str(answer.status_code),
            where=str(self._transport.root),
            next_step="check the address, and that the registry is running",
        )

    def _ask(
        self,
        method: str,
        repository: str,
        what: str,
        *,
        headers: dict[str, str] | None = None,
        parameters: dict[str, str] | None = None,
        content: Content | None = None,
    ) -> httpx.Response:
        whole = f"{self._prefix}{repository}"
        return self._transport.request(method, f"{whole}/{what}", repository=whole, headers=headers, parameters=parameters, content=content)

    def _get(self, repository: str, what: str) -> dict[str, Any] | None:
        answer = self._ask("GET", repository, what, headers={"accept": _MANIFESTS})
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        if not answer.is_success:
            raise self._refusal(f"to show {repository}/{what}", answer)
        try:
            found: dict[str, Any] = answer.json()
        except ValueError as problem:
            raise RegistryError(
                f"the registry answers {repository}/{what} with something else than JSON",
                found=described(answer),
                where=self._registry.address,
                next_step="check that the address is that of a registry",
            ) from problem
        return found

    def _refusal(self, to_do: str, answer: httpx.Response) -> RegistryError:
        return RegistryError(
            f"the registry refused {to_do}",
            expected="a success",
            found=described(answer),
            where=self._registry.address,
            next_step="check the credentials (--authfile, as `docker login` writes it) and their rights",
        )
