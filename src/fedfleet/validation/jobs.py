"""Rungs 4 and 5: the toy example, on one party and with partners.

A toy takes a minute of a party's computing, so that a proof is kept and taken again for as long as nothing it depends on
has changed: images, settings, certificates, and where the exchange is.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fedfleet import progress
from fedfleet.engine.fate import run_toy
from fedfleet.errors import FedFleetError
from fedfleet.validation.ladder import Proof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from fedfleet.validation.party import Party
    from fedfleet.validation.proofs import ProofStore

    Turn = Callable[[str], AbstractContextManager[object]]
    Pairings = Callable[[], Sequence["Pairing"]]


@dataclass(frozen=True)
class ToyTerms:
    """How toys are run: seconds at most for one, and whether kept proofs count."""

    timeout: float
    force: bool = False


@dataclass(frozen=True)
class Pairing:
    """One toy: a host, the digest of what it depends on, and the host's own cluster where it may be asked directly."""

    host: str
    inputs: str
    partner: Party | None = None


class ToyRung:
    """A toy from the party to each host of the pairings, one after the other.

    Two toys between the same parties in opposite directions may each hold the cores the other waits for; ``turn`` is
    entered for each toy, so that whoever knows of several parties can have them take turns.
    """

    def __init__(self, number: int, party: Party, pairings: Pairings, store: ProofStore, terms: ToyTerms, turn: Turn) -> None:
        """``pairings`` is asked when the rung is climbed: which partners answer, the rungs below find out."""
        self.number = number
        self._party = party
        self._pairings = pairings
        self._store = store
        self._terms = terms
        self._turn = turn

    def prove(self) -> Sequence[Proof]:
        """One proof a host, kept ones included; ends with the first that fails, as the next would wait as long."""
        proofs: list[Proof] = []
        for pairing in self._pairings():
            wanted = Proof(self.number, subject(self._party.party_id, pairing.host), ok=False, inputs=pairing.inputs)
            kept = None if self._terms.force else self._store.still_good(wanted)
            proof = kept or self._run(wanted, pairing)
            proofs.append(proof)
            if not proof.ok:
                break
        return proofs

    def _run(self, wanted: Proof, pairing: Pairing) -> Proof:
        with ExitStack() as stack:
            stack.enter_context(self._turn(wanted.subject))
            flow = stack.enter_context(self._party.flow())
            partner = stack.enter_context(pairing.partner.flow()) if pairing.partner else None
            try:
                result = run_toy(flow, pairing.host, partner, timeout=self._terms.timeout, progress=progress.report)
            except FedFleetError as error:
                return replace(wanted, detail=f"{error.summary}; found {error.found}", fix=error.next_step)
        fix = "" if result.ok else f"look at the job's logs in pod python-0 of both parties, job {result.job_id}"
        return replace(wanted, ok=result.ok, seconds=result.seconds, detail=result.message, fix=fix)


def subject(guest: str, host: str) -> str:
    """How a pairing is called in reports."""
    return guest if guest == host else f"{guest} → {host}"
