"""Finds and reads the report files beside an inventory."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from fedfleet.errors import FedFleetError
from fedfleet.report.model import Report, SiteReport, StagesFile

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


def load_report(inventory: Path) -> Report:
    """Read what the newest runs on an inventory left.

    Args:
        inventory: the inventory's directory, or a file in it.

    Raises:
        NoReportError: there is no such inventory, or no run has reported yet.
        ReportFileError: a file is unreadable or malformed.
    """
    directory = inventory_directory(inventory) / REPORTS
    sites = tuple(_read(path, SiteReport) for path in sorted(directory.glob("*.json")) if path.is_file() and path.name != STAGES)
    run = _read(directory / STAGES, StagesFile) if (directory / STAGES).is_file() else None
    if not sites and run is None:
        raise NoReportError(
            "No run on this inventory has reported yet",
            where=str(directory),
            next_step=f"Start one: ansible-playbook fedfleet.federation.site -i {inventory}",
        )
    rungs = tuple(rung for site in sites for rung in site.rungs)
    routes = tuple(route for site in sites for route in site.routes)
    stages = run.stages if run else ()
    return Report(
        inventory=str(inventory),
        ok=all([*(stage.ok for stage in stages), *(rung.ok for rung in rungs), *(route.ok for route in routes)]),
        run=run,
        sites=sites,
        stages=stages,
        rungs=rungs,
        routes=routes,
    )


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
