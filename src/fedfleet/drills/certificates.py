"""The exchange's own certificate near its end, or after it, and its renewal as every run of `site.yml` at the exchange does it.

Drill files name these functions; their arguments beside the scene are the file's `arguments`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.scene import Found, Scene
from fedfleet.exchange.admitted import read_authority
from fedfleet.exchange.authority import ensure_own_certificates, take_up
from fedfleet.exchange.settings import NGINX_SECRET, OWN_LABELS
from fedfleet.federation.names import exchange_name
from fedfleet.kube import whole
from fedfleet.pki.certificates import LEAF_LIFETIME, facts_of, load_certificate, signed
from fedfleet.pki.keys import load_key


def age_certificate(scene: Scene, days: int) -> dict[str, object]:
    """Have every nginx of the exchange show a certificate that ends in so many days, or has ended so many days ago where it is negative.

    It is of the same key and the same CA. Returns when running replicas have taken it up.

    Raises:
        NoFaultError: the exchange has no certificate yet. fedfleet.exchange.replicas.ReplicaError: a replica did not take it up.
    """
    client, settings = scene.client(), scene.exchange
    current = whole.read(client, "Secret", settings.namespace, NGINX_SECRET)
    where = f"Secret {settings.namespace}/{NGINX_SECRET}"
    if not current.is_there:
        raise NoFaultError("The exchange has no certificate that could end", where=where)
    authority, key = read_authority(client, settings), load_key(current.texts["tls.key"], where)
    began = datetime.now(UTC) + timedelta(days=days) - LEAF_LIFETIME
    aged = signed(authority.certificate, authority.key, exchange_name(settings.domain), key.public_key(), began)
    whole.write(client, current, {**current.texts, "tls.crt": aged}, OWN_LABELS)
    take_up(client, settings, aged)
    return {"days": days}


def renew_certificate(scene: Scene) -> dict[str, object]:
    """Undo ``age_certificate``, whether it was done or not: what ends within 60 days is renewed, and taken up by running replicas."""
    done = ensure_own_certificates(scene.client(), scene.exchange, datetime.now(UTC))
    return {"renewed": done.changed, "ends": f"{done.facts[NGINX_SECRET].not_after:%Y-%m-%d}"}


def certificate_lasts(scene: Scene, days: int) -> Found:
    """The certificate that the exchange's nginx has lasts for so many days more."""
    settings = scene.exchange
    stored = whole.read(scene.client(), "Secret", settings.namespace, NGINX_SECRET)
    certificate = load_certificate(stored.texts.get("tls.crt", ""))
    if certificate is None:
        return Found(False, "there is no certificate")
    left = facts_of(certificate).days_left(datetime.now(UTC))
    return Found(left >= days, f"it lasts for {left} days" if left >= 0 else f"it ended {-left} days ago")
