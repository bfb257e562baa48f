"""Routes: what the exchange forwards where. They derive from admitted cards and from nothing else."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from fedfleet.federation.addresses import Network, PortRange, joined, within
from fedfleet.federation.canonical import canonical_json
from fedfleet.federation.problems import Problem, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fedfleet.federation.card import Card
    from fedfleet.federation.endpoint import Endpoint

RouteKind = Literal["sni", "header"]


@dataclass(frozen=True, order=True)
class Route:
    """One route.

    Attributes:
        party_id: the party it leads to.
        kind: by TLS server name (broker) or by the header ``dest-party-id`` (coordination).
        match: the server name, or the party id.
        address, port: where it leads.
        server_name: the name the party's certificate must carry.
        pinned: the party's self-signed certificate (PEM), by whose key it is known before it has another.
    """

    party_id: str
    kind: RouteKind
    match: str
    address: str
    port: int
    server_name: str
    pinned: str

    @property
    def target(self) -> str:
        """``address:port``."""
        return joined(self.address, self.port)

    @property
    def name(self) -> str:
        """How people call it: ``30000 by sni``."""
        return f"{self.party_id} by {self.kind}"


@dataclass(frozen=True)
class RouteTable:
    """All routes, in order of party and kind."""

    routes: tuple[Route, ...] = ()

    @property
    def table_id(self) -> str:
        """A name for exactly this table: twelve hexadecimal digits of its content's SHA-256."""
        content = canonical_json({"routes": [asdict(route) for route in self.routes]})
        return hashlib.sha256(content).hexdigest()[:12]

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties that routes lead to, in order."""
        return tuple(sorted({route.party_id for route in self.routes}, key=int))

    def of_kind(self, kind: RouteKind) -> tuple[Route, ...]:
        """The routes of a kind."""
        return tuple(route for route in self.routes if route.kind == kind)


def routes_of(cards: Iterable[Card]) -> RouteTable:
    """The routes to the parties of ``cards``.

    Raises:
        DocumentError: two cards claim the same party, name or target.
    """
    known = sorted(cards, key=lambda card: int(card.party_id))
    refuse("These cards cannot be routed together", clashes(known), "Ask the parties which of the cards is right")
    return RouteTable(tuple(route for card in known for route in _routes(card)))


def _routes(card: Card) -> tuple[Route, Route]:
    coordination = card.endpoint("coordination")
    broker = card.endpoint("broker")
    return (
        _route(card, "header", card.party_id, coordination),
        _route(card, "sni", broker.server_name, broker),
    )


def _route(card: Card, kind: RouteKind, match: str, endpoint: Endpoint) -> Route:
    return Route(
        party_id=card.party_id,
        kind=kind,
        match=match,
        address=endpoint.address,
        port=endpoint.port,
        server_name=endpoint.server_name,
        pinned=card.certificates.of(endpoint.name),
    )


def clashes(cards: Sequence[Card]) -> list[Problem]:
    """What two cards claim at once: a party id, a server name, an address and port."""
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    for card in cards:
        claims["the party id", card.party_id].append(card.party_id)
        for endpoint in card.endpoints:
            claims["the server name", endpoint.server_name].append(f"{card.party_id} ({endpoint.name})")
            claims["the target", endpoint.target].append(f"{card.party_id} ({endpoint.name})")
    return [
        Problem(f"cards of parties {' and '.join(owners)}", f"{what} {value} is claimed more than once")
        for (what, value), owners in claims.items()
        if len(owners) > 1
    ]


def target_problems(
    card: Card, exchange: Iterable[Endpoint], forbidden: Sequence[Network], ports: Sequence[PortRange] = ()
) -> list[Problem]:
    """Targets of a card that would lead back to the exchange, into networks no party may be in, or to other ``ports`` (empty: any)."""
    own = {endpoint.target for endpoint in exchange}
    found = []
    for endpoint in card.endpoints:
        where = f"card of party {card.party_id}, {endpoint.name} endpoint"
        if endpoint.target in own:
            found.append(Problem(where, f"{endpoint.target} is the exchange itself: the route would be a loop"))
        network = within(endpoint.address, forbidden)
        if network is not None:
            found.append(Problem(where, f"{endpoint.address} is in {network}, where no party may be"))
        if ports and not any(endpoint.port in allowed for allowed in ports):
            allowed = ", ".join(map(str, ports))
            found.append(Problem(where, f"the exchange forwards to the ports {allowed} only (exchange_party_ports), found {endpoint.port}"))
    return found
