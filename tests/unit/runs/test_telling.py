"""What ansible-playbook says while a task takes long."""

import time
from collections.abc import Callable
from pathlib import Path

from fedfleet.runs.telling import Telling
from fedfleet.runs.waits import Waits


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_site_at_work_is_named_with_its_task_and_its_last_message(tmp_path: Path) -> None:
    path, clock, shown = tmp_path / "progress", Clock(), list[str]()
    telling = Telling(Waits(path, clock=clock), shown.append)
    telling.begin("exchange", "Validate", "Climb the ladder")
    telling.begin("party30000", "Validate", "Climb the ladder")
    telling.begin("party40000", "Validate", "Climb the ladder")
    path.write_text("exchange\trung 3\nparty30000\ttoy runs\n", encoding="utf-8")
    telling.end("exchange")
    clock.now = 11.0
    telling.start()
    until(lambda: len(shown) == 2)
    telling.stop()
    assert shown == ["    11 s  Climb the ladder | party30000: toy runs", "    11 s  Climb the ladder | party40000: still at it"]
