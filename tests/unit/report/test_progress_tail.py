"""What is printed while a task takes long."""

from pathlib import Path

import pytest

from fedfleet.report.progress_tail import HEARTBEAT_SECONDS, ProgressTail


class Watched:
    """A tail, its file, and a clock that is set by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 0.0
        self.tail = ProgressTail(path, clock=lambda: self.now)
        self.tail.begin("Deploy the exchange")

    def report(self, *lines: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def due_at(self, now: float) -> list[str]:
        self.now = now
        return self.tail.due()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "progress")


def test_a_quick_task_says_nothing(watched: Watched) -> None:
    watched.report("waiting for statefulset/pulsar: 0 of 1 ready")

    assert watched.due_at(4.9) == []


def test_after_five_seconds_it_says_what_it_waits_for(watched: Watched) -> None:
    watched.report("waiting for statefulset/pulsar: 0 of 1 ready")

    assert watched.due_at(5.2) == ["     5 s  Deploy the exchange | waiting for statefulset/pulsar: 0 of 1 ready"]


def test_the_same_line_again_is_no_news(watched: Watched) -> None:
    watched.report("waiting for pulsar")
    watched.due_at(5.0)
    watched.report("waiting for pulsar")

    assert watched.due_at(11.0) == []


def test_news_comes_at_most_every_five_seconds(watched: Watched) -> None:
    watched.report("0 of 2")
    watched.due_at(5.0)
    watched.report("1 of 2")

    assert watched.due_at(7.0) == []
    assert watched.due_at(10.0) == ["    10 s  Deploy the exchange | 1 of 2"]


def test_sites_that_wait_side_by_side_are_all_heard(watched: Watched) -> None:
    watched.report("fate-30000: waiting", "fate-40000: waiting", "fate-30000: waiting")

    assert watched.due_at(6.0) == [
        "     6 s  Deploy the exchange | fate-40000: waiting",
        "     6 s  Deploy the exchange | fate-30000: waiting",
    ]


def test_a_task_without_news_still_gives_a_sign_of_life(watched: Watched) -> None:
    assert watched.due_at(5.0) == ["     5 s  Deploy the exchange | still at it"]
    assert watched.due_at(6.0) == []
    assert watched.due_at(5.0 + HEARTBEAT_SECONDS) == ["    35 s  Deploy the exchange | still at it"]


def test_lines_of_the_task_before_are_forgotten(watched: Watched) -> None:
    watched.report("waiting for pulsar")
    watched.tail.begin("Register")

    assert watched.due_at(5.0) == ["     5 s  Register | still at it"]


def test_half_a_line_waits_for_its_end(watched: Watched) -> None:
    watched.path.write_text("waiting for pul", encoding="utf-8")

    assert watched.due_at(5.0) == ["     5 s  Deploy the exchange | still at it"]
