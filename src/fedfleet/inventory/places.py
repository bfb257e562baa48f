"""Where variables are written: file and line, and for which hosts. Pure: texts in, places out.

Ansible knows where a value comes from only inside its own workings, so the files are read once more, for their lines
alone; nothing in them is evaluated. A file that cannot be read this way (an encrypted one, a script) has no lines, and
what is in it is checked all the same, by what Ansible makes of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from fedfleet.federation.problems import Problem
from fedfleet.safe_yaml import SAFE_LOADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_VARIABLES_SUFFIXES = ("", ".yml", ".yaml", ".json")
_INI_NAME = re.compile(r"(?:^|\s)([A-Za-z_][A-Za-z0-9_]*)\s*=")
_INI_SECTION = re.compile(r"^\s*\[([^]:]+)(:vars)?\]")
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_OCTAL = re.compile(r"0[0-7]+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Place:
    """One place where a variable is written.

    Attributes:
        file, line: where; lines count from 1.
        scope: the host or group it is for; empty for what a file does not say.
    """

    file: str
    line: int
    scope: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass
class Places:
    """All places of an inventory.

    Attributes:
        of: the places of each name, in the order in which files were read.
        read: names that expressions of the inventory read.
        doubts: what is not what it looks like, by the variable it is about (or the host or group, then of no name): written twice, or
            a number that YAML reads as an octal one.
        scopes: hosts and groups that have a file of their own, by file.
        encrypted: names of which a value is encrypted where it is written.
        sealed: hosts and groups that have a file which is encrypted as a whole.
    """

    of: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    read: set[str] = field(default_factory=set)
    doubts: list[tuple[str, Problem]] = field(default_factory=list)
    scopes: dict[str, str] = field(default_factory=dict)
    encrypted: set[str] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)

    def where(self, name: str, scopes: Iterable[str] = ()) -> str:
        """Where a variable is written for a host of those ``scopes`` (its own name and its groups); empty when no file tells."""
        wanted = set(scopes)
        found = [str(place) for place in self.of.get(name, ()) if not wanted or not place.scope or place.scope in wanted]
        return ", ".join(dict.fromkeys(found))


def places_in(files: Mapping[str, str]) -> Places:
    """The places in the files of an inventory, by path: hosts files, and what lies in group_vars and host_vars."""
    places = Places()
    for file, text in files.items():
        scope = scope_of(Path(file))
        if scope:
            places.scopes[file] = scope
            if text.startswith("$ANSIBLE_VAULT"):
                places.sealed.add(scope)
        for expression in _EXPRESSION.findall(text):
            places.read.update(_WORD.findall(expression))
        root = _root(text)
        if isinstance(root, yaml.MappingNode):
            if scope:
                _variables(places, file, scope, root)
            else:
                _groups(places, file, root)
        elif root is None and not scope and not text.startswith("#!"):
            _ini(places, file, text)
    return places


def scope_of(path: Path) -> str:
    """The host or group that a variables file is for; empty for a hosts file."""
    parts = path.parts
    for folder in ("group_vars", "host_vars"):
        if folder in parts[:-1]:
            below = parts[len(parts) - parts[::-1].index(folder) :]
            return Path(below[0]).stem if len(below) == 1 else below[0]
    return ""


def is_variables_file(path: Path) -> bool:
    """Whether Ansible reads the file in a group_vars or host_vars folder."""
    return path.suffix in _VARIABLES_SUFFIXES and not path.name.startswith(".") and not path.name.endswith("~")


def _root(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=SAFE_LOADER)
    except yaml.YAMLError:
        return None


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), key.start_mark.line + 1, value


def _variables(places: Places, file: str, scope: str, node: yaml.Node) -> None:
    _find_repeated(places, file, node, variables=True)
    for name, line, value in _entries(node):
        places.of[name].append(Place(file, line, scope))
        if value.tag == "!vault":
            places.encrypted.add(name)
        if isinstance(value, yaml.ScalarNode) and not value.style and _OCTAL.fullmatch(value.value):
            sentence = f"YAML reads {name}: {value.value} as the octal number {int(value.value, 8)}; write it without the zero"
            places.doubts.append((name, Problem(f"{file}:{line}", sentence)))


def _find_repeated(places: Places, file: str, node: yaml.Node, *, variables: bool = False) -> None:
    first: dict[str, int] = {}
    for name, line, _ in _entries(node):
        if name in first:
            sentence = f"{name} is written twice, in lines {first[name]} and {line}, and only the second counts; remove one of them"
            places.doubts.append((name if variables else "", Problem(f"{file}:{line}", sentence)))
        first[name] = line


def _groups(places: Places, file: str, node: yaml.Node) -> None:
    """A hosts file in YAML: groups with hosts, children and vars."""
    _find_repeated(places, file, node)
    for group, _, content in _entries(node):
        for section, _, inner in _entries(content):
            if section == "vars":
                _variables(places, file, group, inner)
            elif section == "hosts":
                _find_repeated(places, file, inner)
                for host, _, variables in _entries(inner):
                    _variables(places, file, host, variables)
            elif section == "children":
                _groups(places, file, inner)


def _ini(places: Places, file: str, text: str) -> None:
    """A hosts file in Ansible's INI: variables behind hosts, and below [group:vars]."""
    scope, of_group = "", False
    for number, line in enumerate(text.splitlines(), start=1):
        section = _INI_SECTION.match(line)
        if section:
            scope, of_group = section[1], bool(section[2])
        elif not line.lstrip().startswith(("#", ";")):
            host = line.split(maxsplit=1)[0] if line.strip() else ""
            names = _INI_NAME.findall(line)[:1] if of_group else _INI_NAME.findall(line)
            for name in names:
                places.of[name].append(Place(file, number, scope if of_group else host))
