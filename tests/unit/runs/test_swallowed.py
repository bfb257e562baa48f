"""An interruption that comes while Python ignores exceptions is not lost."""

import subprocess
import sys

SCRIPT = """
import os, signal, time
from fedfleet.runs.swallowed import deliver_swallowed_interrupts

def handle(number, frame):
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt

signal.signal(signal.SIGINT, handle)
deliver_swallowed_interrupts()
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    if os.fork() == 0:
        os._exit(0)
    time.sleep(10)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interruption_at_the_moment_of_a_fork_arrives() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (0, "interrupted\n"), ended.stderr
