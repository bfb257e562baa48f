"""HTTP and WebSocket conversations with one API server; the only place of this package that does network I/O."""

from __future__ import annotations

import json
import os
import random
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from fedfleet.kube import transport_errors
from fedfleet.kube.credentials import Credentials
from fedfleet.kube.proxies import proxy_for

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from fedfleet.kube.kubeconfig import Access

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
THREADS = 8
"""Conversations held at once; on two cores more of them did not make a set of 400 objects any quicker."""

_ATTEMPTS = 5
_RETRY_STATUS = frozenset({429, 503, 504})
_LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status; ``origin`` says whose, for messages, and ``date`` when by the server's clock (RFC 9110, 6.6.1)."""

    status: int
    body: bytes
    origin: str
    date: str = ""

    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


class Connection:
    """Pooled, authenticated conversations with one API; safe to use from many threads."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.credentials = Credentials(access)
        self._tls = _tls_context(access, self.credentials) if access.server.startswith("https://") else None
        self._proxy = proxy_for(access.server, access.proxy)
        settings: dict[str, Any] = {
            "maxsize": THREADS,
            "retries": False,
            "timeout": urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        }
        if self._tls is not None:
            settings |= {"ssl_context": self._tls, "assert_hostname": None if access.verify else False}
            if access.server_name:
                settings["server_hostname"] = access.server_name
        self._pool: urllib3.PoolManager = urllib3.ProxyManager(self._proxy, **settings) if self._proxy else urllib3.PoolManager(**settings)

    def close(self) -> None:
        """Close every pooled connection."""
        self._pool.clear()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: object = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout: float = READ_SECONDS,
    ) -> Reply:
        """Ask once, and again while the API says that it is busy or the conversation breaks off, as an idle connection's does that is dead.

        Only requests that may be repeated are (everything but POST; on POST, an answer of 429).

        Raises:
            UnreachableError, CertificateError, TimedOutError: no answer came. Any status is an answer.
        """
        url = self.access.server + path + (f"?{urlencode(query)}" if query else "")
        payload = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {"Accept": accept, "User-Agent": "fedfleet"}
        if payload is not None:
            headers["Content-Type"] = content_type
        limit = urllib3.Timeout(connect=min(CONNECT_SECONDS, timeout), read=timeout)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self._pool.request(method, url, body=payload, headers=headers | self.credentials.header(), timeout=limit)
            except (HTTPError, OSError) as error:
                if method == "POST" or attempt == _ATTEMPTS or not transport_errors.may_pass(error):
                    raise transport_errors.told(error, self.access) from error
                self._pause(attempt, None)
                continue
            repeatable = answer.status in _RETRY_STATUS and (method != "POST" or answer.status == 429)
            if repeatable and attempt < _ATTEMPTS:
                self._pause(attempt, answer.headers.get("Retry-After"))
                continue
            break
        return Reply(status=answer.status, body=answer.data, origin=self.access.origin, date=answer.headers.get("Date", ""))

    @staticmethod
    def _pause(attempt: int, advice: str | None) -> None:
        seconds = 0.1 * 2**attempt
        if advice and advice.isdigit():
            seconds = max(seconds, float(advice))
        # Jitter keeps eight threads from coming back together.
        time.sleep(min(seconds, _LONGEST_PAUSE) * random.uniform(0.8, 1.2))  # noqa: S311

    def websocket(
        self, path: str, *, query: Sequence[tuple[str, str]], protocols: Sequence[str], timeout: float = CONNECT_SECONDS
    ) -> tuple[socket.socket, str]:
        """Shake hands for a WebSocket; returns its socket, which the caller closes, and the protocol agreed upon.

        Raises:
            UnreachableError, CertificateError, TimedOutError: no answer came.
            websocket.WebSocketBadStatusException: the API refused; the caller knows what it was for.
        """
        # Imported only where needed: most sessions have no streams.
        from websocket import WebSocket, WebSocketBadStatusException, WebSocketException

        options: dict[str, Any] = {}
        if self._proxy:
            proxy = urlsplit(self._proxy)
            options |= {"http_proxy_host": proxy.hostname, "http_proxy_port": proxy.port or 80, "proxy_type": "http"}
            if proxy.username:
                options["http_proxy_auth"] = (proxy.username, proxy.password or "")
        else:
            # Else the library looks into the environment by rules of its own.
            options["http_no_proxy"] = ["*"]
        tls: dict[str, Any] = {}
        if self._tls is not None:
            tls = {"context": self._tls}
            if self.access.server_name:
                tls["server_hostname"] = self.access.server_name
        stream: Any = WebSocket(sslopt=tls, enable_multithread=True, skip_utf8_validation=True)
        stream.settimeout(timeout)
        url = "ws" + self.access.server.removeprefix("http") + path + "?" + urlencode(query)
        try:
            stream.connect(
                url,
                header=[f"{name}: {value}" for name, value in self.credentials.header().items()],
                subprotocols=list(protocols),
                suppress_origin=True,
                **options,
            )
        except WebSocketBadStatusException:
            raise
        except (WebSocketException, OSError) as error:
            raise transport_errors.told(error, self.access) from error
        if stream.sock is None:
            raise transport_errors.told(ConnectionResetError("closed at once"), self.access)
        return stream.sock, str(stream.getsubprotocol() or "")


def _tls_context(access: Access, credentials: Credentials) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if not access.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif access.ca is not None:
            context.load_verify_locations(cadata=access.ca.decode("ascii", "replace"))
        else:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        if credentials.certificate is not None:
            _load_client_certificate(context, credentials.certificate, credentials.key or b"")
    except ssl.SSLError as error:
        raise transport_errors.unusable_material(error, access) from error
    return context


def _load_client_certificate(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """OpenSSL reads certificates from files only; this one has no name and never reaches a disk."""
    descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, certificate + b"\n" + key)
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
