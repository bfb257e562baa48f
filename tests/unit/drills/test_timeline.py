"""A time line tells when each thing broke and when it was back for good; what gives no answer does not hold."""

import itertools
import threading
import time
from collections.abc import Callable

from fedfleet.drills.scene import Found
from fedfleet.drills.timeline import Recovery, Sample, Watch, all_well_since, outage_end, recovery_of


def samples(*told: tuple[float, bool], probe: str = "it runs", took: float = 0.1) -> list[Sample]:
    return [Sample(probe, at, at + took, holds, answered=True, detail="up" if holds else "down") for at, holds in told]


def test_recovery_counts_from_the_fault_to_the_answer_from_which_on_it_held() -> None:
    seen = samples((0, True), (10, False), (11, True), (12, False), (13, True), (14, True), (20, True))
    settled = outage_end(seen, 10.0, settle=5)
    assert settled == 13.1
    assert recovery_of("it runs", seen, 10.0, settled) == Recovery("it runs", True, 3.1, "down")


def test_what_fails_after_all_was_well_is_a_relapse() -> None:
    seen = samples((0, True), (10, False), (11, True), (17, True), (30, False), (31, True))
    assert outage_end(seen, 10.0, settle=5) == 11.1
    assert recovery_of("it runs", seen, 10.0, 11.1) == Recovery("it runs", True, 1.1, "down", relapses=1)
    other = samples((10, True), (30, False), (31, True), probe="it walks")
    assert recovery_of("it walks", other, 10.0, outage_end([*seen, *other], 10.0, settle=5)) == Recovery("it walks", False, 0.0, "down", 1)


def test_the_outage_lasts_until_the_last_of_all_probes_is_back() -> None:
    seen = [*samples((10, False), (11, True), (20, True)), *samples((10, True), (13, False), (16, True), probe="it walks")]
    assert outage_end(seen, 10.0, settle=5) == 16.1


def test_what_never_held_again_did_not_recover() -> None:
    seen = samples((0, True), (10, False), (11, False))
    assert outage_end(seen, 10.0, settle=5) is None
    assert recovery_of("it runs", seen, 10.0, None).seconds is None


def test_what_never_broke_needed_no_time() -> None:
    seen = samples((0, True), (10, True))
    assert recovery_of("it runs", seen, 10.0, outage_end(seen, 10.0, settle=5)) == Recovery("it runs", False, 0.0)


def test_a_question_asked_before_the_fault_says_nothing_about_after() -> None:
    seen = samples((9.9, True), took=5)
    assert recovery_of("it runs", seen, 10.0, 10.0) == Recovery("it runs", False, None, "it was not asked after the fault")


def test_a_question_asked_before_the_fault_and_not_answered_well_after_it_counts() -> None:
    seen = [*samples((9.5, False), took=2), *samples((11.5, True), (20, True))]
    assert recovery_of("it runs", seen, 10.0, outage_end(seen, 10.0, settle=5)) == Recovery("it runs", True, 1.6, "down")


def test_all_is_well_since_the_last_of_them_was() -> None:
    seen = [*samples((0, False), (1, True), (5, True)), *samples((0, True), (2, False), (3, True), (5, True), probe="it walks")]
    assert all_well_since(seen, ["it runs", "it walks"], asked_since=4) == 3.1


def test_all_is_not_well_where_one_has_not_been_asked_since() -> None:
    seen = [*samples((5, True)), *samples((3, True), probe="it walks")]
    assert all_well_since(seen, ["it runs", "it walks"], asked_since=4) is None
    assert all_well_since(seen, ["it runs", "it flies"], asked_since=0) is None


def until(reached: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_probe_that_breaks_off_has_not_answered() -> None:
    def broken() -> Found:
        raise OSError("no route to host")

    with Watch({"it runs": broken}, 0.01) as watch:
        until(lambda: watch.samples)
    first = watch.samples[0]
    assert (first.holds, first.answered, first.detail) == (False, False, "no answer: no route to host")


def test_a_probe_that_hangs_has_not_answered_and_keeps_no_other_from_being_asked() -> None:
    gate = threading.Event()

    def hanging() -> Found:
        gate.wait(10)
        return Found(True, "late")

    try:
        with Watch({"it hangs": hanging, "it runs": lambda: Found(True, "up")}, 0.01, patience=0.05) as watch:
            until(lambda: [sample for sample in watch.samples if sample.probe == "it hangs"][1:])
            until(lambda: sum(sample.probe == "it runs" for sample in watch.samples) > 3)
            assert watch.well_since(0) is None
    finally:
        gate.set()
    silent = [sample for sample in watch.samples if sample.probe == "it hangs"]
    assert not any(sample.holds or sample.answered for sample in silent[:2])


def test_a_probe_that_takes_long_is_left_alone_for_as_long() -> None:
    def slow() -> Found:
        time.sleep(0.2)
        return Found(True, "up")

    with Watch({"it runs": slow}, 0.01) as watch:
        until(lambda: len(watch.samples) > 2)
    asked = watch.samples
    assert all(later.at - earlier.until >= 0.2 for earlier, later in itertools.pairwise(asked))


def test_a_probe_that_was_silent_beyond_patience_is_asked_again_at_once() -> None:
    now = [0.0]

    def silent() -> Found:
        now[0] += 1000
        return Found(True, "up")

    with Watch({"it runs": silent}, 0.01, clock=lambda: now[0]) as watch:
        until(lambda: len(watch.samples) > 2)


def test_each_change_is_told_once() -> None:
    told: list[str] = []
    up = [True]
    with Watch({"it runs": lambda: Found(up[0], "up" if up[0] else "down")}, 0.01, told.append) as watch:
        until(lambda: watch.samples)
        up[0] = False
        until(lambda: told)
        up[0] = True
        until(lambda: len(told) > 1)
    assert told == ["it runs: does not hold: down", "it runs: holds again: up"]
