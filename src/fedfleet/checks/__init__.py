"""Checks of a deployed site: one typed look at it, and many small judgements of that look. Nothing is ever changed."""

from __future__ import annotations

from fedfleet.checks.catalogue import CHECKS
from fedfleet.checks.model import Check, Level, Outcome
from fedfleet.checks.running import SiteResult, check_site

__all__ = ["CHECKS", "Check", "Level", "Outcome", "SiteResult", "check_site"]
