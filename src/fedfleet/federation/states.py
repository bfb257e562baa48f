"""Where a site is on its way, found out from what is there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SiteState(StrEnum):
    """The states of a site, in order."""

    PLANNED = "planned"
    PROVISIONED = "provisioned"
    DEPLOYED = "deployed"
    AWAITING_ADMISSION = "awaiting-admission"
    ADMITTED = "admitted"
    VALIDATED = "validated"
    LEAVING = "leaving"
    REMOVED = "removed"


@dataclass(frozen=True)
class SiteFacts:
    """What a run found at a site."""

    has_cluster: bool = False
    has_workloads: bool = False
    has_card: bool = False
    has_admission: bool = False
    has_proof: bool = False
    wants_to_leave: bool = False
    is_removed: bool = False


def state_of(facts: SiteFacts) -> SiteState:
    """The state that the facts amount to.

    Being removed and wanting to leave outweigh all else. Otherwise a site is as far as the unbroken row of
    what it has: a proof without an admission proves nothing.
    """
    if facts.is_removed:
        return SiteState.REMOVED
    if facts.wants_to_leave:
        return SiteState.LEAVING
    row = (facts.has_cluster, facts.has_workloads, facts.has_card, facts.has_admission, facts.has_proof)
    reached = next((at for at, there in enumerate(row) if not there), len(row))
    return list(SiteState)[reached]


def waits_for(state: SiteState, party_id: str, card_path: str = "", card_fingerprint: str = "") -> str:
    """In one sentence, what a party waits for and from whom; empty when it waits for nobody."""
    if state is SiteState.AWAITING_ADMISSION:
        return (
            f"Party {party_id} waits for its admission: send {card_path or 'its card'} to the exchange's operator, "
            f"read out its fingerprint {card_fingerprint or 'when asked'}, and run again with the admission that comes back."
        )
    if state is SiteState.REMOVED:
        return f"The exchange has removed party {party_id}: to come back, agree on it with the exchange's operator and send the card again."
    if state is SiteState.LEAVING:
        return f"Party {party_id} is leaving: the exchange's operator has to name it in registration_removed_parties."
    return ""
