"""Builds Go programs with progress and an estimate."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.command import run
from fedfleet_lab.errors import CommandError

if TYPE_CHECKING:
    from fedfleet_lab.artefacts.recipe import GoProgram, Recipe
    from fedfleet_lab.artefacts.toolchain import Toolchain
    from fedfleet_lab.paths import LabPaths
    from fedfleet_lab.progress import Progress

_LIST_TIMEOUT = 900.0
_MEASURED_ON_CORES = 2


def estimate_minutes(recipe: Recipe, cores: int) -> float:
    """Returns how long a build with an empty cache takes about; linking, the last part, uses one core whatever there is."""
    linking = 0.5
    return max(recipe.minutes - linking, 0) * _MEASURED_ON_CORES / max(cores, 1) + linking


def build(recipe: Recipe, into: Path, sources: Path, paths: LabPaths, go: Toolchain, progress: Progress) -> None:
    """Builds a recipe's programs into a folder and copies its files there.

    Raises:
        CommandError: a module cannot be fetched or does not compile; its last lines are in the error.
    """
    module = sources / recipe.module
    env = environment(paths)
    minutes = estimate_minutes(recipe, os.cpu_count() or 1)
    progress.say(f"building {recipe.kind}, once: about {minutes:.0f} min unless earlier builds left something to use")
    for program in recipe.programs:
        _build_program(program, into, module, env, go, progress)
        for link in program.links:
            (into / link).symlink_to(program.output)
    for copy in recipe.copies:
        # Downloads what no program needed before: a module of which nothing is compiled is not there yet on a fresh machine.
        told = run([go.go, "mod", "download", "-json", copy.module], env=env, cwd=module, timeout=_LIST_TIMEOUT).stdout
        # Module caches are read-only, which copies must not be.
        shutil.copytree(Path(json.loads(told)["Dir"]) / copy.source, into / copy.target, copy_function=shutil.copyfile)
        (into / copy.target).chmod(0o755)


def _build_program(program: GoProgram, into: Path, module: Path, env: dict[str, str], go: Toolchain, progress: Progress) -> None:
    progress.note(f"{program.output}: fetching modules")
    needs = run([go.go, "list", "-deps", program.package], env=env, cwd=module, timeout=_LIST_TIMEOUT).stdout
    total = len(needs.splitlines())
    argv = (
        str(go.go),
        "build",
        "-v",
        "-trimpath",
        "-ldflags",
        f"-s -w {program.ldflags}".strip(),
        "-o",
        str(into / program.output),
        program.package,
    )
    said: deque[str] = deque(maxlen=20)
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True, env=env, cwd=module) as child:
        if child.stderr is None:
            raise CommandError(argv, None, "no output to read")
        # `-v` names each package that is compiled; those the build cache holds are passed over in silence.
        for compiled, line in enumerate(child.stderr, 1):
            said.append(line.rstrip())
            progress.note(f"{program.output}: {compiled} of at most {total} packages")
    if child.returncode:
        raise CommandError(argv, child.returncode, "\n".join(said))


def environment(paths: LabPaths) -> dict[str, str]:
    """Returns the user's environment, so that proxies and module mirrors count, with the lab's caches and settings."""
    return os.environ | {
        "CGO_ENABLED": "0",
        "GOCACHE": str(paths.go / "build"),
        "GOFLAGS": "-buildvcs=false -mod=readonly",
        "GOMODCACHE": str(paths.go / "mod"),
        "GOTELEMETRY": "off",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
