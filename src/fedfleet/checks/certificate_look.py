"""A site's certificates: as they are stored, and as its programs show them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fedfleet.exchange.settings import AUTHORITY_SECRET, NGINX_SECRET, PROBE_SECRET
from fedfleet.federation.names import ENDPOINT_NAMES, exchange_name, probe_name, server_name
from fedfleet.kube import KubeError, whole
from fedfleet.pki.certificates import CertificateFacts, authority_faults, certificate_faults, facts_of, load_certificate, pem_of
from fedfleet.pki.keys import key_id, load_key
from fedfleet.probe import Question, ask
from fedfleet.registration.secrets import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from fedfleet.kube import Client
    from fedfleet.probe import Answer

_SECONDS: Final = 5.0
# Where a party's programs show their certificates: by endpoint, the Service inside the namespace and its port.
_SHOWN_AT: Final = {"broker": ("service/pulsar-public-tls", 6651), "coordination": ("service/nginx-public", 9443)}


@dataclass(frozen=True)
class CertificateSeen:
    """A certificate that the site has.

    Attributes:
        name: what it is for, in a word or two.
        where: the Secret and the key in it.
        facts: what it says; None where it cannot be read.
        faults: why it is not good for what it is for; its end aside.
        shown: None where nobody shows it; else what the program shows differs in: empty when it shows this very one.
        is_authority: whether it is the federation's CA.
    """

    name: str
    where: str
    facts: CertificateFacts | None
    faults: tuple[str, ...] = ()
    shown: str | None = None
    is_authority: bool = False


@dataclass(frozen=True)
class _Stored:
    name: str
    secret: str
    certificate: str
    key: str
    authority: str
    server_name: str
    shown_at: tuple[str, int] | None = None
    outside: tuple[str, int] | None = None


def party_certificates(
    client: Client, namespace: str, party_id: str, domain: str, now: datetime, broker: tuple[str, int] | None = None
) -> list[CertificateSeen]:
    """Those of a party's two endpoints; ``broker`` is the public address and port of a broker that the site has already."""
    outside = {"broker": broker, "coordination": None}
    stored = [
        _Stored(
            name,
            layout.name,
            layout.certificate,
            layout.key,
            layout.authority,
            server_name(name, party_id, domain),
            _SHOWN_AT[name],
            outside[name],
        )
        for name in ENDPOINT_NAMES
        for layout in (LAYOUTS[name],)
    ]
    return [_seen(client, namespace, each, now) for each in stored]


def exchange_certificates(client: Client, namespace: str, domain: str, now: datetime) -> list[CertificateSeen]:
    """Those of an exchange: the CA, nginx, and the probe."""
    stored = [
        _Stored("coordination", NGINX_SECRET, "tls.crt", "tls.key", "ca.crt", exchange_name(domain), ("service/nginx", 9443)),
        _Stored("probe", PROBE_SECRET, "tls.crt", "tls.key", "ca.crt", probe_name(domain)),
    ]
    return [_authority(client, namespace, domain, now), *(_seen(client, namespace, each, now) for each in stored)]


def _authority(client: Client, namespace: str, domain: str, now: datetime) -> CertificateSeen:
    pem = whole.read(client, "Secret", namespace, AUTHORITY_SECRET).texts.get("ca.crt", "")
    certificate = load_certificate(pem) if pem else None
    faults = _but_its_end(authority_faults(pem, domain, now)) if pem else ("there is none",)
    facts = facts_of(certificate) if certificate else None
    return CertificateSeen("federation's CA", f"Secret {AUTHORITY_SECRET}, ca.crt", facts, faults, is_authority=True)


def _seen(client: Client, namespace: str, stored: _Stored, now: datetime) -> CertificateSeen:
    texts = whole.read(client, "Secret", namespace, stored.secret).texts
    where = f"Secret {stored.secret}, {stored.certificate}"
    pem = texts.get(stored.certificate, "")
    certificate = load_certificate(pem) if pem else None
    if certificate is None:
        return CertificateSeen(stored.name, where, None, ("there is none that can be read",))
    # Before its admission a party trusts itself.
    trusted = texts.get(stored.authority, "")
    authority = load_certificate(trusted) if trusted and trusted != pem else None
    own_key = key_id(load_key(texts[stored.key], where).public_key()) if texts.get(stored.key) else None
    faults = certificate_faults(pem, stored.server_name, now, authority=authority, key=own_key)
    found = CertificateSeen(stored.name, where, facts_of(certificate), _but_its_end(faults))
    if stored.shown_at is None:
        return found
    try:
        return replace(found, shown=_shown(client, namespace, stored, pem))
    except KubeError:
        # No pod shows anything now; that is told of the pods.
        return found


def _shown(client: Client, namespace: str, stored: _Stored, pem: str) -> str | None:
    """What the program that shows the certificate shows instead; empty when it shows this one, None where that cannot be seen."""
    if stored.outside is not None:
        host, port = stored.outside
        answer = ask(Question("tls", host, port, server_name=stored.server_name, timeout=_SECONDS))
        # Whether this machine has to reach it is for others to judge.
        return _difference(answer, pem) if answer.peer else None
    target, port = stored.shown_at or ("", 0)
    with client.tunnel(namespace, target, port) as tunnel:
        return _difference(ask(Question("tls", tunnel.host, tunnel.port, server_name=stored.server_name, timeout=_SECONDS)), pem)


def _difference(answer: Answer, pem: str) -> str:
    other = load_certificate(base64.b64decode(answer.peer)) if answer.peer else None
    mine = load_certificate(pem)
    if other is None or mine is None:
        return answer.detail
    if pem_of(other) == pem_of(mine):
        return ""
    facts = facts_of(other)
    return f"one of {facts.issuer} that ends on {facts.not_after:%Y-%m-%d}"


def _but_its_end(faults: Sequence[str]) -> tuple[str, ...]:
    """Days left are judged with thresholds of their own."""
    return tuple(fault for fault in faults if not fault.startswith("it ended on"))
