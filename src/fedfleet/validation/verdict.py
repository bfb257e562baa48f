"""Where a site is, in a word and in one sentence, after its ladder was climbed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.federation.roster import Membership
from fedfleet.federation.states import SiteFacts, SiteState, state_of, waits_for
from fedfleet.validation.jobs import subject
from fedfleet.validation.ladder import ALONE, TOP
from fedfleet.validation.party import partners_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.federation.card import Card
    from fedfleet.federation.roster import Roster
    from fedfleet.validation.ladder import Proof


@dataclass(frozen=True)
class Verdict:
    """A site's state; what it waits for and from whom (empty: nobody); and both in one sentence."""

    state: SiteState
    waits_for: str
    sentence: str


def of_party(
    party_id: str,
    card: Card | None,
    roster: Roster | None,
    proofs: Sequence[Proof],
    silent: Mapping[str, str],
    card_file: str,
) -> Verdict:
    """A party's verdict. It is validated when every partner on the roster has been proven, or when it has none.

    Args:
        party_id: the party.
        card: its card; None before it is written.
        roster: the roster it has taken up; None before its admission.
        proofs: what its ladder showed; all of them hold.
        silent: partners that do not answer, and what came instead.
        card_file: where its card lies, for whoever has to send it.
    """
    member = roster.member(party_id) if roster else None
    alone = any(proof.rung == ALONE for proof in proofs)
    toys = [proof.subject for proof in proofs if proof.rung == TOP]
    partners = partners_of(party_id, roster)
    unproven = [partner for partner in partners if partner not in silent and subject(party_id, partner) not in toys]
    facts = SiteFacts(
        has_cluster=True,
        has_workloads=True,
        has_card=card is not None,
        has_admission=roster is not None,
        has_proof=alone and not silent and not unproven,
        is_removed=member is not None and member.state is Membership.REMOVED,
    )
    state = state_of(facts)
    waiting = waits_for(state, party_id, card_file, card.fingerprint if card else "")
    if waiting:
        return Verdict(state, waiting, waiting)
    if silent:
        reasons = "; ".join(f"party {partner} ({found})" for partner, found in silent.items())
        waiting = f"It waits for partners that do not answer through the exchange yet: {reasons}."
    elif unproven or not alone:
        without = f"with {', '.join(unproven)}" if unproven else "alone"
        waiting = f"It waits for a run that climbs the whole ladder: no job was run {without} (validation_highest_rung)."
    elif not partners:
        waiting = "Nobody else is on the roster yet."
    proven = f"proven with toys {', '.join(toys)}" if toys else "proven alone" if alone else "with no job run"
    return Verdict(state, waiting, f"Party {party_id} is {state}, {proven}. {waiting}".strip())


def of_exchange(admitted: Sequence[str], silent: Mapping[str, str]) -> Verdict:
    """An exchange's verdict: it waits for cards until one is admitted, and for parties that none of its replicas reaches."""
    if not admitted:
        waiting = "The exchange waits for cards: save those that parties send where registration_cards looks for them, and run again."
        return Verdict(SiteState.DEPLOYED, waiting, f"The exchange is up, without routes. {waiting}")
    who, whose = (f"party {admitted[0]} is", "its") if len(admitted) == 1 else (f"parties {', '.join(admitted)} are", "their")
    told = f"{who} admitted, and every replica serves {whose} routes"
    if silent:
        reasons = "; ".join(f"party {party} ({found})" for party, found in silent.items())
        waiting = f"It waits for parties that cannot be reached: {reasons}."
        return Verdict(SiteState.DEPLOYED, waiting, f"The exchange is up: {told}. {waiting}")
    return Verdict(SiteState.VALIDATED, "", f"The exchange is validated: {told}.")
