"""FATE as an engine: its two ways in, and what it can be proven on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet.engine.fate.flow import FlowClient
from fedfleet.engine.protocol import RouteKind, Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.engine.protocol import Engine

_WAYS = (
    Way("broker", "pulsar+ssl", "pulsar-public-tls", 6651, RouteKind.SNI),
    Way("coordination", "https", "nginx-public", 9443, RouteKind.HEADER),
)


@dataclass(frozen=True)
class Fate:
    """The engine called ``fate``."""

    name: str = "fate"
    ways: Sequence[Way] = _WAYS
    rungs: frozenset[int] = field(default_factory=lambda: frozenset(range(1, 8)))

    def client(self, base_url: str, party_id: str) -> FlowClient:
        """A client for a party's FATE Flow, reached through its nginx at ``base_url``."""
        return FlowClient(base_url, party_id)


FATE: Engine = Fate()
