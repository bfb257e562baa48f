"""The report of drills as one HTML page that needs nothing but itself, made as `fedfleet.report.page` makes its own."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fedfleet.drills.history import DRILLS
from fedfleet.drills.strips import ROW, WIDTH, picture_of
from fedfleet.report.page import hash_of, templates_of, write_whole

if TYPE_CHECKING:
    from fedfleet.drills.summary import DrillReport

PAGE: Final = DRILLS / "report.html"


def render_page(report: DrillReport) -> str:
    """Return the whole page as HTML; the style is that of `fedfleet report`."""
    environment = templates_of("fedfleet.drills", "fedfleet.report")
    style = environment.get_template("style.css").render() + environment.get_template("strips.css").render()
    return environment.get_template("drills.html.j2").render(
        report=report,
        style=style,
        style_hash=hash_of(style),
        drills=tuple((entry, picture_of(entry)) for entry in report.drills),
        width=WIDTH,
        row=ROW,
        fedfleet_version=metadata.version("fedfleet"),
    )


def write_page(report: DrillReport, target: Path) -> Path:
    """Write the page and return its path; whole or not at all.

    Raises:
        PageNotWrittenError: it cannot be written.
    """
    return write_whole(render_page(report), target, "The drills' page cannot be written")
