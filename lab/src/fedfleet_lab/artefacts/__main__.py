"""Runs the Go tools that the lab builds with, on its caches: ``python -m fedfleet_lab.artefacts go|gofmt ARGUMENT...``.

For whoever works on the lab's Go modules, and for their checks: the machine's own tools are taken where they are recent enough, and fetched
from PyPI where they are not.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fedfleet_lab.artefacts.gobuild import environment
from fedfleet_lab.artefacts.toolchain import find_toolchain
from fedfleet_lab.command import run
from fedfleet_lab.errors import LabError
from fedfleet_lab.paths import LabPaths, cache_home, go_sources
from fedfleet_lab.progress import Progress

_TOOLS = ("go", "gofmt")


def main(arguments: list[str]) -> None:
    """Become the tool; returns only by an exit with 1: a wrong call, or no tool can be had."""
    if not arguments or arguments[0] not in _TOOLS:
        raise SystemExit(f"expected {' or '.join(_TOOLS)} and its arguments, found {arguments[0] if arguments else 'nothing'}")
    paths = LabPaths(cache_home(), "")
    try:
        go = find_toolchain(paths, go_sources(), Progress()).go
        env = environment(paths)
        tool = go if arguments[0] == "go" else Path(run([go, "env", "GOROOT"], env=env).stdout.strip()) / "bin" / "gofmt"
    except LabError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error
    os.execve(tool, [str(tool), *arguments[1:]], env)  # noqa: S606 - an argument list, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
