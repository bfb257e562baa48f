"""vCenter's REST API: one session, verified TLS, answers as JSON or as typed errors.

Addresses, header and status codes: vmware-vcenter 9.1.1 (``com/vmware/cis_client.py`` Session, ``vmware/vapi/rest/lib.py``).
"""

from __future__ import annotations

import random
import ssl
import time
from typing import TYPE_CHECKING, Any

import httpx

from fedfleet.vsphere.errors import (
    AlreadyExistsError,
    AnswerError,
    CertificateError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnauthorizedError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_SESSION_HEADER = "vmware-api-session-id"
_SESSION = "/api/session"
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_TRIES = 4
# Seconds before the second try; each further pause is twice as long, give or take a third.
_FIRST_PAUSE = 0.5
_UNAVAILABLE = 503
_BY_STATUS = {401: UnauthenticatedError, 403: UnauthorizedError, 404: NotFoundError}
_BY_TYPE = {"ALREADY_EXISTS": AlreadyExistsError, "INVALID_ARGUMENT": InvalidError, "INVALID_REQUEST": InvalidError}
# What is asked again may have been done already: only these can be done twice without harm.
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Returns a context that trusts the authorities in a PEM file, or those of the system.

    Raises:
        CertificateError: the file cannot be read or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(
            "The file with vCenter's authorities cannot be used",
            expected="certificates in PEM",
            found=str(error),
            where=str(ca_file),
            next_step="Take them from https://VCENTER/certs/download.zip, and set vcenter_ca_file to the file",
        ) from error


class Rest:
    """A session with one vCenter; a context manager, closed in the end whatever happens."""

    def __init__(self, hostname: str, username: str, password: str, ca_file: str | None = None, port: int = 443) -> None:
        self.hostname = hostname
        self.username = username
        self._login = httpx.BasicAuth(username, password)
        self._token = ""
        # The environment's REQUESTS_CA_BUNDLE and the like must not decide whom we trust; its proxies are none of a vCenter's.
        self._client = httpx.Client(base_url=f"https://{hostname}:{port}", verify=tls_context(ca_file), timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Rest:
        try:
            self._open()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the session; that a server which is gone cannot be told so is no error."""
        try:
            if self._token:
                self._client.delete(_SESSION, headers={_SESSION_HEADER: self._token})
        except httpx.HTTPError:
            pass
        finally:
            self._token = ""
            self._client.close()

    def get(self, path: str, **query: str) -> Any:
        """Reads something.

        Raises:
            NotFoundError: there is none. AnswerError, UnreachableError: no answer.
        """
        return self.ask("GET", path, query=query)

    def find(self, path: str, **query: str) -> Any | None:
        """Reads something; None where there is none."""
        try:
            return self.get(path, **query)
        except NotFoundError:
            return None

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None) -> Any:
        """Sends one request, again where it is safe and may help; returns the answer's JSON, None where it has no content.

        Raises:
            AnswerError: of the type that fits. UnreachableError: no conversation.
        """
        renewed = False
        pause = _FIRST_PAUSE
        for attempt in range(1, _TRIES + 1):
            last = attempt == _TRIES
            try:
                reply = self._client.request(method, path, json=body, params=query, headers={_SESSION_HEADER: self._token})
            except httpx.HTTPError as error:
                if last or _certificate(error) or not (method in _REPEATABLE or isinstance(error, httpx.ConnectError)):
                    raise self._unreachable(error, method, path) from error
            else:
                if reply.status_code == 401 and not renewed:
                    # The session has ended; nothing was done, so that even a POST may be sent again.
                    renewed = True
                    self._open()
                    continue
                if reply.is_success:
                    return reply.json() if reply.content else None
                if reply.status_code != _UNAVAILABLE or last:
                    raise self._refused(reply, method, path)
            time.sleep(pause * random.uniform(0.67, 1.33))  # noqa: S311  spreads callers, guards nothing
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _open(self) -> None:
        pause = _FIRST_PAUSE
        for attempt in range(1, _TRIES + 1):
            try:
                reply = self._client.post(_SESSION, auth=self._login)
            except httpx.HTTPError as error:
                if attempt == _TRIES or _certificate(error):
                    raise self._unreachable(error, "POST", _SESSION) from error
            else:
                if reply.is_success:
                    self._token = reply.json()
                    return
                if reply.status_code != _UNAVAILABLE or attempt == _TRIES:
                    raise self._refused(reply, "POST", _SESSION)
            time.sleep(pause * random.uniform(0.67, 1.33))  # noqa: S311
            pause *= 2

    def _unreachable(self, error: httpx.HTTPError, method: str, path: str) -> UnreachableError:
        where = f"{method} https://{self.hostname}{path}"
        if _certificate(error):
            return CertificateError(
                "vCenter's certificate is not trusted",
                expected="a certificate that the authorities in vcenter_ca_file vouch for, for this very name",
                found=str(error),
                where=where,
                next_step="Take the authorities from https://VCENTER/certs/download.zip; checking cannot be turned off",
            )
        return UnreachableError(
            "vCenter does not answer",
            found=str(error) or type(error).__name__,
            where=where,
            next_step="Check vcenter_hostname, the name server, and the way from here to its port 443",
        )

    def _refused(self, reply: httpx.Response, method: str, path: str) -> AnswerError:
        kind, said = _told(reply)
        shape = _BY_TYPE.get(kind) or _BY_STATUS.get(reply.status_code, AnswerError)
        next_step = ""
        if shape is UnauthenticatedError:
            next_step = f"Check the password of {self.username}"
        elif shape is UnauthorizedError:
            next_step = f"Have vCenter's administrator give {self.username} the privilege that docs/how-to/vsphere.md names for this step"
        return shape(
            f"vCenter answered {reply.status_code}" + (f" ({kind})" if kind else ""),
            status=reply.status_code,
            error_type=kind,
            found=said,
            where=f"{method} https://{self.hostname}{path}",
            next_step=next_step,
        )


def _told(reply: httpx.Response) -> tuple[str, str]:
    """Returns VMware's error type and messages (com/vmware/vapi/std/errors_client.py Error)."""
    try:
        body = reply.json()
        return str(body.get("error_type", "")), "; ".join(message["default_message"] for message in body.get("messages", []))
    except (ValueError, AttributeError, KeyError, TypeError):
        return "", reply.text[:500]


def _certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
