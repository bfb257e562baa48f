"""Rung 1: every name resolves, every port accepts, and TLS ends where it must, with the right name and chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.probe import Answer, Question, ask_all
from fedfleet.validation.ladder import Proof

if TYPE_CHECKING:
    from collections.abc import Sequence

# Seconds that a door gets: where everything starts at once, even a good one may be slow to open.
PATIENCE: Final = 15.0

# What to do, by the kind of fault that a probe finds (fedfleet.probe.asking.FAULTS).
_FIXES: Final = {
    "name": "make the name resolve on this machine, or give an address as public_endpoint",
    "refused": "look at the Service behind it and at its pods",
    "no-route": "look at the Service behind it, whose address nobody has, and at routes and firewalls between here and there",
    "timeout": "open the port in the firewalls between here and there, which the change sheet lists; if it is open, look at the load on"
    " both machines and run again",
    "closed": "look at the log of what listens there; it gave up the connection",
    "alert": "the name asked for is not served there, or our certificate is not taken: compare both sides' admission",
    "not-tls": "something else answers there: look at the address and port",
    "untrusted": "compare the federation's CA on both sides; a TLS-inspecting firewall shows a certificate of its own, and a Pulsar that the site had"
    " already shows its old one until it is given the files of Secret pulsar-cert",
    "wrong-key": "another server answers there than the one that was admitted: look at addresses and routes",
}


@dataclass(frozen=True)
class Doorway:
    """One place that must be reachable, and who must be found there.

    Attributes:
        hop: from where to where, for people: ``this party → the exchange's broker endpoint``.
        question: what to ask, usually of kind ``tls``.
    """

    hop: str
    question: Question

    @property
    def subject(self) -> str:
        """The name that must answer, and where."""
        return f"{self.question.server_name or self.question.host} at {self.question.host}:{self.question.port}"


class ConnectionRung:
    """All doorways, asked at the same time from the machine that runs this."""

    number = 1

    def __init__(self, doorways: Sequence[Doorway]) -> None:
        self._doorways = doorways

    def prove(self) -> Sequence[Proof]:
        """One proof a doorway."""
        answers = ask_all([doorway.question for doorway in self._doorways])
        return [proof_of(self.number, doorway, answer) for doorway, answer in zip(self._doorways, answers, strict=True)]


def proof_of(rung: int, doorway: Doorway, answer: Answer) -> Proof:
    """What an answer means for a doorway."""
    return Proof(
        rung,
        doorway.subject,
        ok=answer.ok,
        seconds=answer.seconds,
        detail=answer.detail if answer.ok else f"{doorway.hop}: {answer.detail}",
        fix="" if answer.ok else _FIXES.get(answer.fault, "look at both ends' logs"),
    )
