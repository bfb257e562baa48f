"""A role's page, from its argument specs."""

from pathlib import Path
from typing import Any

import yaml

from generator.markdown import options_table, sentences


def render_role(role: Path) -> str:
    """Return the page of a role: what it is, and its variables.

    Entry points often take the same variables; each set is shown once, under the names of all entry points that have it.
    """
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    first = specs["main"] if "main" in specs else next(iter(specs.values()))
    lines = [f"# Role {role.name}", "", f"{first['short_description'].rstrip('.')}.", ""]
    for paragraph in sentences(first.get("description")):
        lines += [paragraph, ""]
    for entry_points, options in _sets_of_options(specs):
        lines += [f"## Variables of {', '.join(f'`{name}`' for name in entry_points)}", ""]
        shown = {name: _with_default(option, defaults.get(name)) for name, option in options.items()}
        lines += [*options_table(shown), ""] if shown else ["None.", ""]
    return "\n".join(lines)


def _with_default(option: dict[str, Any], default: Any) -> dict[str, Any]:
    """Specs leave out defaults that are templates of something else than text: they are no value of the option's type."""
    return option if default is None else {"default": default} | option


def _sets_of_options(specs: dict[str, Any]) -> list[tuple[list[str], dict[str, Any]]]:
    found: list[tuple[list[str], dict[str, Any]]] = []
    for name, spec in specs.items():
        options = spec.get("options") or {}
        for entry_points, known in found:
            if known == options:
                entry_points.append(name)
                break
        else:
            found.append(([name], options))
    return found
