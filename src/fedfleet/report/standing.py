"""Certificates held against the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fedfleet.report.facts import Certificate
from fedfleet.report.model import CertificateStanding, SiteReport, State

# fedfleet.pki.certificates.RENEWAL and LEAF_LIFETIME in days; not imported, for whoever only times stages need not wait for cryptography.
# Below RENEWAL_DAYS every run renews a certificate; one with fewer days left has seen no run for that long.
RENEWAL_DAYS = 60
# So close to its end that a run has to be made now.
LAST_DAYS = 14
# A CA is never renewed by a run: certificates it signs get shorter from here on, and a new one takes every party's part.
AUTHORITY_DAYS = 397


def standings_of(sites: Sequence[SiteReport], now: datetime) -> tuple[CertificateStanding, ...]:
    """Every certificate of every site, those that end first before the others."""
    found = [_standing(site.site, certificate, now) for site in sites for certificate in site.facts.certificates]
    return tuple(sorted(found, key=lambda each: (each.days_left, each.site, each.certificate.purpose)))


def _standing(site: str, certificate: Certificate, now: datetime) -> CertificateStanding:
    attention, fails = (AUTHORITY_DAYS, RENEWAL_DAYS) if certificate.is_authority else (RENEWAL_DAYS, LAST_DAYS)
    left = (certificate.not_after - now) // timedelta(days=1)
    return CertificateStanding(
        site=site,
        certificate=certificate,
        days_left=left,
        attention_below=attention,
        fails_below=fails,
        state=_state(left, attention, fails),
    )


def _state(left: int, attention: int, fails: int) -> State:
    if left < fails:
        return "fails"
    return "attention" if left < attention else "holds"
