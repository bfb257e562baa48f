"""Moments, times and numbers as people read them."""

from datetime import datetime, timedelta, timezone

import pytest

from fedfleet.report.wording import age, count, duration, moment, number
from support.reports import NOW


def test_a_moment_of_another_zone_is_told_in_utc() -> None:
    assert moment(datetime(2026, 11, 26, 8, 30, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-26 06:30:00 UTC"


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(seconds=1), "just now"),
        (timedelta(seconds=90), "90 seconds ago"),
        (timedelta(minutes=4), "4 minutes ago"),
        (timedelta(minutes=119), "119 minutes ago"),
        (timedelta(hours=19), "19 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(seconds=-5), "in the future"),
    ],
)
def test_ages_are_told_in_the_unit_that_says_most(ago: timedelta, told: str) -> None:
    assert age(NOW - ago, NOW) == told


def test_a_proof_without_a_moment_has_no_age() -> None:
    assert age(None, NOW) == "of unknown age"


@pytest.mark.parametrize(("seconds", "told"), [(0.042, "0.04 s"), (52.94, "52.9 s"), (268.4, "4 min 28 s"), (None, "")])
def test_durations(seconds: float | None, told: str) -> None:
    assert duration(seconds) == told


@pytest.mark.parametrize(("value", "told"), [(6, "6"), (0.47, "0.47"), (66.24, "66.2"), (100, "100"), (0, "0")])
def test_numbers(value: float, told: str) -> None:
    assert number(value) == told


def test_one_thing_is_no_things() -> None:
    assert (count(1, "party", "parties"), count(2, "party", "parties"), count(0, "day")) == ("1 party", "2 parties", "0 days")
