"""Climbing a site's ladder from beginning to end: what modules and commands call."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet.kube import Client
from fedfleet.validation import verdict
from fedfleet.validation.exchange_ladder import ExchangeLadder
from fedfleet.validation.ladder import TOP, Proof, RungError, climb, first_failure
from fedfleet.validation.party import Party
from fedfleet.validation.party_ladder import PartyLadder, PartyTerms
from fedfleet.validation.proofs import ProofStore
from fedfleet.validation.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.exchange.findings import ReplicaRoute
    from fedfleet.exchange.settings import ExchangeSettings


@dataclass(frozen=True)
class Access:
    """The way into a partner's cluster, where the same inventory has it."""

    party_id: str
    namespace: str
    kubeconfig: str = field(default="", repr=False)
    context: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a climb showed.

    Attributes:
        proofs: what was proven, up to and including the first rung that does not hold.
        ended: where the site is, or the error of the first rung that does not hold.
        changed: whether proofs were stored.
        routes: at an exchange, what each replica answered.
    """

    proofs: tuple[Proof, ...]
    ended: Verdict | RungError
    changed: bool
    routes: tuple[ReplicaRoute, ...] = ()


def climb_party(party: Party, partners: Sequence[Access], terms: PartyTerms, card_file: str, *, keep: bool = True) -> Outcome:
    """Climb a party's ladder.

    Args:
        party: the party.
        partners: partners of the same inventory.
        terms: how far and how.
        card_file: where the party's card lies, for the sentence it ends with.
        keep: whether proofs are stored.

    Raises:
        KubeError: a cluster cannot be asked at all.
        NoKeysError: the party has not been deployed yet.
    """
    with ExitStack() as stack:
        held = {
            access.party_id: Party(
                access.party_id,
                stack.enter_context(Client.connect(access.kubeconfig or None, access.context or None)),
                access.namespace,
            )
            for access in partners
        }
        store = ProofStore(party.client, party.namespace)
        ladder = PartyLadder(party, held, store, terms)
        proofs = climb(ladder.rungs())
        failure = first_failure(proofs)
        complete = failure is None and terms.highest >= TOP and not ladder.partners.silent
        changed = store.keep(proofs, complete=complete) if keep else False
        ended = failure or verdict.of_party(party.party_id, ladder.card, ladder.roster, proofs, ladder.partners.silent, card_file)
        return Outcome(proofs, ended, changed)


def climb_exchange(client: Client, settings: ExchangeSettings, *, reaches_endpoints: bool = True) -> Outcome:
    """Climb an exchange's ladder. Nothing is stored: its proofs take seconds, and are found again in every run.

    Raises:
        FedFleetError: the exchange has no certificates yet.
        KubeError: the cluster or a replica cannot be asked at all.
    """
    ladder = ExchangeLadder(client, settings, reaches_endpoints=reaches_endpoints)
    proofs = climb(ladder.rungs())
    ended = first_failure(proofs) or verdict.of_exchange(ladder.admitted, ladder.silent)
    return Outcome(proofs, ended, changed=False, routes=ladder.findings)
