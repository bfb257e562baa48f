"""HTTPS conversations with one server of VMware's; what is sent again, and when."""

from __future__ import annotations

import random
import ssl
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from fedfleet.causes import chain, root
from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
"""vCenter's own gateway gives its services two minutes."""

_ATTEMPTS = 5
_LONGEST_PAUSE = 10.0
_FIRST_PAUSE = 0.2
_BUSY = frozenset({429, 503})


def tls_context(ca_file: str | Path | None = None, ca_pem: str | None = None) -> ssl.SSLContext:
    """A context that always verifies: against the given authorities, else against the system's.

    It is made here and handed on, because both httpx and pyvmomi have ways around verification of their own.

    Raises:
        SettingsError: the file cannot be read or holds no certificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not ca_file and not ca_pem:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return context
    try:
        if ca_file:
            context.load_verify_locations(cafile=Path(ca_file).expanduser())
        if ca_pem:
            context.load_verify_locations(cadata=ca_pem)
    except (OSError, ValueError) as error:
        raise errors.SettingsError(
            "The file of certificate authorities cannot be used",
            expected="PEM certificates",
            found=getattr(error, "strerror", None) or str(error),
            where=str(ca_file or "the CA that was given"),
            next_step="Fetch the CA bundle from vCenter (https://VCENTER/certs/download.zip) and name one of its PEM files as ca_file",
        ) from error
    return context


class Transport:
    """Pooled conversations with one server; safe to use from many threads.

    ``pause`` is how it waits between attempts, in seconds.
    """

    def __init__(self, host: str, port: int, context: ssl.SSLContext, *, pause: Any = time.sleep) -> None:
        self.origin = f"https://{_bracketed(host)}:{port}"
        self._pause = pause
        self._client = httpx.Client(
            base_url=self.origin,
            verify=context,
            # Neither proxies nor CA bundles of the environment: a proxy would see the password's session.
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            headers={"Accept": "application/json", "User-Agent": "fedfleet"},
        )

    def close(self) -> None:
        """Close every pooled connection."""
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Reply:
        """Ask, and again while the server is busy or the conversation breaks off.

        What was not sent at all is sent again. Of what was sent, only what is ``repeatable``: everything but POST, unless told otherwise.

        Raises:
            UnreachableError, CertificateError, TimedOutError: no answer came. Any status is an answer.
        """
        again = method != "POST" if repeatable is None else repeatable
        where = f"{method} {self.origin}{path}"
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            try:
                answer = self._client.request(
                    method, path, json=body, params=dict(query or {}), headers=dict(headers or {}), auth=basic or httpx.USE_CLIENT_DEFAULT
                )
            except httpx.HTTPError as error:
                unsent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
                if last or verdict(error) or not (again or unsent):
                    raise told(error, where, perhaps_done=not (unsent or method == "GET")) from error
                self._wait(attempt, None)
                continue
            if answer.status_code in _BUSY and again and not last:
                self._wait(attempt, answer.headers.get("Retry-After"))
                continue
            break
        return Reply(answer.status_code, answer.content, where)

    def _wait(self, attempt: int, advice: str | None) -> None:
        seconds = _FIRST_PAUSE * 2**attempt
        if advice and advice.isdigit():
            seconds = max(seconds, float(advice))
        # Jitter keeps many modules from coming back together.
        self._pause(min(seconds, _LONGEST_PAUSE) * random.uniform(0.5, 1.0))  # noqa: S311


def told(error: Exception, where: str, *, perhaps_done: bool = False) -> errors.UnreachableError:
    """The typed error for a failed conversation."""
    causes = chain(error)
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    bottom = root(causes)
    if certificate is not None:
        return errors.CertificateError(
            "The server's certificate cannot be trusted",
            expected="a certificate for this name, signed by the CA of ca_file or, without one, by one that this system trusts",
            found=certificate.verify_message,
            where=where,
            next_step="Name vCenter's CA as ca_file, and vCenter by a name that is in its certificate",
        )
    if isinstance(error, httpx.TimeoutException):
        return errors.TimedOutError(
            "The server did not answer in time",
            found=type(error).__name__,
            where=where,
            next_step=_look_first(perhaps_done) or "Check the route and the firewall to the server, and whether it is overloaded",
            perhaps_done=perhaps_done,
        )
    if isinstance(error, httpx.ConnectError):
        return errors.UnreachableError(
            "The server cannot be reached", found=bottom, where=where, next_step="Check host name, port, and that the server is up"
        )
    return errors.UnreachableError(
        "The conversation with the server broke off",
        found=bottom,
        where=where,
        next_step=_look_first(perhaps_done) or "Run again; if it stays, look at the server's log",
        perhaps_done=perhaps_done,
    )


def _look_first(perhaps_done: bool) -> str:
    return "Run again: it may have been carried out, and what is there is found" if perhaps_done else ""


def verdict(error: Exception) -> bool:
    """Whether somebody has judged the other side: that comes out the same again."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain(error))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
