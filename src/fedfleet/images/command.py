"""Run one program, keep what it prints, and say now and then that it still runs."""

from __future__ import annotations

import selectors
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.images.errors import MissingToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_TELL_EVERY = 10.0
"""Seconds between two calls of ``tell`` while a program prints nothing."""

_TAIL = 25
"""Lines of a failed program that an error shows."""


@dataclass(frozen=True)
class Ended:
    """A program that has ended."""

    status: int
    output: str
    seconds: float

    def tail(self) -> str:
        """Its last lines, without empty ones."""
        return "\n".join([line for line in self.output.splitlines() if line.strip()][-_TAIL:])


def require(tool: str, package: str) -> str:
    """The path of ``tool``.

    Raises:
        MissingToolError: it is not on PATH; ``package`` is the Debian package that has it.
    """
    path = shutil.which(tool)
    if path is None:
        raise MissingToolError(
            f"building images needs {tool}, and it is not on this machine", next_step=f"install it: apt-get install {package}"
        )
    return path


def run(
    argv: Sequence[str],
    *,
    tell: Callable[[str, float], None] | None = None,
    log: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Ended:
    """Run a program to its end; its output and errors come back together.

    Args:
        argv: the program and its arguments; never a secret among them.
        tell: called with each line as it comes, and with an empty one after every ten quiet seconds; the second
            argument is the seconds since the start.
        log: where the output is kept as well.
        environment: the whole environment; None for this process's own.
        folder: where it runs; None for where this process does.
    """
    started = time.monotonic()
    lines: list[str] = []
    with (
        subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, cwd=folder
        ) as child,
        selectors.DefaultSelector() as selector,
    ):
        pipe = child.stdout
        if pipe is None:
            raise AssertionError("the pipe was asked for above")
        selector.register(pipe, selectors.EVENT_READ)
        rest = b""
        while True:
            if not selector.select(_TELL_EVERY):
                if tell is not None:
                    tell("", time.monotonic() - started)
                continue
            chunk = pipe.read1(65536)  # type: ignore[attr-defined]  # a BufferedReader, which IO[bytes] does not say
            if not chunk:
                break
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                text = line.decode(errors="replace").rstrip("\r")
                lines.append(text)
                if tell is not None:
                    tell(text, time.monotonic() - started)
        if rest:
            lines.append(rest.decode(errors="replace"))
        status = child.wait()
    output = "\n".join(lines) + "\n"
    if log is not None:
        log.write_text(output, encoding="utf-8")
    return Ended(status=status, output=output, seconds=time.monotonic() - started)
