"""Runs commands that must not outlive the tests."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[2]
# Where the interpreter of the tests keeps its commands: tests need no activated environment.
BIN = Path(sys.executable).parent

# A child of a test run that is killed gets SIGTERM from the kernel: nothing goes on working on a lab that is being taken down.
_DIES_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM", "--")
_PLAIN = {"ANSIBLE_NOCOLOR": "1", "NO_COLOR": "1", "PATH": f"{BIN}:{os.environ['PATH']}"}


@dataclass(frozen=True)
class Finished:
    """A command that has ended: output is standard output and standard error as they came, time in seconds."""

    command: tuple[str, ...]
    returncode: int
    output: str
    seconds: float

    def expect(self, returncode: int = 0) -> "Finished":
        """Return itself, or fail with all that the command said."""
        assert self.returncode == returncode, (
            f"{' '.join(self.command)} ended {self.returncode} after {self.seconds:.0f} s, expected {returncode}:\n{self.output}"
        )
        return self


def run(*command: str, env: Mapping[str, str] | None = None, timeout: float = 900, show: bool = False) -> Finished:
    """Run a command in the checkout until it ends.

    Args:
        command: program and arguments.
        env: what to add to this process's environment.
        timeout: seconds until it is killed.
        show: let it write to the terminal instead of into `output`.
    """
    start = monotonic()
    ended = subprocess.run(
        [*_DIES_WITH_PARENT, *command],
        cwd=ROOT,
        env=os.environ | _PLAIN | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Finished(command, ended.returncode, ended.stdout or "", monotonic() - start)
