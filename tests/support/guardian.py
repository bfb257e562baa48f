"""Takes a lab down when the test run that made it is killed.

The guardian is a process of its own session that reads from a pipe only the test run can write to. A run that ends in good order writes
a word and takes its lab down itself; the pipe of one that was killed just ends, and then the guardian does it.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType

_IN_GOOD_ORDER = b"done"


class Guardian:
    """Watches for the end of this process while the context is open."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def __enter__(self) -> "Guardian":
        """Start to watch."""
        reading, self._writing = os.pipe()
        with os.fdopen(reading) as pipe:
            self._process = subprocess.Popen(
                [sys.executable, __file__, *self._command],
                stdin=pipe,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        """Stop to watch: whoever leaves the context has cleaned up."""
        os.write(self._writing, _IN_GOOD_ORDER)
        os.close(self._writing)
        self._process.wait(timeout=30)


def watch(command: Sequence[str]) -> int:
    """Wait until standard input ends, and run the command unless the word came first."""
    return 0 if sys.stdin.buffer.read() == _IN_GOOD_ORDER else subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(watch(sys.argv[1:]))
