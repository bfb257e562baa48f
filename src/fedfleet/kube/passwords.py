"""Passwords that are made once, in the cluster, and stay there: nobody types, copies or sees them."""

from __future__ import annotations

import base64
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.kube.errors import OwnershipError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube.client import Client
    from fedfleet.kube.refs import KubeObject

# Letters and digits only: safe in every shell, URL, XML and YAML it may pass on its way into a program.
_ALPHABET = string.ascii_letters + string.digits
SHORTEST = 16


@dataclass(frozen=True)
class Passwords:
    """A Secret and the keys in it that must hold a password.

    Attributes:
        name, namespace: the Secret's.
        lengths: characters of each password, by key.
        labels: what a Secret that is made here is labelled with.
    """

    name: str
    namespace: str
    lengths: Mapping[str, int]
    labels: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse what could be guessed.

        Raises:
            ValueError: a password would be too short.
        """
        for key, length in self.lengths.items():
            if length < SHORTEST:
                raise ValueError(f"password {key}: expected at least {SHORTEST} characters, found {length}")

    def missing(self, secret: KubeObject | None) -> list[str]:
        """Keys that hold nothing yet, sorted."""
        have = (secret or {}).get("data") or {}
        return sorted(key for key in self.lengths if not have.get(key))


def ensure(client: Client, wanted: Passwords, *, dry_run: bool = False) -> list[str]:
    """Make the passwords that are missing; one that is there is never changed.

    Two runs at once end with one set of passwords: each applies under a name of its own, and who comes second is told
    that the field has an owner.

    Returns:
        The keys that were made, or in a dry run would be; sorted.

    Raises:
        KubeError: the API refused.
    """
    secret = client.get("Secret", wanted.name, wanted.namespace, "v1")
    missing = wanted.missing(secret)
    if missing and not dry_run:
        definition = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": wanted.name, "namespace": wanted.namespace, "labels": dict(wanted.labels)},
            "type": (secret or {}).get("type", "Opaque"),
            "data": {key: _encoded(_password(wanted.lengths[key])) for key in missing},
        }
        try:
            client.apply([definition], manager=f"fedfleet-{secrets.token_hex(8)}")
        except OwnershipError:
            # Made by another run in the meantime; whatever that one left out is made now.
            return ensure(client, wanted)
    return missing


def _password(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
