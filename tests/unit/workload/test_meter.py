"""What a component used is told from looks at the pods before, while and after it ran."""

import pytest

from fedfleet.workload.meter import Sample, usage_between

SAMPLES = [Sample(0, 10, 100), Sample(10, 20, 300), Sample(20, 20, 500), Sample(30, 50, 200)]


def test_cpu_is_shared_out_between_looks() -> None:
    used = usage_between(SAMPLES, 5, 25)

    assert used is not None
    assert used.cpu_seconds == pytest.approx(20)


def test_memory_is_the_most_that_was_seen() -> None:
    used = usage_between(SAMPLES, 5, 25)

    assert used is not None
    assert used.memory_mib == 500


def test_a_component_between_two_looks_has_what_was_there_before_it() -> None:
    used = usage_between(SAMPLES, 12, 14)

    assert used is not None
    assert (used.cpu_seconds, used.memory_mib) == (0, 300)


@pytest.mark.parametrize(("begin", "end"), [(40, 50), (-10, -5), (5, 5)])
def test_nothing_is_told_of_what_was_not_seen(begin: float, end: float) -> None:
    assert usage_between(SAMPLES, begin, end) is None


def test_one_look_tells_nothing() -> None:
    assert usage_between(SAMPLES[:1], 0, 1) is None
