"""Waits end when it is so, when it cannot become so, and when time is up."""

from collections.abc import Callable

import pytest

from fedfleet.vsphere import UnreachableError, WaitError
from fedfleet.vsphere.waiting import State, until


def nothing(_seconds: float) -> None:
    """Waste no time."""


def looks(*states: State | Exception) -> Callable[[], State]:
    left = list(states)

    def look() -> State:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found

    return look


WAITS = State(done=False, text="half way", next_step="have patience")
DONE = State(done=True, text="done")


def test_it_ends_when_it_is_so_and_tells_what_is_new_once() -> None:
    lines: list[str] = []
    until(looks(WAITS, WAITS, DONE), "it is so", 60, lines.append, pause=nothing)
    assert lines == ["waiting until it is so: half way"]


def test_a_server_that_is_away_for_a_while_is_waited_for() -> None:
    until(looks(UnreachableError("gone"), DONE), "it is so", 60, pause=nothing)


def test_a_server_that_stays_away_is_what_is_told() -> None:
    with pytest.raises(UnreachableError, match="gone"):
        until(looks(UnreachableError("gone")), "it is so", 0, pause=nothing)


def test_time_that_is_up_tells_what_was_seen_last() -> None:
    with pytest.raises(WaitError) as caught:
        until(looks(WAITS), "it is so", 0, where="there", pause=nothing)
    assert (caught.value.found, caught.value.where, caught.value.next_step) == ("half way", "there", "have patience")
    assert not caught.value.hopeless


def test_what_is_hopeless_is_not_waited_for() -> None:
    with pytest.raises(WaitError) as caught:
        until(looks(State(done=False, text="broken", hopeless=True)), "it is so", 3600)
    assert caught.value.hopeless
