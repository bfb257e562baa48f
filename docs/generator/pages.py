"""Which pages the reference has."""

from pathlib import Path

from generator.checks import render_checks
from generator.commands import render_commands
from generator.plugins import render_callback, render_filter, render_lookup, render_module
from generator.roles import render_role

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
NOTICE = "<!-- Written by `make docs`; change the source instead. -->\n"


def render_reference() -> dict[str, str]:
    """Return the pages: name below docs/reference, and text."""
    roles = {path.name: render_role(path) for path in sorted((ROOT / "roles").iterdir()) if path.is_dir()}
    modules = {path.stem: render_module(path) for path in sorted((ROOT / "plugins" / "modules").glob("*.py"))}
    callbacks = {path.stem: render_callback(path) for path in sorted((ROOT / "plugins" / "callback").glob("*.py"))}
    filters = {path.stem: render_filter(path) for path in sorted((ROOT / "plugins" / "filter").glob("*.py"))}
    lookups = {path.stem: render_lookup(path) for path in sorted((ROOT / "plugins" / "lookup").glob("*.py"))}
    kinds = {
        "Roles": ("roles", roles),
        "Modules": ("modules", modules),
        "Filters": ("filters", filters),
        "Lookups": ("lookups", lookups),
        "Callback plugins": ("callbacks", callbacks),
    }
    pages = {"README.md": _contents(kinds), "checks.md": render_checks(), "commands.md": render_commands()}
    for kind, rendered in kinds.values():
        pages |= {f"{kind}/{name}.md": text for name, text in rendered.items()}
    return {name: NOTICE + text for name, text in pages.items()}


def stale_pages() -> list[Path]:
    """Return the pages on disk that nothing stands behind any more."""
    wanted = set(render_reference())
    return [path for path in sorted(REFERENCE.rglob("*.md")) if str(path.relative_to(REFERENCE)) not in wanted]


def _contents(kinds: dict[str, tuple[str, dict[str, str]]]) -> str:
    lines = ["# Reference", "", "[Commands](commands.md): everything `fedfleet` does.", ""]
    lines += ["[Checks](checks.md): what `fedfleet check` looks at, an entry a code.", ""]
    for title, (kind, rendered) in kinds.items():
        lines += [f"## {title}", "", *(f"- [{name}]({kind}/{name}.md): {_summary(text)}" for name, text in rendered.items()), ""]
    return "\n".join(lines)


def _summary(page: str) -> str:
    """Return the first sentence below a page's title."""
    return page.split("\n\n", 2)[1].strip()
