"""Turns Ansible's own markup and option tables into Markdown."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

# Ansible's semantic markup: https://docs.ansible.com/ansible/latest/dev_guide/developing_modules_documenting.html
_CODE = re.compile(r"\b(?:C|V|O|E|RV|M)\(([^()]+(?:\([^()]*\)[^()]*)*)\)")
_BOLD = re.compile(r"\bB\(([^)]+)\)")
_ITALIC = re.compile(r"\bI\(([^)]+)\)")


def plain(text: str) -> str:
    """Return a description with Ansible's markup as Markdown, on one line."""
    marked = _CODE.sub(lambda match: f"`{match[1].split('#')[0]}`", text)
    marked = _ITALIC.sub(r"*\1*", _BOLD.sub(r"**\1**", marked))
    return " ".join(marked.split())


def sentences(description: Any) -> list[str]:
    """Return a description, one paragraph or several, as paragraphs."""
    paragraphs = [description] if isinstance(description, str) else list(description or [])
    return [plain(str(paragraph)) for paragraph in paragraphs]


def value(given: Any) -> str:
    """Return a default as it would stand in YAML."""
    if isinstance(given, str):
        return f"`{given}`" if given else "empty"
    if given is None:
        return "none"
    return f"`{json.dumps(given)}`"


def options_table(options: Mapping[str, Mapping[str, Any]], parent: str = "") -> list[str]:
    """Return the lines of a table of options, sub-options below their parents."""
    lines = ["| name | type | default | meaning |", "| --- | --- | --- | --- |"]
    lines.extend(_rows(options, parent))
    return lines


def _rows(options: Mapping[str, Mapping[str, Any]], parent: str) -> Iterable[str]:
    for name, option in options.items():
        kind = str(option.get("type", "str"))
        if option.get("elements"):
            kind += f" of {option['elements']}"
        default = "**required**" if option.get("required") else value(option.get("default"))
        meaning = " ".join(sentences(option.get("description")))
        if option.get("choices"):
            meaning += " One of " + ", ".join(f"`{choice}`" for choice in option["choices"]) + "."
        cells = (f"`{parent}{name}`", kind, default, meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        yield from _rows(option.get("suboptions") or option.get("options") or {}, f"{parent}{name}.")
