"""Every command of the example pipelines is one that there is."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from typer.main import get_command

from fedfleet.cli import app

EXAMPLES = Path(__file__).parents[3] / "examples" / "ci"
PIPELINES = sorted(EXAMPLES.glob("*.yml"))


def strings(node: Any) -> list[str]:
    """All texts in a document."""
    if isinstance(node, dict):
        return [text for value in node.values() for text in strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in strings(value)]
    return [node] if isinstance(node, str) else []


def commands(pipeline: Path) -> list[list[str]]:
    """The arguments of every call of `fedfleet`."""
    lines = [line for text in strings(yaml.safe_load(pipeline.read_text(encoding="utf-8"))) for line in text.splitlines()]
    return [shlex.split(line.partition(" > ")[0])[1:] for line in lines if re.match(r"fedfleet ", line)]


def test_there_are_pipelines_and_they_use_the_command() -> None:
    assert [path.stem for path in PIPELINES] == ["github-workflow", "gitlab-ci"]
    assert all(len(commands(path)) >= 3 for path in PIPELINES)


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda path: path.stem)
def test_its_commands_are_taken(pipeline: Path) -> None:
    for arguments in commands(pipeline):
        group: Any = get_command(app)
        command, rest = group, arguments
        context = click.Context(group)
        while hasattr(command, "get_command") and rest:
            found = command.get_command(context, rest[0])
            assert found is not None, arguments
            command, rest = found, rest[1:]
        command.make_context(command.name, list(rest))


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda path: path.stem)
def test_it_stores_no_secret(pipeline: Path) -> None:
    assert re.findall(r"secrets\.\w+|_PASSWORD|_KEY\b", pipeline.read_text(encoding="utf-8")) == []
