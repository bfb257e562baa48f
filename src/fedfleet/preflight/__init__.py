"""Everything a site lacks before anything is touched, found out at once and said in one table."""

from __future__ import annotations

from fedfleet.preflight.examine import Examined, examine
from fedfleet.preflight.findings import Finding, PreflightError, Severity

__all__ = ["Examined", "Finding", "PreflightError", "Severity", "examine"]
