"""The report as plain text for a terminal or a log."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fedfleet.report.model import Report, SiteReport


def print_report(report: Report, console: Console) -> None:
    """Print states, proofs, routes and stage times, most wanted last: a terminal shows the end."""
    console.print(Group(*_parts(report)))


def _parts(report: Report) -> Iterable[RenderableType]:
    if report.stages:
        yield _stages(report)
    if report.routes:
        yield _routes(report)
    if report.rungs:
        yield _rungs(report)
    if report.sites:
        yield _sites(report.sites)
    yield _verdict(report)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column == "seconds" else "left", overflow="fold")
    return table


def _mark(ok: bool) -> Text:
    return Text("ok", style="green") if ok else Text("FAILED", style="bold red")


def _stages(report: Report) -> Table:
    table = _table("Stages of the newest run", "stage", "seconds", "result", "on")
    for stage in report.stages:
        where = stage.hosts if stage.ok else stage.failed
        table.add_row(stage.name, f"{stage.seconds:.1f}", _mark(stage.ok), ", ".join(where))
    if report.run:
        table.add_row("together", f"{report.run.seconds:.1f}", "", "")
    return table


def _routes(report: Report) -> Table:
    table = _table("\nRoutes, asked of every replica", "replica", "route", "result", "seconds", "detail")
    for route in report.routes:
        table.add_row(route.replica, route.route, _mark(route.ok), f"{route.seconds:.2f}", route.detail)
    return table


def _rungs(report: Report) -> Table:
    table = _table("\nProofs", "rung", "name", "between", "result", "seconds", "proven at", "detail")
    for rung in sorted(report.rungs, key=lambda rung: rung.rung):
        proven = rung.proven_at.strftime("%Y-%m-%d %H:%M:%S") if rung.proven_at else ""
        detail = f"{rung.detail} {rung.fix}".strip()
        table.add_row(str(rung.rung), rung.name, rung.subject, _mark(rung.ok), f"{rung.seconds:.1f}", proven, detail)
    return table


def _sites(sites: Iterable[SiteReport]) -> Table:
    table = _table("\nSites", "site", "federation", "state", "waits for")
    for site in sites:
        table.add_row(site.site, site.federation, site.state, site.waits_for or "-")
    return table


def _verdict(report: Report) -> Text:
    proven = sum(rung.ok for rung in report.rungs)
    served = sum(route.ok for route in report.routes)
    line = f"\n{proven} of {len(report.rungs)} proofs and {served} of {len(report.routes)} replica routes hold"
    failed = [stage.name for stage in report.stages if not stage.ok]
    if failed:
        line += f"; the newest run stopped at: {', '.join(failed)}"
    return Text(line + ".", style="bold green" if report.ok else "bold red")
