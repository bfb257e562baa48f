"""HTTP with a registry: credentials where it asks for them, and patience where it stumbles."""

from __future__ import annotations

import random
import re
import ssl
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from fedfleet.causes import chain
from fedfleet.images import credentials
from fedfleet.images.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fedfleet.images.credentials import Credentials
    from fedfleet.images.registry import Registry

    Content = Callable[[], Iterable[bytes]]

_TIMEOUT = httpx.Timeout(20.0, read=300.0)
"""Seconds to connect and for each piece sent; a registry may take minutes to check a layer of gigabytes before it answers."""

_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, *(status for status in HTTPStatus if status >= HTTPStatus.INTERNAL_SERVER_ERROR))
_LONGEST_TEXT = 200
_RANDOM = random.SystemRandom()


@dataclass(frozen=True)
class Patience:
    """How often something is tried, and the seconds between: random up to twice as many each time, so that many who wait don't return at once."""

    attempts: int = 6
    first: float = 0.5
    longest: float = 10.0

    def pause(self, failed: int, asked: str = "") -> float:
        """Seconds to wait after ``failed`` attempts; ``asked`` is what the registry wishes (``Retry-After``, seconds)."""
        least = min(float(asked), self.longest) if asked.isdigit() else 0.0
        return least + _RANDOM.uniform(0, min(self.longest, self.first * 2**failed))


class Transport:
    """Requests to one registry; may be used by several threads at once."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._tokens: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        verify = ssl.create_default_context(cafile=str(registry.ca)) if registry.ca else True
        scheme = "http" if registry.plain_http else "https"
        self._client = httpx.Client(base_url=f"{scheme}://{registry.host}/v2/", timeout=_TIMEOUT, verify=verify)

    @property
    def root(self) -> httpx.URL:
        """Where the registry's API begins."""
        return self._client.base_url

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    def greet(self) -> httpx.Response:
        """What the root of the registry's API answers to somebody it does not know.

        Raises:
            httpx.HTTPError: nobody answers.
        """
        return self._client.get("")

    def request(
        self,
        method: str,
        path: str,
        *,
        repository: str,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        content: Content | None = None,
    ) -> httpx.Response:
        """One request as ``attempt`` makes it, repeated while the registry is in trouble; any other answer comes back.

        Raises:
            RegistryError: nobody answers, or the registry stays in trouble.
        """
        return self.persist(
            lambda: self.attempt(method, path, repository=repository, headers=headers, parameters=parameters, content=content),
            f"{method} {path}",
        )

    def persist(self, attempt: Callable[[], httpx.Response], what: str) -> httpx.Response:
        """Make attempts until an answer is none of a registry in trouble.

        Args:
            attempt: one attempt, from its very beginning.
            what: it is, for the error.

        Raises:
            RegistryError: nobody answers, or the registry stays in trouble.
        """
        patience = self._registry.patience
        failed = 0
        while True:
            try:
                answer = attempt()
            except httpx.HTTPError as problem:
                failed += 1
                if failed >= patience.attempts or _is_distrust(problem):
                    raise self._unreachable(problem) from problem
                time.sleep(patience.pause(failed))
                continue
            if answer.status_code not in _PASSING:
                return answer
            failed += 1
            if failed >= patience.attempts:
                raise RegistryError(
                    f"the registry {self._registry.address} is in trouble",
                    expected="an answer other than 5xx or 429",
                    found=f"{described(answer)}, {failed} times",
                    where=what,
                    next_step="look at its log; what was pushed stays, and pushing again sends only what is missing",
                )
            time.sleep(patience.pause(failed, answer.headers.get("retry-after", "")))

    def attempt(
        self,
        method: str,
        path: str,
        *,
        repository: str,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        content: Content | None = None,
    ) -> httpx.Response:
        """One request, and once more with credentials where the registry wants some.

        Args:
            method: of HTTP.
            path: below the API's root, or a whole address that the registry gave.
            repository: whose rights it takes.
            headers: to send along.
            parameters: of the query, added to those in ``path``.
            content: makes the body anew each time.

        Raises:
            httpx.HTTPError: nobody answers.
            RegistryError: who gives out tokens does not.
        """
        answer = self._send(method, path, repository, headers or {}, parameters or {}, content)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and self._log_in(answer.headers.get("www-authenticate", ""), repository):
            return self._send(method, path, repository, headers or {}, parameters or {}, content)
        return answer

    def _send(
        self, method: str, path: str, repository: str, headers: Mapping[str, str], parameters: Mapping[str, str], content: Content | None
    ) -> httpx.Response:
        address = self._client.base_url.join(path) if path else self._client.base_url
        if parameters:
            address = address.copy_merge_params(dict(parameters))
        # A registry may hand uploads and downloads to another host, which has no business with our credentials.
        ours = address.host == self._client.base_url.host and address.port == self._client.base_url.port
        authorization = self._tokens.get(repository, {}) if ours and address.scheme == self._client.base_url.scheme else {}
        return self._client.request(
            method,
            address,
            headers={**headers, **authorization},
            content=content() if content is not None else None,
            follow_redirects=content is None,
        )

    def _log_in(self, challenge: str, repository: str) -> bool:
        """Answer a challenge with the credentials there are; whether asking again makes sense."""
        known = self._credentials()
        scheme, _, rest = challenge.partition(" ")
        token: str | None = None
        if scheme.lower() == "basic" and known:
            token = f"Basic {known.basic()}"
        elif scheme.lower() == "bearer":
            token = self._bearer(dict(re.findall(r'(\w+)="([^"]*)"', rest)), repository, known)
        with self._lock:
            self._tokens[repository] = {"authorization": token} if token else {}
        return token is not None

    def _bearer(self, fields: dict[str, str], repository: str, known: Credentials | None) -> str | None:
        realm = httpx.URL(fields.pop("realm", ""))
        if self._client.base_url.scheme == "https" and realm.scheme != "https":
            raise RegistryError(
                "the registry wants credentials sent without TLS, which would show them to everyone on the way",
                expected="an https address that gives out tokens",
                found=str(realm),
                where=self._registry.address,
            )
        fields["scope"] = f"repository:{repository}:pull,push"
        headers = {"authorization": f"Basic {known.basic()}"} if known else {}
        try:
            answer = self._client.get(realm.copy_merge_params(fields), headers=headers)
            said = answer.json() if answer.is_success else {}
        except (httpx.HTTPError, ValueError) as problem:
            raise RegistryError(
                "who gives out the registry's tokens does not answer as it should", found=str(problem), where=str(realm)
            ) from problem
        token = said.get("token") or said.get("access_token")
        return f"Bearer {token}" if token else None

    def _credentials(self) -> Credentials | None:
        if self._registry.credentials is not None:
            return self._registry.credentials
        return credentials.from_authfile(self._registry.authfile, self._registry.host) if self._registry.authfile else None

    def _unreachable(self, problem: httpx.HTTPError) -> RegistryError:
        if _is_distrust(problem):
            return RegistryError(
                f"the registry {self._registry.address} shows a certificate that is not trusted here",
                found=str(problem),
                where=str(self.root),
                next_step="name the file with its CA (--ca-file)",
            )
        return RegistryError(
            f"the registry {self._registry.address} does not answer",
            found=str(problem) or type(problem).__name__,
            where=str(self.root),
            next_step="check its address; a registry without TLS has to be asked for as such (--plain-http)",
        )


def described(answer: httpx.Response) -> str:
    """An answer's status and the beginning of what it says."""
    return f"{answer.status_code} {answer.text[:_LONGEST_TEXT]}".strip()


def _is_distrust(problem: BaseException | None) -> bool:
    """Whether a certificate was refused: that gets no better by trying again."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain(problem))
