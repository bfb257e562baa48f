"""A report of drills as JUnit XML, which CI systems read (testmoapp/junitxml, the format's de facto description)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from fedfleet.drills.journal import CleanUp, Outcome

if TYPE_CHECKING:
    from fedfleet.drills.summary import DrillEntry, DrillReport


def as_junit(report: DrillReport) -> str:
    """The report as XML.

    A drill that was not held is a failure; one that the site has nothing for is skipped; one that could not be run, or whose site is not restored, is an
    error.
    """
    failures = sum(not (entry.held or entry.skipped or _is_error(entry)) for entry in report.drills)
    errors = sum(_is_error(entry) for entry in report.drills) + len(report.not_restored)
    seconds = sum(entry.seconds for entry in report.drills)
    skipped = str(sum(entry.skipped for entry in report.drills))
    counts = {"tests": str(len(report.drills) + len(report.not_restored)), "failures": str(failures), "errors": str(errors)}
    root = ElementTree.Element("testsuites", counts | {"time": f"{seconds:.3f}"})
    suite = ElementTree.SubElement(root, "testsuite", {"name": "fedfleet drills", **counts, "skipped": skipped, "time": f"{seconds:.3f}"})
    suite.set("timestamp", report.made_at.isoformat(timespec="seconds"))
    for entry in report.drills:
        _case(suite, entry)
    for folder in report.not_restored:
        case = ElementTree.SubElement(suite, "testcase", {"classname": "rollback", "name": folder, "time": "0"})
        ElementTree.SubElement(case, "error", {"message": "its rollback is not done"})
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _is_error(entry: DrillEntry) -> bool:
    return entry.clean_up is CleanUp.FAILED or entry.outcome in (Outcome.REFUSED, Outcome.INTERRUPTED)


def _case(suite: ElementTree.Element, entry: DrillEntry) -> None:
    case = ElementTree.SubElement(suite, "testcase", {"classname": entry.site, "name": entry.name, "time": f"{entry.seconds:.3f}"})
    measured = {
        "recovery_seconds": entry.recovery_seconds,
        "expected_seconds": entry.expected_seconds,
        "reference_seconds": entry.reference_seconds,
        "job_seconds": entry.job_seconds,
    }
    properties = ElementTree.SubElement(case, "properties")
    for name, value in measured.items():
        if value is not None:
            ElementTree.SubElement(properties, "property", {"name": name, "value": f"{value:g}"})
    if entry.skipped:
        ElementTree.SubElement(case, "skipped", {"message": entry.sentence})
    elif not entry.held:
        ElementTree.SubElement(case, "error" if _is_error(entry) else "failure", {"message": entry.sentence}).text = "\n".join(
            entry.reasons
        )
