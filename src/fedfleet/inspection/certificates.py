"""The certificates a site shows and trusts, from its Secrets. No key is looked at, and the Secret of the CA's key is not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.exchange.settings import NGINX_SECRET, PROBE_SECRET
from fedfleet.kube import whole
from fedfleet.pki.certificates import facts_of, load_certificate
from fedfleet.registration.secrets import LAYOUTS
from fedfleet.report.facts import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fedfleet.exchange.admitted import Admitted
    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.kube import Client

_AUTHORITY = "of the federation's CA"


def of_party(client: Client, namespace: str) -> tuple[Certificate, ...]:
    """Those of a party's two endpoints, and of the CA it trusts.

    Raises:
        fedfleet.kube.KubeError: the cluster cannot be asked.
    """
    found: list[Certificate] = []
    authorities: dict[str, str] = {}
    for layout in LAYOUTS.values():
        stored = whole.read(client, "Secret", namespace, layout.name)
        found += _read(stored.texts.get(layout.certificate, ""), f"of the {layout.endpoint} endpoint", f"Secret {layout.name}")
        trusted = stored.texts.get(layout.authority, "")
        # Before its admission a party trusts itself.
        if trusted != stored.texts.get(layout.certificate):
            authorities.setdefault(trusted, f"Secret {layout.name}")
    return (*found, *_authorities(authorities))


def of_exchange(client: Client, settings: ExchangeSettings, admitted: Mapping[str, Admitted]) -> tuple[Certificate, ...]:
    """The exchange's own, the CA's, and those it has given to parties.

    Raises:
        fedfleet.kube.KubeError: the cluster cannot be asked.
    """
    found: list[Certificate] = []
    authorities: dict[str, str] = {}
    for name, purpose in ((NGINX_SECRET, "of the exchange's nginx"), (PROBE_SECRET, "of the exchange's probe")):
        stored = whole.read(client, "Secret", settings.namespace, name)
        found += _read(stored.texts.get("tls.crt", ""), purpose, f"Secret {name}")
        authorities.setdefault(stored.texts.get("ca.crt", ""), f"Secret {name}")
    for party, entry in admitted.items():
        where = f"ConfigMap {entry.stored.name}"
        found += _read(entry.certificates.broker, f"given to party {party} for its broker endpoint", where)
        found += _read(entry.certificates.coordination, f"given to party {party} for its coordination endpoint", where)
    return (*found, *_authorities(authorities))


def _authorities(found: Mapping[str, str]) -> Iterable[Certificate]:
    return [certificate for pem, where in found.items() for certificate in _read(pem, _AUTHORITY, where, is_authority=True)]


def _read(pem: str, purpose: str, where: str, *, is_authority: bool = False) -> list[Certificate]:
    """The certificate in a text, or nothing where there is none: rung 1 says so, and what to do."""
    certificate = load_certificate(pem) if pem else None
    if certificate is None:
        return []
    said = facts_of(certificate)
    return [
        Certificate(
            purpose=purpose,
            where=where,
            subject=said.subject,
            issuer=said.issuer,
            names=said.names,
            not_before=said.not_before,
            not_after=said.not_after,
            is_authority=is_authority,
        )
    ]
