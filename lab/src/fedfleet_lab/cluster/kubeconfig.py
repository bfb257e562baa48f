"""Kubeconfigs that hold a client certificate (client-go `clientcmd/api/v1` types)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import yaml

from fedfleet_lab.cluster.pki import write_secret

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.cluster.pki import Pair


def render(name: str, server: str, authority: Path, user: str, pair: Pair) -> str:
    """Returns a kubeconfig with everything in it, so that it can be carried elsewhere."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": _inline(authority)}}],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _inline(pair.certificate),
                    "client-key-data": _inline(pair.key),
                },
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
    }
    return yaml.safe_dump(document, sort_keys=False)


def write(path: Path, text: str) -> None:
    """Writes a kubeconfig, mode 0600, unless it says the same already."""
    if not path.exists() or path.read_text() != text:
        write_secret(path, text.encode())


def _inline(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
