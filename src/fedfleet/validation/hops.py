"""Rungs 2 and 3 of a party: through the exchange to each partner, by party header and by SNI."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fedfleet.probe import Answer, Question, ask_all
from fedfleet.validation.connection import PATIENCE, ConnectionRung, Doorway
from fedfleet.validation.jobs import subject
from fedfleet.validation.ladder import Proof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.validation.party import Party

# The exchange's nginx: no route to that party. Everything else may be the partner's own affair.
_UNKNOWN_PARTY = 404
# FATE Flow's return code (fate_flow/entity/code/_api.py, 2.2.0).
_SUCCESS = "0"
# What a listener says of a caller whose CA it knows (nginx, $ssl_client_verify).
_KNOWN = "SUCCESS"


@dataclass
class Partners:
    """The partners to climb for; those that turn out not to answer are set aside.

    Attributes:
        all: everybody on the roster but this party.
        expected: those whose cluster is known here, so that silence is a failure.
        silent: the others that do not answer, and what came instead.
    """

    all: tuple[str, ...]
    expected: frozenset[str] = frozenset()
    silent: dict[str, str] = field(default_factory=dict)

    def answering(self) -> tuple[str, ...]:
        """Those that have not been set aside."""
        return tuple(partner for partner in self.all if partner not in self.silent)


class CoordinationRung:
    """From the party's own nginx through the exchange's to each partner's FATE Flow.

    A partner of another organisation that does not answer is set aside, not a failure: it may not have taken up its
    admission yet, or be down, and neither can be mended here.
    """

    number = 2

    def __init__(self, party: Party, partners: Partners, patience: float = PATIENCE) -> None:
        """``patience`` are the seconds that each partner gets to answer."""
        self._party = party
        self._partners = partners
        self._patience = patience

    def prove(self) -> Sequence[Proof]:
        """One proof a partner that answers, or should."""
        if not self._partners.all:
            return ()
        with self._party.inner_nginx() as url:
            questions = [
                Question(
                    "http",
                    urlsplit(url).hostname or "",
                    urlsplit(url).port or 0,
                    path=path,
                    headers=(("dest-party-id", partner), ("service", "fateflow")),
                    timeout=self._patience,
                )
                for partner in self._partners.all
                for path in ("/fedfleet/party", "/fedfleet/flow")
            ]
            answers = iter(ask_all(questions))
        proofs = []
        for partner in self._partners.all:
            who, flow = next(answers), next(answers)
            proof = self._judged(partner, who, flow)
            if proof is not None:
                proofs.append(proof)
        return proofs

    def _judged(self, partner: str, who: Answer, flow: Answer) -> Proof | None:
        seconds = who.seconds + flow.seconds
        between = subject(self._party.party_id, partner)
        hop = f"nginx of party {self._party.party_id} → exchange → nginx of party {partner}"
        named = _field(who.body, "party_id")
        if who.ok and named != partner:
            detail = f"{hop}: asked for party {partner}, and {f'party {named}' if named else 'somebody without a party id'} answered"
            return Proof(
                self.number, between, ok=False, seconds=seconds, detail=detail, fix="have the exchange's operator look at its routes"
            )
        if flow.ok and _field(flow.body, "code") != _SUCCESS:
            flow = replace(flow, ok=False, detail=f"its FATE Flow did not say success: {' '.join(flow.body.split())[:200]}")
        failed = next((answer for answer in (who, flow) if not answer.ok), None)
        if failed is None:
            return Proof(
                self.number, between, ok=True, seconds=seconds, detail=f"FATE Flow of party {partner} answered through the exchange"
            )
        if failed.status == _UNKNOWN_PARTY:
            fix = "the exchange has no route to this party, though its roster lists it: have its operator run fedfleet.federation.site"
        elif partner in self._partners.expected:
            fix = "follow the hop: logs of both parties' nginx and of each nginx replica of the exchange, then pod python-0 of the partner"
        else:
            waits = who.ok and _field(who.body, "client") != _KNOWN
            self._partners.silent[partner] = "it has not taken up its admission yet" if waits else failed.detail
            return None
        return Proof(self.number, between, ok=False, seconds=seconds, detail=f"{hop}: {failed.detail}", fix=fix)


def _field(body: str, name: str) -> str:
    """A field of an answer in JSON; empty where it has none."""
    try:
        return str(json.loads(body)[name])
    except (ValueError, KeyError, TypeError):
        return ""


class BrokerRung:
    """From here through Traffic Server, by SNI, to the broker of each partner that answers."""

    number = 3

    def __init__(self, party_id: str, partners: Partners, question: Callable[[str], Question]) -> None:
        """``question`` makes the TLS question for a partner's broker at the exchange's broker endpoint."""
        self._party_id = party_id
        self._partners = partners
        self._question = question

    def prove(self) -> Sequence[Proof]:
        """One proof a partner."""
        partners = self._partners.answering()
        doorways = [Doorway(f"here → Traffic Server → broker of party {partner}", self._question(partner)) for partner in partners]
        return [
            Proof(self.number, subject(self._party_id, partner), proof.ok, proof.seconds, proof.detail, proof.fix)
            for partner, proof in zip(partners, ConnectionRung(doorways).prove(), strict=True)
        ]
