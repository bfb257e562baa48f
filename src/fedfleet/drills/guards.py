"""What keeps a drill from being run: asked before anything is looked at or done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode

if TYPE_CHECKING:
    from fedfleet.drills.experiment import Experiment
    from fedfleet.sites import InventorySite

_PRODUCTION = "production"


class RefusedError(FedFleetError):
    """A drill is not run; nothing was touched."""

    exit_code = ExitCode.REFUSED


def check_allowed(experiment: Experiment, site: InventorySite, now: datetime) -> None:
    """Do nothing where the drill may be run on the site now.

    Raises:
        RefusedError: the site's inventory does not allow it.
    """
    where = f"drill {experiment.name} on site {site.name}"
    production = site.profile == _PRODUCTION
    if site.kind != experiment.terms.site:
        raise RefusedError("The drill is for another kind of site", expected=experiment.terms.site, found=site.kind, where=where)
    if production and not site.drill_allow:
        raise RefusedError(
            "This is a production site",
            expected="drill_allow: true in its inventory",
            where=where,
            next_step=f"It touches {experiment.terms.touches}",
        )
    if production and not site.drill_window:
        raise RefusedError(
            "A production site is drilled in a maintenance window only", expected="drill_window in its inventory", where=where
        )
    if site.drill_window:
        _check_window(site.drill_window, now, experiment.terms.deadline_seconds, where)
    if production and experiment.terms.shared and not site.drill_consent:
        raise RefusedError(
            "Others notice this drill, and nothing says that they have agreed",
            expected="drill_consent in the inventory: who agreed, and where that is written down",
            where=where,
            next_step=f"It touches {experiment.terms.touches}",
        )


def _check_window(window: str, now: datetime, seconds: float, where: str) -> None:
    """Do nothing where a drill that begins now is over, after so many seconds at most, within ``BEGIN/END`` (ISO 8601; UTC where no zone is named).

    Raises:
        RefusedError: it is not, or the text is no such window.
    """
    try:
        begin, end = (_in_utc(datetime.fromisoformat(part.strip())) for part in window.split("/"))
    except ValueError as error:
        raise RefusedError(
            "drill_window is no window", expected="BEGIN/END, such as 2026-11-28T22:00Z/2026-11-29T02:00Z", found=window
        ) from error
    found = f"{now:%Y-%m-%dT%H:%M}Z"
    if not begin <= now <= end:
        raise RefusedError("It is not the time for drills", expected=f"now within {window}", found=found, where=where)
    if now + timedelta(seconds=seconds) > end:
        raise RefusedError(
            "The drill might last longer than the window for drills",
            expected=f"{seconds / 60:.0f} minutes, its deadline, until the end of {window}",
            found=found,
            where=where,
        )


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
