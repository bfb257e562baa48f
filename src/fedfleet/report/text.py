"""The report as plain text for a terminal or a log."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fedfleet.report.model import CertificateStanding, Report, SiteReport
from fedfleet.report.workload import WorkloadReport


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
    if report.workloads:
        yield _workloads(report.workloads)
    if report.certificates:
        yield _certificates(report.certificates)
    if report.sites:
        yield _sites(report.sites)
    yield _verdict(report)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column in ("seconds", "days left") else "left", overflow="fold")
    return table


def _plain(text: str) -> Text:
    """Text of others as it is: rich must not read markup in it, nor a terminal its control signs."""
    return Text("".join(sign if sign.isprintable() else " " for sign in text))


def _mark(ok: bool) -> Text:
    return Text("ok", style="green") if ok else Text("FAILED", style="bold red")


def _stages(report: Report) -> Table:
    table = _table("Stages of the newest run", "stage", "seconds", "result", "on")
    for stage in report.stages:
        where = stage.hosts if stage.ok else stage.failed
        table.add_row(_plain(stage.name), f"{stage.seconds:.1f}", _mark(stage.ok), _plain(", ".join(where)))
    if report.run:
        table.add_row("together", f"{report.run.seconds:.1f}", "", "")
    return table


def _routes(report: Report) -> Table:
    table = _table("\nRoutes, asked of every replica", "replica", "route", "result", "seconds", "detail")
    for route in report.routes:
        table.add_row(_plain(route.replica), _plain(route.route), _mark(route.ok), f"{route.seconds:.2f}", _plain(route.detail))
    return table


def _rungs(report: Report) -> Table:
    table = _table("\nProofs", "rung", "name", "between", "result", "seconds", "proven at (UTC)", "detail")
    for rung in sorted(report.rungs, key=lambda rung: rung.rung):
        proven = rung.proven_at.strftime("%Y-%m-%d %H:%M:%S") if rung.proven_at else ""
        detail = _plain(_with_next(rung.detail, rung.fix))
        table.add_row(str(rung.rung), _plain(rung.name), _plain(rung.subject), _mark(rung.ok), f"{rung.seconds:.1f}", proven, detail)
    return table


def _workloads(workloads: Iterable[WorkloadReport]) -> Table:
    table = _table(
        "\nWorkloads, newest run of each", "workload", "parties", "result", "seconds", "started at (UTC)", "scores on the same rows"
    )
    for each in workloads:
        scores = ", ".join(f"{score.model} {score.value:.4f}" for score in each.scores)
        told = f"{each.scores[0].metric}: {scores}" if each.ok and each.scores else each.message
        moment = each.started_at.strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(_plain(each.name), _plain(", ".join(each.parties)), _mark(each.ok), f"{each.seconds:.1f}", moment, _plain(told))
    return table


def _sites(sites: Iterable[SiteReport]) -> Table:
    table = _table("\nSites", "site", "federation", "state", "waits for")
    for site in sites:
        table.add_row(*map(_plain, (site.site, site.federation, site.state, site.waits_for or "-")))
    return table


def _certificates(standings: Iterable[CertificateStanding]) -> Table:
    table = _table("\nCertificates", "site", "certificate", "name", "ends", "days left", "standing")
    for each in standings:
        name = ", ".join(each.certificate.names) or each.certificate.subject
        standing = Text("ok", style="green") if each.state == "holds" else Text(f"renew below {each.attention_below}", style="yellow")
        shown = (each.site, each.certificate.purpose, name, f"{each.certificate.not_after:%Y-%m-%d}", str(each.days_left))
        table.add_row(*map(_plain, shown), standing)
    return table


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _with_next(text: str, next_step: str) -> str:
    """What was found, and where there is something to do, what."""
    return f"{_sentence(text)} Next: {_sentence(next_step)}" if next_step else text


def _verdict(report: Report) -> Text:
    verdict = report.verdict
    told = Text("\n")
    for finding in verdict.findings:
        told.append_text(Text.assemble((_plain(finding.site).plain, "bold"), ": "))
        told.append_text(_plain(_with_next(finding.text, finding.next_step)))
        told.append("\n")
    style = {"holds": "bold green", "attention": "bold yellow", "fails": "bold red"}[verdict.state]
    return told.append(_plain(f"{verdict.title}. {verdict.sentence}").plain, style=style)
