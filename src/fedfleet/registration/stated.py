"""Where sites can be reached by the files that they hand one another: for people to read, before anything checks those files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.federation.admission import Admission
from fedfleet.federation.card import Card

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fedfleet.federation.endpoint import Endpoint

EXCHANGE: Final = "exchange"


def stated_endpoints(files: Iterable[Path]) -> dict[str, tuple[Endpoint, ...]]:
    """Endpoints by site: a party's number, by its card, and ``exchange``, by an admission. What is neither says nothing.

    Of a party with several cards the newest counts.
    """
    cards: dict[str, Card] = {}
    found: dict[str, tuple[Endpoint, ...]] = {}
    for file in files:
        document = _read(file)
        if isinstance(document, Admission):
            found[EXCHANGE] = document.roster.exchange
        elif document and (document.party_id not in cards or cards[document.party_id].serial < document.serial):
            cards[document.party_id] = document
    return found | {party: cards[party].endpoints for party in sorted(cards, key=int)}


def _read(file: Path) -> Card | Admission | None:
    for kind in (Card, Admission):
        try:
            return kind.read(file.read_text(encoding="utf-8"), str(file))
        except (OSError, UnicodeDecodeError, FedFleetError):
            continue
    return None
