"""The lab of a test run that is killed is taken down all the same."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from support.guardian import Guardian

ROOT = Path(__file__).resolve().parents[3]
KILLED_RUN = """
import sys
from support.guardian import Guardian
with Guardian(sys.argv[1:]):
    print("watched", flush=True)
    sys.stdin.read()
"""


def test_a_run_that_ends_in_good_order_is_left_alone(tmp_path: Path) -> None:
    mark = tmp_path / "taken-down"

    with Guardian(["touch", str(mark)]):
        pass

    assert not mark.exists()


def test_the_lab_of_a_killed_run_is_taken_down(tmp_path: Path) -> None:
    news = tmp_path / "news"
    os.mkfifo(news)
    run = subprocess.Popen(
        [sys.executable, "-c", KILLED_RUN, "sh", "-c", 'echo taken down >"$0"', str(news)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"watched\n"

    run.send_signal(signal.SIGKILL)
    run.communicate()

    assert first_line(news) == b"taken down\n"


def first_line(fifo: Path) -> bytes:
    """Return what somebody writes within ten seconds, or nothing."""
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ready, _, _ = select.select([reading], [], [], 10)
        return os.read(reading, 100) if ready else b""
    finally:
        os.close(reading)
