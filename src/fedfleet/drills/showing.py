"""Drills and their results as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from fedfleet.drills import standing
from fedfleet.drills.experiment import ProcessProvider
from fedfleet.report.wording import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from rich.console import Console

    from fedfleet.drills.experiment import Activity, Experiment
    from fedfleet.drills.summary import DrillReport
    from fedfleet.sites import InventorySite


def print_list(known: Mapping[str, Experiment], console: Console) -> None:
    """Every drill in a line."""
    table = _table("drill", "site", "tags", "at most", "quick", "what is done")
    for name, experiment in known.items():
        terms = experiment.terms
        quick = "quick" if terms.quick else ""
        table.add_row(name, terms.site, ", ".join(experiment.tags), duration(terms.recovery_seconds), quick, experiment.title)
    console.print(table)


def plan_lines(
    experiment: Experiment, site: InventorySite, refusal: str, lacking: Sequence[str] = (), at: datetime | None = None
) -> Iterator[str]:
    """What would be done, to whom, and what would keep it from being done at that moment or now: what the site lacks, or a refusal."""
    terms = experiment.terms
    yield f"{experiment.name}: {experiment.title}"
    yield f"  {' '.join(experiment.description.split())}"
    yield f"  site: {site.name}, namespace {site.namespace}"
    yield f"  touches: {terms.touches}"
    yield f"  at most {duration(terms.recovery_seconds) or 'as long as it takes'} until all is well; over after {duration(terms.deadline_seconds)}"
    if terms.reference:
        yield f"  reference: {terms.reference}"
    yield f"  must hold before, all through and after, asked every {terms.every_seconds:g} s:"
    for probe in experiment.hypothesis.probes:
        told = " (may never fail)" if probe.name in terms.unbroken else " (must be seen to fail)" if probe.name in terms.breaks else ""
        limit = f" (again after {duration(terms.limits[probe.name])} at most)" if probe.name in terms.limits else ""
        yield f"    {probe.name}{told}{limit}"
    for probe in standing.beside(experiment):
        yield f"    {probe.name} (only shown)"
    yield from _listed("before that:", standing.before(experiment))
    yield "  steps:"
    for activity in experiment.method:
        yield f"    {_step(activity)}"
    if experiment.rollbacks:
        yield "  undone in any case, also by fedfleet drill rollback:"
        for activity in experiment.rollbacks:
            yield f"    {_step(activity)}"
    yield from _listed("must hold when the site is restored:", standing.after(experiment))
    if lacking:
        yield f"  NOT RUN HERE: {'; '.join(lacking)}"
        return
    yield f"  REFUSED: {refusal}" if refusal else f"  may be run {f'at {at:%Y-%m-%dT%H:%M}Z' if at else 'now'}, if the site is well"


def _listed(title: str, steps: Sequence[Activity]) -> Iterator[str]:
    if steps:
        yield f"  {title}"
        yield from (f"    {step.name}" for step in steps)


def _step(activity: Activity) -> str:
    provider = activity.provider
    if isinstance(provider, ProcessProvider):
        return f"{activity.name}: {provider.path} {provider.arguments if isinstance(provider.arguments, str) else ' '.join(provider.arguments)}"
    given = ", ".join(f"{name}={value}" for name, value in provider.arguments.items())
    wait = f", then {activity.pauses.after:g} s" if activity.pauses.after else ""
    return f"{activity.name}: {provider.func}({given}){wait}"


def print_report(report: DrillReport, console: Console) -> None:
    """The report as tables."""
    if report.drills:
        table = _table("drill", "site", "result", "recovery", "at most", "reference", "last time", "job", "when (UTC)")
        for entry in report.drills:
            last = entry.previous_seconds[0] if entry.previous_seconds else None
            table.add_row(
                entry.name,
                entry.site,
                f"{entry.outcome}{', NOT RESTORED' if entry.clean_up == 'failed' else ''}",
                duration(entry.recovery_seconds),
                duration(entry.expected_seconds),
                duration(entry.reference_seconds) or ("see page" if entry.reference else ""),
                f"{duration(last)}{' SLOWER NOW' if entry.slower else ''}",
                f"success, {duration(entry.job_seconds)}" if entry.job_seconds else "not" if entry.job else "",
                f"{entry.started_at:%Y-%m-%d %H:%M}",
            )
        console.print(table)
        console.print()
    for entry in report.drills:
        for reason in entry.reasons:
            console.print(f"{entry.name} on {entry.site}: {reason}", markup=False, soft_wrap=True)
        for probe in entry.probes:
            if probe.relapses:
                told = f"'{probe.probe}' failed {probe.relapses} times more after all had been well: {probe.worst}"
                console.print(f"{entry.name} on {entry.site}: {told}", markup=False, soft_wrap=True)
    for folder in report.not_restored:
        console.print(f"NOT RESTORED: {folder}", markup=False, soft_wrap=True)
    if report.not_drilled:
        console.print(f"not drilled: {', '.join(each.name for each in report.not_drilled)}", markup=False, soft_wrap=True)
    console.print(report.sentence, markup=False, soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
