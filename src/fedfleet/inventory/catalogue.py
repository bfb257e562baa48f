"""Which variables there are, and what each takes. The roles' argument specs are the only list.

Variables that roles share (``federation_name``, ``party_id``) stand in no spec of their own: a role reads them as the
default of one of its options (``fate_domain: "{{ federation_domain }}"``), and what that option takes, they take.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jinja2
import yaml
from jinja2 import nodes

from fedfleet.errors import FedFleetError
from fedfleet.safe_yaml import safe_load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# Where a playbook has Jinja2 without braces.
_BARE = frozenset({"when", "that", "until", "failed_when", "changed_when"})
_ENVIRONMENT = jinja2.Environment(autoescape=False)  # noqa: S701 - only parsed, never rendered


@dataclass(frozen=True)
class Option:
    """What a variable, or a field of one, takes.

    Attributes:
        type: as Ansible's argument specs call it: str, int, float, bool, list, dict, path or raw.
        choices: the only values, if they are limited.
        elements: what each element of a list takes; None for anything.
        options: the fields of a dict; empty for any.
        required: whether a field must be there.
    """

    type: str = "str"
    choices: tuple[object, ...] = ()
    elements: Option | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    required: bool = False


@dataclass(frozen=True)
class Catalogue:
    """All variables.

    Attributes:
        options: what each variable takes, from everyone who reads it.
        defaults: the default of each variable of a role, as it is written.
        also_read: names that playbooks read beside these.
        prefixes: what variables of ours begin with, by whose they are.
    """

    options: Mapping[str, tuple[Option, ...]]
    defaults: Mapping[str, object] = field(default_factory=dict)
    also_read: frozenset[str] = frozenset()
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        """Whether anything reads a variable of that name."""
        return name in self.options or name in self.also_read


def read_catalogue(collection: Path) -> Catalogue:
    """The catalogue of a collection's roles and playbooks.

    Raises:
        FedFleetError: there are no roles, or one of the files cannot be read.
    """
    specs = {path.parents[1].name: _read(path) for path in sorted(collection.glob("roles/*/meta/argument_specs.yml"))}
    if not specs:
        raise FedFleetError(
            "The collection has no roles",
            expected="roles with meta/argument_specs.yml",
            where=str(collection),
            next_step="Install fedfleet again",
        )
    defaults: dict[str, object] = {}
    for path in sorted(collection.glob("roles/*/defaults/main.yml")):
        defaults |= _read(path) or {}
    return catalogue_of(specs, defaults, [_read(path) for path in sorted(collection.glob("playbooks/*.yml"))])


def catalogue_of(specs: Mapping[str, Any], defaults: Mapping[str, object], playbooks: Iterable[Any] = ()) -> Catalogue:
    """The catalogue of argument specs, by role, of all roles' defaults and of playbooks, all as YAML has them."""
    written = {
        name: spec for role in specs.values() for entry_point in role["argument_specs"].values() for name, spec in _options(entry_point)
    }
    options = {name: [_option(spec)] for name, spec in written.items()}
    for name in written:
        shared = _handed_through(defaults.get(name))
        if shared and not shared.startswith("__") and shared not in written and options[name][0] not in options.setdefault(shared, []):
            options[shared].append(options[name][0])
    prefixes = {f"{role}_": f"role {role}" for role in specs} | {"fedfleet_": "FedFleet", "federation_": "the federation"}
    return Catalogue(
        options={name: tuple(found) for name, found in options.items()},
        defaults=defaults,
        also_read=frozenset(name for playbook in playbooks for name in _names_in(playbook)),
        prefixes=prefixes,
    )


def _read(path: Path) -> Any:
    try:
        return safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FedFleetError("A file of the collection cannot be read", found=str(error), where=str(path)) from error


def _options(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from (spec.get("options") or {}).items()


def _option(spec: Mapping[str, Any]) -> Option:
    fields = {name: _option(inner) for name, inner in _options(spec)}
    elements = None
    if spec.get("elements"):
        elements = Option(type=spec["elements"], options=fields)
    return Option(
        type=spec.get("type", "str"),
        choices=tuple(spec.get("choices") or ()),
        elements=elements,
        options={} if elements else fields,
        required=bool(spec.get("required")),
    )


def _handed_through(default: object) -> str:
    """The variable whose value a default takes over as it is, or until something else is said; empty when there is none."""
    if not isinstance(default, str) or "{{" not in default:
        return ""
    outputs = list(_parse(default).find_all(nodes.Output))
    if len(outputs) != 1 or len(outputs[0].nodes) != 1:
        return ""
    found: nodes.Expr | None = outputs[0].nodes[0]
    if isinstance(found, nodes.Filter) and found.name in ("default", "d"):
        found = found.node
    return found.name if isinstance(found, nodes.Name) else ""


def _names_in(content: object, key: str = "") -> Iterator[str]:
    """The variables that a part of a playbook reads, wherever Jinja2 may stand in it."""
    if isinstance(content, dict):
        for inner_key, inner in content.items():
            yield from _names_in(inner, str(inner_key))
    elif isinstance(content, list):
        for inner in content:
            yield from _names_in(inner, key)
    elif isinstance(content, str) and (key in _BARE or "{{" in content):
        text = "{{ " + content + " }}" if key in _BARE else content
        yield from (found.name for found in _parse(text).find_all(nodes.Name))


def _parse(text: str) -> nodes.Template:
    return _ENVIRONMENT.parse(text)
