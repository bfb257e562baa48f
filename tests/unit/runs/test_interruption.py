"""How a run is ended: in order first, and at once where that does not come to an end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from fedfleet.runs.interruption import Interruption

DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"


def test_a_run_that_does_not_end_in_order_is_ended_at_once_after_a_minute(tmp_path: Path) -> None:
    now = 100.0
    process = tmp_path / "process"
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as playbook:
        assert playbook.stdout is not None
        playbook.stdout.readline()
        process.write_text(str(playbook.pid))
        with Interruption(process, clock=lambda: now) as interruption:
            assert not interruption.must_end()
            os.kill(os.getpid(), signal.SIGINT)
            assert interruption.happened
            now += 59
            assert not interruption.must_end()
            now += 2
            assert interruption.must_end()
        playbook.kill()


def test_a_second_interruption_ends_it_at_once(tmp_path: Path) -> None:
    with Interruption(tmp_path / "process") as interruption:
        os.kill(os.getpid(), signal.SIGINT)
        assert not interruption.must_end()
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.must_end()
