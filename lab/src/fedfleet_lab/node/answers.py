"""Whether a service answers; standard library alone, because a node's first process asks as well."""

from __future__ import annotations

import socket
import urllib.request


def answers(where: str, timeout: float = 1.0) -> bool:
    """Whether `unix:PATH` accepts connections, or a URL is answered with a success."""
    try:
        if where.startswith("unix:"):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(timeout)
                client.connect(where.removeprefix("unix:"))
            return True
        with urllib.request.urlopen(where, timeout=timeout) as reply:  # noqa: S310  the lab's own settings name it
            return bool(reply.status < 300)
    except OSError:
        return False
