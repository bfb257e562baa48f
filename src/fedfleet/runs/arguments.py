"""What of the command line is handed on to ansible-playbook, and what of it may be written down."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from fedfleet.errors import FedFleetError
from fedfleet.safe_yaml import SAFE_LOADER


class ExtraVariablesError(FedFleetError):
    """What was given with -e cannot be read."""


def named_variables(extra: Iterable[str]) -> dict[str, Any]:
    """Return the variables that are given with -e, as Ansible reads them: `name=value`, YAML or JSON, or `@file`.

    Raises:
        ExtraVariablesError: a file cannot be read, or the YAML holds no mapping.
    """
    found: dict[str, Any] = {}
    for given in extra:
        text = given.strip()
        if text.startswith(("@", "{", "[")):
            found |= _mapping(text)
        else:
            found |= dict(_pair(word) for word in _words(text) if "=" in word)
    return found


def shown(arguments: Mapping[str, object], extra: Iterable[str]) -> tuple[str, ...]:
    """The arguments as they may be kept: of extra variables the names alone, for their values may be secrets."""
    told = [f"--{name}" if value is True else f"--{name} {value}" for name, value in arguments.items() if value]
    return (*told, *(f"-e {name}" for name in named_variables(extra)))


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ExtraVariablesError(
            "Extra variables cannot be read",
            expected="name=value, with quotes in pairs",
            found=str(error),
            where="-e",
            next_step="""Write a value that holds a quote as JSON: -e '{"name": "it\'s"}'""",
        ) from error


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value


def _mapping(text: str) -> dict[str, Any]:
    place = text[1:] if text.startswith("@") else "-e"
    try:
        content = Path(place).read_text(encoding="utf-8") if text.startswith("@") else text
        found = _vault_aware(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ExtraVariablesError(
            "Extra variables cannot be read", expected="YAML or JSON", found=str(error).splitlines()[0], where=place, next_step="Correct it"
        ) from error
    return found


def _vault_aware(content: str) -> dict[str, Any]:
    """The top level of a YAML mapping; a file that Ansible Vault encrypts as a whole tells no names."""
    if content.startswith("$ANSIBLE_VAULT"):
        return {}
    node = yaml.compose(content, Loader=SAFE_LOADER)
    if not isinstance(node, yaml.MappingNode):
        raise yaml.YAMLError("this is no mapping of names to values")
    return {str(name.value): value.value if isinstance(value, yaml.ScalarNode) else value for name, value in node.value}
