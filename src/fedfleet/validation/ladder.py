"""The ladder: rungs in order, each proving something the next one stands on.

1 names, TCP, TLS with the right SNI and chain · 2 coordination hop through the exchange, by party header ·
3 broker hop · 4 toy on one party · 5 toy with partners. The climb ends at the first rung that does not hold: what lies
above it would only fail for the same reason, more slowly and less clearly.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from fedfleet import progress
from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = {
    1: "names, TCP and TLS",
    2: "coordination hop",
    3: "broker hop",
    4: "toy on one party",
    5: "toy with a partner",
}
ALONE = 4
"""The rung of a toy on one party."""
TOP = max(NAMES)
"""The rung of toys with every partner."""


@dataclass(frozen=True)
class Proof:
    """What one rung says about one subject.

    Attributes:
        rung: its number.
        subject: between whom, such as ``30000 → 40000``, or what, such as ``proxy.fate.example.org``.
        ok: whether it holds.
        seconds: how long it took to find out.
        detail: what was seen; for a failure the hop and the replica too.
        fix: what to do about a failure.
        proven_at: when it was found out.
        inputs: digest of everything the proof depends on; empty for rungs that are climbed in every run.
    """

    rung: int
    subject: str
    ok: bool
    seconds: float = 0.0
    detail: str = ""
    fix: str = ""
    proven_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    inputs: str = ""

    @property
    def name(self) -> str:
        """The rung's name."""
        return NAMES.get(self.rung, f"rung {self.rung}")


class Rung(Protocol):
    """A rung knows its number and proves itself."""

    @property
    def number(self) -> int:
        """Its place on the ladder."""

    def prove(self) -> Sequence[Proof]:
        """One proof a subject; no subjects, no proofs."""


class RungError(FedFleetError):
    """A rung does not hold.

    Attributes:
        rung: its number.
        exit_code: tells rungs apart.
    """

    def __init__(self, failed: Sequence[Proof]) -> None:
        first = failed[0]
        self.rung = first.rung
        self.exit_code = ExitCode.RUNG_FAILED + first.rung
        others = f" and {len(failed) - 1} more of this rung" if len(failed) > 1 else ""
        super().__init__(
            f"Rung {first.rung} ({first.name}) does not hold for {first.subject}{others}",
            found=first.detail,
            next_step=first.fix,
        )


def climb(rungs: Sequence[Rung]) -> tuple[Proof, ...]:
    """Prove rung after rung, up to and including the first that does not hold.

    A rung that breaks off with an error of ours becomes a failed proof of that rung, so that the report shows how far it went.
    """
    proofs: list[Proof] = []
    for rung in sorted(rungs, key=lambda each: each.number):
        progress.report(f"rung {rung.number}: {NAMES.get(rung.number, '')}")
        started = time.monotonic()
        try:
            found = tuple(rung.prove())
        except FedFleetError as error:
            seconds = time.monotonic() - started
            found = (Proof(rung.number, "this site", ok=False, seconds=seconds, detail=_told(error), fix=error.next_step),)
        proofs.extend(found)
        if not all(proof.ok for proof in found):
            break
    return tuple(proofs)


def _told(error: FedFleetError) -> str:
    parts = (error.summary, error.found and f"found {error.found}", error.where and f"at {error.where}")
    return "; ".join(part for part in parts if part)


def first_failure(proofs: Sequence[Proof]) -> RungError | None:
    """The error of the lowest rung that does not hold, or None when all hold."""
    failed = [proof for proof in proofs if not proof.ok]
    if not failed:
        return None
    lowest = min(proof.rung for proof in failed)
    return RungError([proof for proof in failed if proof.rung == lowest])
