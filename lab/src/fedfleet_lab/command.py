"""Runs programs to their end."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DEFAULT_TIMEOUT = 60.0
"""Seconds; nothing but builds takes longer."""

_MOST_SAID = 2000


@dataclass(frozen=True)
class Completed:
    """How a program ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(
    argv: Sequence[str | Path],
    *,
    stdin: str | None = None,
    accept: Sequence[int] = (0,),
    timeout: float = DEFAULT_TIMEOUT,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Completed:
    """Runs a program with no shell in between and returns what it printed.

    Raises:
        CommandError: it is missing, ended with a code not in `accept`, or took more than `timeout` seconds.
    """
    words = tuple(str(word) for word in argv)
    try:
        done = subprocess.run(words, input=stdin or "", capture_output=True, text=True, timeout=timeout, env=env, cwd=cwd, check=False)
    except FileNotFoundError as error:
        raise CommandError(words, 127, "no such program", next_step=f"Install what provides {words[0]}") from error
    except subprocess.TimeoutExpired as error:
        raise CommandError(words, None, f"nothing within {timeout:.0f} s") from error
    if done.returncode not in accept:
        said = (done.stderr.strip() or done.stdout.strip())[-_MOST_SAID:]
        raise CommandError(words, done.returncode, said)
    return Completed(done.returncode, done.stdout, done.stderr)
