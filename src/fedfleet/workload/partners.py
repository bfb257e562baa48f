"""What a job's other parties say of their own parts: those whose clusters are here directly, the others through the exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fedfleet.engine.fate import FlowError, follow
from fedfleet.engine.protocol import JobState, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.engine.fate import FlowClient, Members, Moment

# A party learns of a job's end from the scheduler; this many seconds it may take until it says so itself.
_LAG: Final = 20.0


def partner_words(members: Members, flows: Mapping[str, FlowClient], end: Moment) -> Sequence[Word]:
    """One word for each role of each party but the guest.

    Args:
        members: who takes part.
        flows: the FATE Flows that are here, the guest's among them.
        end: the job's last moment as the guest saw it.
    """
    words: list[Word] = []
    for party in (party for party in members.party_ids if party != members.guest):
        flow = flows.get(party)
        if flow is not None:
            follow(flow, end.job_id, lambda _moment: None, timeout=_LAG, stop_late=False)
            words += flow.words(end.job_id)
        else:
            words += [_through_exchange(flows[members.guest], end, party, role) for role in members.roles_of(party)]
    return words


def _through_exchange(guest: FlowClient, end: Moment, party: str, role: str) -> Word:
    asked = "its FATE Flow, through the exchange"
    trouble = "no task of the job is known"
    # The last task that the party has a part in: evaluations are the guest's alone.
    for task in reversed(end.tasks):
        try:
            return Word(party, role, guest.collect(task, party, role).party_status, asked)
        except FlowError as error:
            trouble = str(error)
    return Word(party, role, JobState.UNKNOWN, f"{asked}: {trouble}")
