"""Finds and reads the report files beside an inventory."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from fedfleet.errors import FedFleetError
from fedfleet.report.model import Report, SiteReport, StagesFile
from fedfleet.report.standing import standings_of
from fedfleet.report.topology import edges_of, nodes_of
from fedfleet.report.verdict import verdict_of
from fedfleet.report.workload import WorkloadReport

REPORTS = Path("artifacts") / "reports"
STAGES = "stages.json"

_Format = TypeVar("_Format", bound=BaseModel)


class NoReportError(FedFleetError):
    """No run has left a report where one was looked for."""


class ReportFileError(FedFleetError):
    """A report file cannot be read, or is not what its name says."""


def inventory_directory(inventory: Path) -> Path:
    """Return the directory that Ansible calls `inventory_dir`: the inventory itself, or the file's directory.

    Raises:
        NoReportError: there is nothing at that path.
    """
    if inventory.is_dir():
        return inventory
    if inventory.is_file():
        return inventory.parent
    raise NoReportError(
        "There is no inventory",
        expected="a directory such as inventories/lab, or a file in it",
        where=str(inventory),
        next_step="Name yours with --inventory",
    )


def load_report(inventory: Path, now: datetime | None = None) -> Report:
    """Read what the newest runs on an inventory left.

    Args:
        inventory: the inventory's directory, or a file in it.
        now: the moment the report is made at; the clock's without.

    Raises:
        NoReportError: there is no such inventory, or no run has reported yet.
        ReportFileError: a file is unreadable or malformed.
    """
    directory = inventory_directory(inventory) / REPORTS
    sites: list[SiteReport] = []
    workloads: list[WorkloadReport] = []
    run: StagesFile | None = None
    for path in sorted(directory.glob("*.json")):
        kind = _kind(path)
        if path.name == STAGES:
            run = _read(path, StagesFile)
        elif kind == "WorkloadReport":
            workloads.append(_read(path, WorkloadReport))
        elif kind in ("SiteReport", ""):
            sites.append(_read(path, SiteReport))
    if not sites and not workloads and run is None:
        raise NoReportError(
            "No run on this inventory has reported yet",
            where=str(directory),
            next_step=f"Start one: ansible-playbook fedfleet.federation.site -i {inventory}",
        )
    return assemble(str(inventory), sites, run, workloads, now or datetime.now(UTC))


def assemble(
    inventory: str, sites: Sequence[SiteReport], run: StagesFile | None, workloads: Sequence[WorkloadReport], now: datetime
) -> Report:
    """The report made of what runs left, as it is at the moment ``now``."""
    certificates = standings_of(sites, now)
    verdict = verdict_of(run, sites, certificates, workloads)
    return Report(
        inventory=inventory,
        ok=verdict.state != "fails",
        run=run,
        sites=tuple(sites),
        stages=run.stages if run else (),
        rungs=tuple(rung for site in sites for rung in site.rungs),
        routes=tuple(route for site in sites for route in site.routes),
        made_at=now,
        verdict=verdict,
        nodes=nodes_of(sites),
        edges=edges_of(sites),
        certificates=certificates,
        workloads=tuple(sorted(workloads, key=lambda workload: workload.started_at, reverse=True)),
    )


def _kind(path: Path) -> str:
    """What a file says that it is; empty where it says nothing that can be read. Files of other kinds are not ours."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return ""
    return str(content.get("kind", "")) if isinstance(content, dict) else ""


def _read(path: Path, expected: type[_Format]) -> _Format:
    try:
        return expected.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReportFileError("A report cannot be read", found=error.strerror or str(error), where=str(path)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the file"
        raise ReportFileError(
            "A report is malformed",
            expected=f"a {expected.__name__} as JSON",
            found=f"{place}: {first['msg']}",
            where=str(path),
            next_step="Delete it and run the playbook again",
        ) from error
