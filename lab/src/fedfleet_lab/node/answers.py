"""Whether a service answers; standard library alone, because a node's first process asks as well."""

from __future__ import annotations

import socket
import ssl
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def answers(where: str, tls: Sequence[str] = (), timeout: float = 1.0) -> bool:
    """Whether `unix:PATH` accepts connections, or a URL is answered with a success; `tls` as in `Service`."""
    try:
        if where.startswith("unix:"):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(timeout)
                client.connect(where.removeprefix("unix:"))
            return True
        with urllib.request.urlopen(where, timeout=timeout, context=_context(*tls) if tls else None) as reply:  # noqa: S310  the lab's own settings name it
            return bool(reply.status < 300)
    except OSError:
        return False


def _context(authority: str, certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority)
    context.load_cert_chain(certificate, key)
    return context
