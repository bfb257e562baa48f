"""The report of drills as one HTML page that needs nothing but itself, made as `fedfleet.report.page` makes its own."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2

from fedfleet.drills.history import DRILLS
from fedfleet.drills.strips import ROW, WIDTH, picture_of
from fedfleet.report import wording
from fedfleet.report.page import PageNotWrittenError

if TYPE_CHECKING:
    from fedfleet.drills.summary import DrillReport

PAGE: Final = DRILLS / "report.html"


def render_page(report: DrillReport) -> str:
    """Return the whole page as HTML; the style is that of `fedfleet report`."""
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader("fedfleet.drills", "templates"), jinja2.PackageLoader("fedfleet.report", "templates")]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": wording.moment, "machine": wording.machine_moment, "duration": wording.duration}
    style = environment.get_template("style.css").render() + environment.get_template("strips.css").render()
    return environment.get_template("drills.html.j2").render(
        report=report,
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
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
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.draft")
        draft.write_text(render_page(report), encoding="utf-8")
        return draft.replace(target)
    except OSError as error:
        raise PageNotWrittenError(
            "The drills' page cannot be written",
            found=error.strerror or str(error),
            where=str(target),
            next_step="Name another place with --html FILE",
        ) from error
