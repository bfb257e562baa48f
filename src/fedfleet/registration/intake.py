"""Cards as they come in: read, held against everything, refused together or accepted together. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fedfleet.federation.canonical import same_fingerprint
from fedfleet.federation.card import Card
from fedfleet.federation.problems import DocumentError, Problem
from fedfleet.federation.route import clashes, target_problems
from fedfleet.pki.cards import succession_problems, verify_card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from fedfleet.federation.addresses import Network, PortRange
    from fedfleet.federation.endpoint import Endpoint


@dataclass(frozen=True)
class Received:
    """A card as it came: a YAML text or a mapping, and where from."""

    where: str
    content: str | Mapping[str, Any]


@dataclass(frozen=True)
class Rules:
    """What cards are held against.

    Attributes:
        federation, domain: whose cards are taken.
        exchange: the exchange's own endpoints, to which no route may lead.
        forbidden: networks to which no route may lead.
        fingerprints: what parties read out over the phone, by party id; a card listed here must have that one, and only
            a card listed here may bring other keys than the admitted one.
        removed: parties that are to be out; their cards are put aside.
        now: the moment.
        ports: the ports that the exchange forwards to; empty for any.
    """

    federation: str
    domain: str
    exchange: Sequence[Endpoint]
    now: datetime
    forbidden: Sequence[Network] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    ports: Sequence[PortRange] = ()


def accepted(received: Sequence[Received], stored: Mapping[str, Card], rules: Rules) -> dict[str, Card]:
    """The cards that may be admitted, by party id; none of them if one of them may not.

    Raises:
        DocumentError: with everything that is wrong with any of them.
    """
    cards, problems = _read(received)
    cards = [(where, card) for where, card in cards if card.party_id not in rules.removed]
    for where, card in cards:
        problems += [_placed(problem, where) for problem in _problems(card, stored.get(card.party_id), rules)]
    chosen, repeated = _one_each(cards)
    problems += repeated
    after = {party_id: card for party_id, card in stored.items() if party_id not in rules.removed} | chosen
    problems += clashes(list(after.values()))
    if problems:
        next_step = "Nothing was changed. Ask the parties named above for new cards, and admit the others without them"
        raise DocumentError("These cards cannot be admitted", problems, next_step)
    return chosen


def _read(received: Sequence[Received]) -> tuple[list[tuple[str, Card]], list[Problem]]:
    cards: list[tuple[str, Card]] = []
    problems: list[Problem] = []
    for given in received:
        try:
            card = Card.read(given.content, given.where) if isinstance(given.content, str) else Card.checked(given.content, given.where)
        except DocumentError as error:
            problems += error.problems
        else:
            cards.append((given.where, card))
    return cards, problems


def _problems(card: Card, stored: Card | None, rules: Rules) -> list[Problem]:
    found = verify_card(card, rules.federation, rules.domain, rules.now)
    told = rules.fingerprints.get(card.party_id, "")
    if card.intact():
        # Of a changed card, its number and fingerprint say nothing.
        found += succession_problems(card, stored, confirmed=bool(told))
    found += target_problems(card, rules.exchange, rules.forbidden, rules.ports)
    if told and not same_fingerprint(told, card.fingerprint):
        sentence = f"its fingerprint is {card.fingerprint}, and the party read out {told}: this is not the party's card"
        found.append(Problem(f"card of party {card.party_id}", sentence))
    return found


def _one_each(cards: Sequence[tuple[str, Card]]) -> tuple[dict[str, Card], list[Problem]]:
    """The newest card of each party; two different ones with the same number are a problem."""
    chosen: dict[str, tuple[str, Card]] = {}
    problems = []
    for where, card in cards:
        other = chosen.get(card.party_id)
        if other is None or card.serial > other[1].serial:
            chosen[card.party_id] = (where, card)
        elif card != other[1] and card.serial == other[1].serial:
            sentence = f"there are two different cards of this party with the number {card.serial}, in {other[0]} and {where}"
            problems.append(Problem(f"party {card.party_id}", sentence))
    return {party_id: card for party_id, (_, card) in chosen.items()}, problems


def _placed(problem: Problem, where: str) -> Problem:
    """A problem of a card, with the place the card came from."""
    return Problem(f"{problem.where} ({where})", problem.sentence)
