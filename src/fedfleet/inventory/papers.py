"""Cards and admissions that lie ready for a run, held against what needs no cluster: better now than when half of the run is done."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet.federation.admission import Admission
from fedfleet.federation.problems import DocumentError, Problem
from fedfleet.pki.admissions import verify_admission
from fedfleet.registration.intake import Received, Rules, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from fedfleet.federation.neighbours import SitePlan

PAPERS_OF_PARTIES = ("registration_admission_file",)
PAPERS_OF_EXCHANGES = (
    "registration_cards",
    "registration_card_fingerprints",
    "registration_forbidden_networks",
    "registration_removed_parties",
)


def paper_problems(site: SitePlan, said: Mapping[str, object], now: datetime) -> list[Problem]:
    """What is wrong with the papers that a site's variables name; those that are not there yet are waited for, and no problem."""
    if site.kind == "party":
        return _admission_problems(site, str(said["registration_admission_file"]), now)
    return _card_problems(site, said, now)


def _admission_problems(site: SitePlan, path: str, now: datetime) -> list[Problem]:
    text = _text(path)
    if text is None:
        return []
    try:
        admission = Admission.read(text, path)
    except DocumentError as error:
        return list(error.problems)
    found = verify_admission(admission, site.federation, site.domain, site.party_id, {}, now)
    return [Problem(f"{problem.where} ({path})", problem.sentence) for problem in found]


def _card_problems(site: SitePlan, said: Mapping[str, object], now: datetime) -> list[Problem]:
    paths = sorted(
        {path for pattern in _list(said["registration_cards"]) if pattern.startswith("/") for path in Path("/").glob(pattern[1:])}
    )
    received = [Received(str(path), text) for path in paths if (text := _text(str(path))) is not None]
    fingerprints = said["registration_card_fingerprints"]
    rules = Rules(
        site.federation,
        site.domain,
        exchange=(),
        now=now,
        forbidden=[ipaddress.ip_network(network, strict=False) for network in _list(said["registration_forbidden_networks"])],
        fingerprints={str(party): str(told) for party, told in fingerprints.items()} if isinstance(fingerprints, dict) else {},
        removed=frozenset(_list(said["registration_removed_parties"])),
    )
    try:
        accepted(received, {}, rules)
    except DocumentError as error:
        return list(error.problems)
    return []


def _text(path: str) -> str | None:
    """A file's text; None for one that is not there, or that only the task that needs it can say something about."""
    try:
        return Path(path).read_text(encoding="utf-8") if path.startswith("/") else None
    except (OSError, UnicodeDecodeError):
        return None


def _list(value: object) -> Sequence[str]:
    return [str(element) for element in value] if isinstance(value, list) else []
