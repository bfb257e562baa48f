"""The report as one HTML page that needs nothing but itself: no script, no font, no picture from elsewhere.

A Content-Security-Policy in the page forbids every request and every style but its own, so that nothing that comes from the outside
world (organisations' names, details of failures) could make a browser do more than show it, even if escaping it were forgotten.
"""

from base64 import b64encode
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import jinja2

from fedfleet.errors import FedFleetError
from fedfleet.report import charts, picture, tables, wording
from fedfleet.report.load import REPORTS, inventory_directory
from fedfleet.report.model import Report
from fedfleet.report.topology import KINDS

PAGE = "report.html"


class PageNotWrittenError(FedFleetError):
    """The page cannot be written where it is to go."""


def default_place(inventory: Path) -> Path:
    """Where an inventory's page goes: beside its report files.

    Raises:
        NoReportError: there is no such inventory.
    """
    return inventory_directory(inventory) / REPORTS / PAGE


def render_page(report: Report) -> str:
    """Return the whole page as HTML."""
    environment = templates_of("fedfleet.report")
    environment.filters |= {"number": wording.number, "age": lambda value: wording.age(value, report.made_at)}
    environment.globals |= {"count": wording.count, "share": charts.share, "mark": picture.MARKS.__getitem__}
    style = environment.get_template("style.css").render()
    return environment.get_template("page.html.j2").render(
        report=report,
        style=style,
        style_hash=hash_of(style),
        pictures=(picture.wide(report), picture.narrow(report)),
        kinds=tuple(KINDS),
        pairs=tables.pairs_of(report),
        ladder=tables.ladder_of(report),
        routes=tables.routes_of(report),
        images=tables.images_of(report),
        versions=tables.versions_of(report),
        stages=charts.stage_bars(report.stages, report.run.seconds if report.run else 0.0),
        workloads=tuple((workload, charts.charts_of(workload.curves), charts.score_bars(workload.scores)) for workload in report.workloads),
        fedfleet_version=metadata.version("fedfleet"),
    )


def write_page(report: Report, target: Path) -> Path:
    """Write the page and return its path; whole or not at all, for whoever reads it at the same time.

    Raises:
        PageNotWrittenError: the file or its directory cannot be written.
    """
    return write_whole(render_page(report), target, "The report's page cannot be written")


def templates_of(*packages: str) -> jinja2.Environment:
    """What pages are rendered with: templates of these packages, the first that has one of a name; whatever comes from outside is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package, "templates") for package in packages]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": wording.moment, "machine": wording.machine_moment, "duration": wording.duration}
    return environment


def hash_of(style: str) -> str:
    """A style as a Content-Security-Policy names it (CSP level 3, `sha256-`)."""
    return b64encode(sha256(style.encode()).digest()).decode()


def write_whole(page: str, target: Path, otherwise: str) -> Path:
    """Write a page and return its path; whole or not at all, for whoever reads it at the same time.

    Raises:
        PageNotWrittenError: the file or its directory cannot be written; `otherwise` says whose page it is.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.draft")
        draft.write_text(page, encoding="utf-8")
        return draft.replace(target)
    except OSError as error:
        raise PageNotWrittenError(
            otherwise,
            found=error.strerror or str(error),
            where=str(target),
            next_step="Name another place with --html FILE",
        ) from error
