"""The questions that show which table a replica serves, and what their answers mean. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.exchange.findings import REMOVED, TABLE, UNKNOWN
from fedfleet.exchange.nginx import FLOW_PATH, PARTY_HEADER, PARTY_PATH, TABLE_PATH
from fedfleet.exchange.sni import marker_name
from fedfleet.federation.names import broker_name, exchange_name
from fedfleet.pki.certificates import facts_of, load_certificate
from fedfleet.probe import Answer, Question, self_signed_peer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.federation.route import Route

# No party can have these: ids don't start with a zero.
_NOBODY: Final = "0"
# Longer than Traffic Server and nginx try to reach a party (5 s), so that they, who know more, say what is wrong.
_ASK_SECONDS: Final = 8.0


@dataclass(frozen=True)
class Credentials:
    """The probe's own certificate and key, and the federation's CA; all PEM."""

    certificate: str
    key: str
    authority: str

    def __repr__(self) -> str:
        return "Credentials(...)"


@dataclass(frozen=True)
class Check:
    """A question, what it is about, and what to make of its answer: whether it is good, and what to say."""

    about: str
    question: Question
    judged: Callable[[Answer], tuple[bool, str]]


def sni_checks(
    table_id: str, routes: Sequence[Route], before: Sequence[str], old_id: str, domain: str, credentials: Credentials
) -> list[Check]:
    """What to ask a replica of Traffic Server.

    Args:
        table_id: the table it must serve.
        routes: those of its routes that are followed.
        before: server names it served before and must not any more.
        old_id: the table it served before; empty when that is not known.
        domain: the federation's domain.
        credentials: the probe's.
    """

    def tls(name: str, trust: str = "", pin: str = "") -> Question:
        return Question(
            "tls", "", server_name=name, trust=trust, pin=pin, timeout=_ASK_SECONDS,
            certificate=credentials.certificate, key=credentials.key,
        )  # fmt: skip

    checks = [Check(TABLE, tls(marker_name(table_id, domain)), _knows_marker)]
    if old_id and old_id != table_id:
        checks.append(Check(f"{REMOVED} table", tls(marker_name(old_id, domain)), _refused))
    checks += [Check(f"{REMOVED} {name}", tls(name), _refused) for name in before]
    checks.append(Check(UNKNOWN, tls(broker_name(_NOBODY, domain)), _refused))
    for route in routes:
        question = tls(route.server_name, trust=credentials.authority + route.pinned, pin=_key(route))
        checks.append(Check(route.party_id, question, _reaches_broker))
    return checks


def header_checks(table_id: str, routes: Sequence[Route], before: Sequence[str], domain: str, credentials: Credentials) -> list[Check]:
    """What to ask a replica of nginx; ``before`` are the parties it served before and must not any more."""

    def get(path: str, party_id: str, status: int) -> Question:
        return Question(
            "https", "", server_name=exchange_name(domain), trust=credentials.authority, certificate=credentials.certificate,
            key=credentials.key, path=path, headers=((PARTY_HEADER, party_id),), status=status, timeout=_ASK_SECONDS,
        )  # fmt: skip

    def serves_table(answer: Answer) -> tuple[bool, str]:
        found = _field(answer, "table")
        good = answer.ok and found == table_id
        return good, f"serves table {found}" if answer.ok else answer.detail

    checks = [Check(TABLE, get(TABLE_PATH, _NOBODY, 200), serves_table)]
    checks += [Check(f"{REMOVED} {party_id}", get(PARTY_PATH, party_id, 404), _as_asked) for party_id in before]
    checks.append(Check(UNKNOWN, get(PARTY_PATH, _NOBODY, 404), _as_asked))
    for route in routes:
        checks.append(Check(route.party_id, get(PARTY_PATH, route.match, 200), _reaches_party(route.party_id)))
    return checks


def flow_check(party_id: str, domain: str, credentials: Credentials) -> Check:
    """What to ask about a party that has applied its admission: whether its engine answers, too."""
    question = Question(
        "https", "", server_name=exchange_name(domain), trust=credentials.authority, certificate=credentials.certificate,
        key=credentials.key, path=FLOW_PATH, headers=((PARTY_HEADER, party_id),), timeout=_ASK_SECONDS,
    )  # fmt: skip
    return Check(party_id, question, _as_asked)


def has_applied(check: Check, answer: Answer) -> bool:
    """Whether an answer shows that the party has applied its admission.

    A broker does so by the certificate it shows, a listener by having been able to verify the exchange's.
    """
    if check.question.kind == "tls":
        return answer.ok and not self_signed_peer(answer)
    return answer.ok and _field(answer, "client") == "SUCCESS"


def _key(route: Route) -> str:
    certificate = load_certificate(route.pinned)
    return facts_of(certificate).key_id if certificate else ""


def _as_asked(answer: Answer) -> tuple[bool, str]:
    return answer.ok, answer.detail


def _knows_marker(answer: Answer) -> tuple[bool, str]:
    # Clear text in place of TLS: Traffic Server knows the name, and itself refuses to go where it leads.
    return answer.fault == "not-tls", "serves the table" if answer.fault == "not-tls" else f"serves another table: {answer.detail}"


def _refused(answer: Answer) -> tuple[bool, str]:
    good = answer.fault == "alert"
    return good, "refused at once" if good else f"expected a TLS alert at once: {answer.detail}"


def _reaches_broker(answer: Answer) -> tuple[bool, str]:
    if not answer.ok:
        return False, answer.detail
    return True, "reached by the key of its card" if self_signed_peer(answer) else "reached, certificate of the federation's CA"


def _reaches_party(party_id: str) -> Callable[[Answer], tuple[bool, str]]:
    def judged(answer: Answer) -> tuple[bool, str]:
        found = _field(answer, "party_id")
        if answer.ok and found != party_id:
            return False, f"expected party {party_id} to answer, found {found or 'an answer without a party'}"
        return answer.ok, f"party {party_id} answered" if answer.ok else answer.detail

    return judged


def _field(answer: Answer, name: str) -> str:
    try:
        content = json.loads(answer.body)
    except ValueError:
        return ""
    return str(content.get(name, "")) if isinstance(content, dict) else ""
