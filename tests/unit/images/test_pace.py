"""Whoever waits is told how far it is, now and then."""

import pytest

from fedfleet.images.pace import Pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("fedfleet.images.pace.time.monotonic", lambda: now[0])
    return now


def test_what_is_left_follows_from_what_is_done(clock: list[float]) -> None:
    pace = Pace("packing", 10_000_000, print)
    clock[0] += 6
    pace.advance(2_000_000)
    assert pace.line() == "packing: 2 of 10 MB, 6 s gone, about 24 s left"
    assert pace.line(1_000_000) == "packing: 3 of 10 MB, 6 s gone, about 14 s left"


def test_nothing_done_is_no_ground_for_an_estimate() -> None:
    assert Pace("packing", 10_000_000, print).line() == "packing: 0 of 10 MB, 0 s gone"


def test_a_line_comes_every_few_seconds_and_not_with_every_byte(clock: list[float]) -> None:
    told: list[str] = []
    pace = Pace("packing", 100, told.append)
    for _ in range(100):
        clock[0] += 0.1
        pace.advance(1)
    assert 1 <= len(told) <= 2
