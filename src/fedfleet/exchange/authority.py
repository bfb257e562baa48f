"""The exchange's CA and own certificates: made once, renewed in time, kept in the exchange's namespace only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.exchange.admitted import read_authority
from fedfleet.exchange.replicas import reload_nginx, runs
from fedfleet.exchange.settings import AUTHORITY_SECRET, NGINX_SECRET, OWN_LABELS, PROBE_SECRET, ExchangeSettings
from fedfleet.federation.names import exchange_name, probe_name
from fedfleet.kube import whole
from fedfleet.pki.admissions import Authority
from fedfleet.pki.certificates import (
    CLIENT_ONLY,
    SERVER_AND_CLIENT,
    CertificateFacts,
    certificate_faults,
    facts_of,
    load_certificate,
    needs_renewal,
    new_authority,
    signed,
)
from fedfleet.pki.keys import key_id, key_pem, load_key, new_key
from fedfleet.progress import report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cryptography import x509

    from fedfleet.kube import Client
    from fedfleet.kube.whole import Written

_SYNC_SECONDS = 30.0


@dataclass(frozen=True)
class OwnCertificates:
    """What the exchange has.

    Attributes:
        authority: the CA (PEM); empty in a dry run before it is made.
        facts: what each certificate says, by Secret.
        written: what had to be written.
    """

    authority: str
    facts: Mapping[str, CertificateFacts]
    written: tuple[Written, ...]

    @property
    def changed(self) -> bool:
        """Whether anything had to be made."""
        return any(written.changed for written in self.written)


def ensure_own_certificates(client: Client, settings: ExchangeSettings, now: datetime, *, dry_run: bool = False) -> OwnCertificates:
    """Make what is missing and renew what ends within 60 days; the CA is never made anew.

    Renewed certificates of nginx are taken up by running replicas at once.

    Raises:
        FedFleetError, KubeError: what is there cannot be used, or cannot be written.
    """
    stored = whole.read(client, "Secret", settings.namespace, AUTHORITY_SECRET)
    written: list[Written] = []
    if not stored.is_there:
        key = new_key()
        texts = {"ca.crt": new_authority(key, settings.federation, settings.domain, now), "ca.key": key_pem(key)}
        written.append(whole.write(client, stored, texts, OWN_LABELS, dry_run=dry_run))
        if dry_run:
            return OwnCertificates("", {}, tuple(written))
    authority = read_authority(client, settings)
    facts = {AUTHORITY_SECRET: facts_of(authority.certificate)}
    leaves: tuple[tuple[str, str, tuple[x509.ObjectIdentifier, ...]], ...] = (
        (NGINX_SECRET, exchange_name(settings.domain), SERVER_AND_CLIENT),
        (PROBE_SECRET, probe_name(settings.domain), CLIENT_ONLY),
    )
    for secret, name, usages in leaves:
        current = whole.read(client, "Secret", settings.namespace, secret)
        texts = _leaf(current.texts, authority, name, usages, now, f"Secret {settings.namespace}/{secret}")
        done = whole.write(client, current, texts, OWN_LABELS, dry_run=dry_run)
        written.append(done)
        certificate = load_certificate(texts["tls.crt"])
        if certificate is not None:
            facts[secret] = facts_of(certificate)
        if done.changed and current.is_there and secret == NGINX_SECRET and not dry_run:
            take_up(client, settings, texts["tls.crt"])
    return OwnCertificates(authority.pem, facts, tuple(written))


def _leaf(
    texts: Mapping[str, str],
    authority: Authority,
    name: str,
    usages: tuple[x509.ObjectIdentifier, ...],
    now: datetime,
    where: str,
) -> dict[str, str]:
    """The texts of a Secret with a good certificate for ``name``: those that are there where they are good."""
    key = load_key(texts["tls.key"], f"{where}, tls.key") if texts.get("tls.key") else new_key()
    pem = texts.get("tls.crt", "")
    certificate = load_certificate(pem) if pem else None
    faults = certificate_faults(pem, name, now, authority=authority.certificate, key=key_id(key.public_key()))
    if certificate is None or faults or needs_renewal(certificate, now):
        pem = signed(authority.certificate, authority.key, name, key.public_key(), now, usages)
    return {"tls.crt": pem, "tls.key": texts.get("tls.key") or key_pem(key), "ca.crt": authority.pem}


def take_up(client: Client, settings: ExchangeSettings, certificate: str) -> None:
    """Have every running nginx of the exchange show its Secret's certificate, which is the one given (PEM).

    Raises:
        ReplicaError: one did not.
    """
    labels = settings.labels(settings.nginx_proxy)
    client.touch_pods(settings.namespace, labels)
    for pod in client.list("Pod", settings.namespace, labels, api_version="v1"):
        if runs(pod, settings.nginx_proxy):
            name = pod["metadata"]["name"]
            report(f"having {name} take up its renewed certificate")
            configuration, mounted = f"{settings.nginx.conf_dir}/nginx.conf", f"{settings.nginx.tls_dir}/tls.crt"
            reload_nginx(client, settings.namespace, name, settings.nginx_proxy, configuration, mounted, certificate, _SYNC_SECONDS)
