"""What runs left behind, read back: stages, rungs and routes of every site of an inventory."""

from fedfleet.report.load import NoReportError, ReportFileError, load_report
from fedfleet.report.model import ReplicaRoute, Report, Rung, SiteReport, Stage, StagesFile

__all__ = [
    "NoReportError",
    "ReplicaRoute",
    "Report",
    "ReportFileError",
    "Rung",
    "SiteReport",
    "Stage",
    "StagesFile",
    "load_report",
]
