"""A party's keys: made once in its own cluster, and never anywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName, server_name
from fedfleet.kube import whole
from fedfleet.pki.certificates import certificate_faults, self_signed
from fedfleet.pki.keys import key_id, key_pem, load_key, new_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from fedfleet.kube import Client
    from fedfleet.kube.whole import Whole, Written

PARTY_LABELS: Final = {"app.kubernetes.io/part-of": "fedfleet", "app.kubernetes.io/managed-by": "fedfleet-registration"}
SELF_SIGNED: Final = "self-signed.pem"


@dataclass(frozen=True)
class SecretLayout:
    """A Secret with the key and certificate of one endpoint, named as the endpoint's program wants it."""

    endpoint: EndpointName
    name: str
    certificate: str
    key: str
    authority: str


LAYOUTS: Final[dict[EndpointName, SecretLayout]] = {
    # The names KubeFATE gives to Pulsar's files; operators know them.
    "broker": SecretLayout("broker", "pulsar-cert", "broker.cert.pem", "broker.key-pk8.pem", "ca.cert.pem"),
    "coordination": SecretLayout("coordination", "nginx-cert", "tls.crt", "tls.key", "ca.crt"),
}


@dataclass(frozen=True)
class PartyKey:
    """One endpoint's key with the certificates for it, and the Secret they are in."""

    layout: SecretLayout
    key: RSAPrivateKey
    self_signed: str
    stored: Whole

    @property
    def key_id(self) -> str:
        """The id of the public key."""
        return key_id(self.key.public_key())

    @property
    def certificate(self) -> str:
        """The certificate in use (PEM)."""
        return self.stored.texts[self.layout.certificate]

    @property
    def authority(self) -> str:
        """Whom the endpoint trusts (PEM): the federation's CA, or itself before its admission."""
        return self.stored.texts[self.layout.authority]


def ensure_keys(client: Client, namespace: str, party_id: str, domain: str, now: datetime, *, dry_run: bool = False) -> list[Written]:
    """Make the keys that are missing, each with a self-signed certificate; a key that is there stays.

    Certificates for another name or key are replaced by self-signed ones: the party needs a new admission then.

    Raises:
        FedFleetError: a Secret is there without its key.
        StaleError: somebody else made the Secret at the same moment.
    """
    return [_ensure(client, namespace, LAYOUTS[name], server_name(name, party_id, domain), now, dry_run=dry_run) for name in ENDPOINT_NAMES]


def _ensure(client: Client, namespace: str, layout: SecretLayout, name: str, now: datetime, *, dry_run: bool) -> Written:
    stored = whole.read(client, "Secret", namespace, layout.name)
    where = f"Secret {namespace}/{layout.name}"
    if stored.is_there and not stored.texts.get(layout.key):
        raise _no_key(where, layout)
    key = load_key(stored.texts[layout.key], f"{where}, {layout.key}") if stored.is_there else new_key()
    texts = dict(stored.texts)
    texts.setdefault(layout.key, key_pem(key))
    own = key_id(key.public_key())
    if certificate_faults(texts.get(SELF_SIGNED, ""), name, now, key=own):
        texts[SELF_SIGNED] = self_signed(key, name, now)
        texts[layout.certificate] = texts[layout.authority] = texts[SELF_SIGNED]
    if not texts.get(layout.certificate) or not texts.get(layout.authority):
        texts[layout.certificate] = texts[layout.authority] = texts[SELF_SIGNED]
    return whole.write(client, stored, texts, PARTY_LABELS, dry_run=dry_run)


def read_keys(client: Client, namespace: str) -> dict[EndpointName, PartyKey]:
    """The party's keys, by endpoint.

    Raises:
        FedFleetError: they have not been made, or not whole.
    """
    found: dict[EndpointName, PartyKey] = {}
    for name, layout in LAYOUTS.items():
        stored = whole.read(client, "Secret", namespace, layout.name)
        where = f"Secret {namespace}/{layout.name}"
        if not stored.texts.get(layout.key):
            raise _no_key(where, layout)
        key = load_key(stored.texts[layout.key], f"{where}, {layout.key}")
        found[name] = PartyKey(layout, key, stored.texts.get(SELF_SIGNED, ""), stored)
    return found


def with_certificate(party_key: PartyKey, certificate: str, authority: str) -> Mapping[str, str]:
    """The Secret's texts with another certificate and CA; the key stays."""
    layout = party_key.layout
    return {**party_key.stored.texts, layout.certificate: certificate, layout.authority: authority}


def _no_key(where: str, layout: SecretLayout) -> FedFleetError:
    return FedFleetError(
        "The party has no key for one of its endpoints",
        expected=f"a private key under {layout.key}",
        found="none",
        where=where,
        next_step="Run the module party_keys first; where the Secret is there without its key, put it back from the backup, or delete it and "
        "have the party admitted anew",
    )
