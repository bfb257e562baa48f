"""A party's card, made of what its cluster holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.federation.card import Card
from fedfleet.federation.names import ENDPOINT_NAMES
from fedfleet.kube import whole
from fedfleet.pki.cards import new_card
from fedfleet.registration.endpoints import EndpointSource, resolve
from fedfleet.registration.secrets import PARTY_LABELS, read_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.federation.names import EndpointName
    from fedfleet.federation.site import Site
    from fedfleet.kube import Client
    from fedfleet.kube.whole import Written

CARD_CONFIG_MAP: Final = "card"
CARD_FILE: Final = "card.yaml"


@dataclass(frozen=True)
class MadeCard:
    """The card, and what had to be written for it."""

    card: Card
    written: Written


def make_card(
    client: Client,
    namespace: str,
    site: Site,
    sources: Mapping[EndpointName, EndpointSource],
    *,
    timeout: float = 120.0,
    dry_run: bool = False,
) -> MadeCard:
    """The party's card with the next number if anything in it changed; kept in ConfigMap ``card``.

    Raises:
        FedFleetError: keys or addresses are missing.
    """
    names = {name: site.server_name(name) for name in ENDPOINT_NAMES}
    endpoints = resolve(client, namespace, sources, names, timeout)
    keys = read_keys(client, namespace)
    stored = whole.read(client, "ConfigMap", namespace, CARD_CONFIG_MAP)
    text = stored.texts.get(CARD_FILE, "")
    previous = Card.read(text, f"ConfigMap {namespace}/{CARD_CONFIG_MAP}") if text else None
    card = new_card(
        site,
        endpoints,
        {name: found.key for name, found in keys.items()},
        {name: found.self_signed for name, found in keys.items()},
        previous,
    )
    written = whole.write(client, stored, {CARD_FILE: card.text()}, PARTY_LABELS, dry_run=dry_run)
    return MadeCard(card, written)
