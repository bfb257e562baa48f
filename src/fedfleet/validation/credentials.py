"""The certificates a party shows and trusts, read from its Secrets; never written anywhere."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube import Client


class NoKeysError(FedFleetError):
    """A party has no keys yet."""


@dataclass(frozen=True)
class Credentials:
    """What one endpoint shows (certificate and key) and whom it trusts, all as PEM."""

    certificate: str
    key: str = field(repr=False)
    trusted: str


@dataclass(frozen=True)
class PartyCredentials:
    """A party's two endpoints."""

    broker: Credentials
    coordination: Credentials


def credentials_of(client: Client, namespace: str) -> PartyCredentials:
    """What the party's Secrets ``pulsar-cert`` and ``nginx-cert`` hold.

    Raises:
        NoKeysError: one is missing, or lacks a part.
    """
    return PartyCredentials(
        broker=_read(client, namespace, "pulsar-cert", ("broker.cert.pem", "broker.key-pk8.pem", "ca.cert.pem")),
        coordination=_read(client, namespace, "nginx-cert", ("tls.crt", "tls.key", "ca.crt")),
    )


def _read(client: Client, namespace: str, name: str, parts: tuple[str, str, str]) -> Credentials:
    found: Mapping[str, str] = (client.get("Secret", name, namespace) or {}).get("data") or {}
    missing = [part for part in parts if part not in found]
    if missing:
        raise NoKeysError(
            "The party's keys are incomplete",
            expected=f"{', '.join(parts)} in Secret {name}",
            found=", ".join(sorted(found)) or "nothing",
            where=f"namespace {namespace}",
            next_step="Run ansible-playbook fedfleet.federation.deploy: it makes what is missing",
        )
    certificate, key, trusted = (base64.b64decode(found[part]).decode("ascii") for part in parts)
    return Credentials(certificate, key, trusted)
