"""The exchange's side: cards checked, certified, stored, routed and proven; parties removed; the roster kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.exchange.admitted import Admitted, admitted_parties, admitted_party, admitted_texts, card_object, read_authority
from fedfleet.exchange.reload import Reloaded, reload_exchange
from fedfleet.exchange.settings import CARD_LABEL, OWN_LABELS, ROSTER_CONFIG_MAP, ExchangeSettings
from fedfleet.federation.endpoint import EndpointPair
from fedfleet.federation.names import server_name
from fedfleet.federation.roster import Member, Membership, Roster
from fedfleet.federation.route import routes_of
from fedfleet.kube import StaleError, whole
from fedfleet.pki.admissions import Authority, issued, new_admissions, next_roster
from fedfleet.progress import report
from fedfleet.registration.intake import Received, Rules, accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fedfleet.federation.admission import Admission
    from fedfleet.federation.card import Card
    from fedfleet.kube import Client

ROSTER_FILE: Final = "roster.yaml"
_MOST_ATTEMPTS: Final = 10


@dataclass(frozen=True)
class Outcome:
    """What an admission run came to.

    Attributes:
        changed: whether anything was other than before.
        admitted: parties whose cards or certificates are new.
        removed: parties that were in before and are out now.
        admissions: what each admitted party gets back, by party id; those alone that were reached where their cards say.
        unproven: parties whose cards are stored and that no replica has reached yet.
        roster: the roster; None in a dry run before the first.
        reloaded: what the reload came to.
    """

    changed: bool
    admitted: tuple[str, ...]
    removed: tuple[str, ...]
    admissions: Mapping[str, Admission]
    roster: Roster | None
    reloaded: Reloaded
    unproven: tuple[str, ...] = ()


def admit(
    client: Client,
    settings: ExchangeSettings,
    received: Sequence[Received],
    rules: Rules,
    *,
    timeout: float = 30.0,
    dry_run: bool = False,
    reload: Callable[..., Reloaded] = reload_exchange,
) -> Outcome:
    """Admit the parties of the cards, remove those that are to be out, and prove both at every replica.

    Nothing is touched unless all cards are good. Cards admitted before stay admitted. A party whose card came is reached through every
    replica, or the run fails, however often it is repeated: there is no admission before. One that was never reached and whose card did
    not come this time is no obstacle to others; it is neither on the roster nor admitted.

    Args:
        client: the exchange's cluster.
        settings: the exchange.
        received: the cards that came.
        rules: what they are held against.
        timeout: seconds for the proof.
        dry_run: change nothing.
        reload: has the replicas serve the stored routes and asks them, as ``reload_exchange`` does.

    Raises:
        DocumentError: cards are not acceptable; all of them, and all that is wrong, by name.
        RouteError: a replica doesn't serve the new routes, by name. The cards stay stored as not proven; run again.
        StaleError: somebody else admitted another card of the same party at the same time.
        FedFleetError, KubeError: the exchange is not ready or cannot be reached.
    """
    authority = read_authority(client, settings)
    before = admitted_parties(client, settings)
    cards = accepted(received, {party_id: found.card for party_id, found in before.items()}, rules)
    gone = tuple(party_id for party_id in before if party_id in rules.removed)
    kept = {party_id: found.card for party_id, found in before.items() if party_id not in gone} | cards
    certificates = {
        party_id: issued(card, authority, before[party_id].certificates if party_id in before else None, rules.now)
        for party_id, card in kept.items()
    }
    fresh = tuple(party_id for party_id in kept if _is_new(before.get(party_id), kept[party_id], certificates[party_id]))
    if not dry_run:
        _store(client, settings, before, kept, certificates, fresh, gone)
    unproven = [party_id for party_id, card in kept.items() if party_id not in before or before[party_id].proven != card.fingerprint]
    reloaded = reload(
        client,
        settings,
        changed_parties=[party_id for party_id in unproven if party_id in cards],
        doubtful_parties=unproven,
        timeout=timeout,
        dry_run=dry_run,
        table=routes_of(kept.values()) if dry_run else None,
    )
    if dry_run:
        return Outcome(bool(fresh or gone) or reloaded.changed, fresh, gone, {}, read_roster(client, settings), reloaded)
    silent = {finding.route for finding in reloaded.verdict.silent}
    reached = {finding.route for finding in reloaded.findings} - silent
    marked = [_mark_proven(client, settings, kept[party_id]) for party_id in unproven if party_id in reached]
    roster, renumbered, stored = _keep_roster(client, settings, authority, rules)
    listed = {member.party_id for member in roster.parties}
    admitted = [(found.card, found.certificates) for party_id, found in stored.items() if party_id in listed and found.is_proven]
    admissions = new_admissions(admitted, roster, authority)
    changed = bool(fresh or gone) or reloaded.changed or any(marked) or renumbered
    waiting = tuple(party_id for party_id, found in stored.items() if not found.is_proven)
    return Outcome(changed, fresh, gone, admissions, roster, reloaded, waiting)


def read_roster(client: Client, settings: ExchangeSettings) -> Roster | None:
    """The roster as it is stored; None before the first."""
    text = whole.read(client, "ConfigMap", settings.namespace, ROSTER_CONFIG_MAP).texts.get(ROSTER_FILE, "")
    return Roster.read(text, f"ConfigMap {settings.namespace}/{ROSTER_CONFIG_MAP}") if text else None


def _is_new(before: Admitted | None, card: Card, certificates: EndpointPair) -> bool:
    return before is None or before.card != card or before.certificates != certificates


def _store(
    client: Client,
    settings: ExchangeSettings,
    before: Mapping[str, Admitted],
    cards: Mapping[str, Card],
    certificates: Mapping[str, EndpointPair],
    fresh: Sequence[str],
    gone: Sequence[str],
) -> None:
    """Write each new card as an object of its own, and delete those of removed parties."""
    for party_id in fresh:
        report(f"admitting party {party_id}")
        nothing = whole.Whole("ConfigMap", settings.namespace, card_object(party_id))
        current = before[party_id].stored if party_id in before else nothing
        proven = before[party_id].proven if party_id in before else ""
        whole.write(client, current, admitted_texts(cards[party_id], certificates[party_id], proven), OWN_LABELS | CARD_LABEL)
    for party_id in gone:
        report(f"removing party {party_id}")
        client.delete("ConfigMap", card_object(party_id), settings.namespace, api_version="v1")


def _mark_proven(client: Client, settings: ExchangeSettings, card: Card) -> bool:
    """Write down that a card's party was reached; whether that was news. What others have made of the party since is left to them."""
    for _ in range(_MOST_ATTEMPTS):
        found = admitted_party(client, settings, card.party_id)
        if found is None or found.card != card:
            return False
        texts = admitted_texts(found.card, found.certificates, card.fingerprint)
        try:
            return whole.write(client, found.stored, texts, OWN_LABELS | CARD_LABEL).changed
        except StaleError:
            continue
    raise _restless(f"ConfigMap {settings.namespace}/{card_object(card.party_id)}", "The proof of a card could not be stored")


def _keep_roster(
    client: Client, settings: ExchangeSettings, authority: Authority, rules: Rules
) -> tuple[Roster, bool, Mapping[str, Admitted]]:
    """The roster of what is admitted now, whether it has a new number, and the parties whose cards it was made of."""
    for _ in range(_MOST_ATTEMPTS):
        stored = whole.read(client, "ConfigMap", settings.namespace, ROSTER_CONFIG_MAP)
        text = stored.texts.get(ROSTER_FILE, "")
        previous = Roster.read(text, f"ConfigMap {settings.namespace}/{ROSTER_CONFIG_MAP}") if text else None
        # Read after the roster: a card that comes later comes with a later roster, too.
        admitted = {member.party_id for member in previous.admitted()} if previous else set()
        # Who was never reached is nobody's partner yet; who is known stays so, reached just now or not.
        stored_parties = admitted_parties(client, settings)
        cards = [found.card for party_id, found in stored_parties.items() if found.proven or party_id in admitted]
        members = _members(cards, previous)
        roster = next_roster(settings.federation, settings.domain, rules.exchange, members, authority, previous, rules.now)
        try:
            written = whole.write(client, stored, {ROSTER_FILE: roster.text()}, OWN_LABELS)
        except StaleError:
            continue
        return roster, written.changed, stored_parties
    raise _restless(f"ConfigMap {settings.namespace}/{ROSTER_CONFIG_MAP}", "The roster could not be stored")


def _restless(where: str, summary: str) -> FedFleetError:
    return FedFleetError(
        summary,
        expected="that nobody else changes it at the same time",
        found=f"{_MOST_ATTEMPTS} changes by others",
        where=where,
        next_step="Find out who changes it, and run again",
    )


def _members(cards: Sequence[Card], previous: Roster | None) -> list[Member]:
    """The admitted parties, and as removed all others that were ever on the roster."""
    members = [
        Member(
            party_id=card.party_id,
            organisation=card.organisation,
            engine=card.engine,
            state=Membership.ADMITTED,
            server_names=EndpointPair(
                broker=server_name("broker", card.party_id, card.domain),
                coordination=server_name("coordination", card.party_id, card.domain),
            ),
        )
        for card in cards
    ]
    there = {member.party_id for member in members}
    former = [member for member in (previous.parties if previous else ()) if member.party_id not in there]
    return members + [member.model_copy(update={"state": Membership.REMOVED}) for member in former]
