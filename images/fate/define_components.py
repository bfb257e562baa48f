"""Writes down what every component of FATE reads and writes, by role and stage.

Usage: define_components.py FOLDER

FATE Flow asks for this before each task, in a process that imports all of FATE, and within a version the answer is always
the same. patch_fate.py has it look here first.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fate.components.core import list_components, load_component
from fate.components.entrypoint.cli.component.artifact_type_cli import artifact_type


def define(component: str, role: str, stage: str, folder: Path) -> None:
    """Have FATE's own command write one answer, in a process of its own: asking changes the component."""
    child = os.fork()
    if child == 0:
        path = folder / f"{component}-{role}-{stage}.yaml"
        artifact_type(["--name", component, "--role", role, "--stage", stage, "--output-path", str(path)])
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"define_components: FATE does not say what {component} reads and writes as {role} in stage {stage}")


def main() -> None:
    """Ask for all of them."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    for name in list_components()["buildin"]:
        component = load_component(name)
        for stage in ("default", *(part.name for part in component.stage_components)):
            for role in component.roles:
                define(name, role.name, stage, folder)


if __name__ == "__main__":
    main()
