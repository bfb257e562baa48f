"""The page that shows what was measured."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.picture import draw, shown
from bench.results import Results, load
from support.commands import ROOT

PAGE = ROOT / "docs" / "explanation" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "performance.svg"


def render(results: Results) -> str:
    """The page in Markdown."""
    return _TEMPLATES.get_template("performance.md.j2").render(results=results, shown=shown)


def write() -> None:
    """Write page and picture of what was kept."""
    results = load()
    PAGE.write_text(render(results), encoding="utf-8")
    PICTURE.write_text(draw(results), encoding="utf-8")


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - Markdown, of our own words
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
