"""Pages of modules and other plugins, from the documentation in them."""

from pathlib import Path
from typing import Any

import yaml
from ansible.plugins.loader import fragment_loader, init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.utils.plugin_docs import get_docstring

from generator.markdown import options_table, sentences

COLLECTION = "fedfleet.federation"


def prepare() -> None:
    """Let Ansible find the collection and its fragments; it wants to be told once in a process."""
    if AnsibleCollectionConfig.collection_finder is None:
        init_plugin_loader()


def documentation(path: Path, kind: str) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """Return a plugin's documentation with its fragments merged in, its examples, and what it returns.

    Args:
        path: the plugin's file.
        kind: `module`, `callback`, ... as Ansible calls it.
    """
    prepare()
    doc, examples, returned, _metadata = get_docstring(str(path), fragment_loader, collection_name=COLLECTION, plugin_type=kind)
    if isinstance(returned, str):
        returned = yaml.safe_load(returned)
    return doc, examples or "", returned or {}


def render_module(path: Path) -> str:
    """Return the page of a module."""
    doc, examples, returned = documentation(path, "module")
    lines = _head(f"Module {COLLECTION}.{path.stem}", doc)
    lines += ["## Options", "", *options_table(doc.get("options") or {}), ""]
    lines += ["## Attributes", "", "| attribute | support | meaning |", "| --- | --- | --- |"]
    for name, attribute in (doc.get("attributes") or {}).items():
        meaning = " ".join([*sentences(attribute.get("description")), *sentences(attribute.get("details"))])
        lines.append(f"| {name} | {attribute.get('support', '')} | {meaning} |")
    lines += ["", "## Examples", "", "```yaml", examples.strip(), "```", "", "## Return values", ""]
    lines += ["| name | type | returned | meaning |", "| --- | --- | --- | --- |", *_returned_rows(returned), ""]
    return "\n".join(lines)


def render_callback(path: Path) -> str:
    """Return the page of a callback plugin."""
    doc, _examples, _returned = documentation(path, "callback")
    lines = _head(f"Callback plugin {COLLECTION}.{path.stem}", doc)
    if doc.get("options"):
        lines += ["## Options", "", *options_table(doc["options"]), ""]
    return "\n".join(lines)


def render_filter(path: Path) -> str:
    """Return the page of a filter plugin."""
    doc, examples, returned = documentation(path, "filter")
    lines = _head(f"Filter {COLLECTION}.{path.stem}", doc)
    lines += ["## Input and options", "", *options_table(doc.get("options") or {}), ""]
    lines += ["## Examples", "", "```yaml", examples.strip(), "```", "", "## Value", ""]
    lines += ["| name | type | returned | meaning |", "| --- | --- | --- | --- |", *_returned_rows(returned), ""]
    return "\n".join(lines)


def render_lookup(path: Path) -> str:
    """Return the page of a lookup plugin."""
    doc, examples, returned = documentation(path, "lookup")
    lines = [*_head(f"Lookup {COLLECTION}.{path.stem}", doc), "## Examples", "", "```yaml", examples.strip(), "```", "", "## Value", ""]
    lines += ["| name | type | returned | meaning |", "| --- | --- | --- | --- |", *_returned_rows(returned), ""]
    return "\n".join(lines)


def _head(title: str, doc: dict[str, Any]) -> list[str]:
    lines = [f"# {title}", "", f"{doc['short_description'].rstrip('.')}.", ""]
    lines += [f"- {paragraph}" for paragraph in sentences(doc.get("description"))]
    return [*lines, ""]


def _returned_rows(returned: dict[str, Any], parent: str = "") -> list[str]:
    rows = []
    for name, field in returned.items():
        kind = str(field.get("type", ""))
        if field.get("elements"):
            kind += f" of {field['elements']}"
        meaning = " ".join(sentences(field.get("description")))
        rows.append(f"| `{parent}{name}` | {kind} | {field.get('returned', '')} | {meaning} |")
        rows += _returned_rows(field.get("contains") or {}, f"{parent}{name}.")
    return rows
