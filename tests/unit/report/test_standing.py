"""Certificates held against the clock."""

import pytest

from fedfleet.pki.certificates import LEAF_LIFETIME, RENEWAL
from fedfleet.report.model import SiteReport
from fedfleet.report.standing import AUTHORITY_DAYS, RENEWAL_DAYS, standings_of
from support.reports import NOW, MadeUp, certificate


def site_with(days: int, *, is_authority: bool = False) -> SiteReport:
    site = MadeUp().exchange()
    shown = (certificate("of the exchange's nginx", "exchange.fate.example.org", days, is_authority=is_authority),)
    return site.model_copy(update={"facts": site.facts.model_copy(update={"certificates": shown})})


@pytest.mark.parametrize(
    ("days", "state"), [(397, "holds"), (60, "holds"), (59, "attention"), (14, "attention"), (13, "fails"), (0, "fails"), (-3, "fails")]
)
def test_a_certificate_is_held_against_what_runs_renew(days: int, state: str) -> None:
    (standing,) = standings_of([site_with(days)], NOW)

    assert (standing.days_left, standing.state) == (days, state)


@pytest.mark.parametrize(("days", "state"), [(3649, "holds"), (397, "holds"), (396, "attention"), (59, "fails")])
def test_a_ca_wants_attention_a_certificates_life_before_it_ends(days: int, state: str) -> None:
    (standing,) = standings_of([site_with(days, is_authority=True)], NOW)

    assert standing.state == state


def test_what_ends_first_comes_first() -> None:
    days = [standing.days_left for standing in standings_of([site_with(200), site_with(30), site_with(90)], NOW)]

    assert days == [30, 90, 200]


def test_the_thresholds_are_those_that_runs_go_by() -> None:
    assert (RENEWAL.days, LEAF_LIFETIME.days) == (RENEWAL_DAYS, AUTHORITY_DAYS)
