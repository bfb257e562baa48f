"""A drill is not run where the inventory does not allow it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.guards import RefusedError, check_allowed
from support.drilled import command, experiment, probe, site

NOW = datetime(2026, 11, 28, 23, tzinfo=UTC)
WINDOW = "2026-11-28T22:00Z/2026-11-29T02:00Z"
ALLOWED: dict[str, Any] = {"profile": "production", "drill_allow": True, "drill_window": WINDOW}


def allowed(directory: Path, *, shared: bool = False, **fields: Any) -> None:
    drill = experiment([probe("it runs", "true")], [command("Stop it", "true")], shared=shared)
    check_allowed(drill, site(directory, **fields), NOW)


@pytest.mark.parametrize("profile", ["lab", "pilot"])
def test_other_sites_than_production_need_no_leave(tmp_path: Path, profile: str) -> None:
    allowed(tmp_path, shared=True, profile=profile)


def test_production_with_leave_window_and_consent_is_drilled(tmp_path: Path) -> None:
    allowed(tmp_path, **ALLOWED)
    allowed(tmp_path, shared=True, drill_consent="parties 40000 and 50000, change 1234", **ALLOWED)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"drill_allow": False}, "drill_allow"),
        ({"drill_window": ""}, "drill_window"),
        ({"drill_window": "2026-11-27T22:00Z/2026-11-28T02:00Z"}, "not the time"),
        ({"drill_window": "2026-11-28T22:00Z/2026-11-28T23:03Z"}, "might last longer.*4 minutes, its deadline"),
        ({"drill_window": "tonight"}, "no window"),
        ({"shared": True}, "drill_consent"),
    ],
)
def test_what_production_lacks_is_named(tmp_path: Path, fields: dict[str, Any], told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        allowed(tmp_path, **(ALLOWED | fields))


def test_a_window_holds_for_any_site_that_has_one(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="not the time"):
        allowed(tmp_path, drill_window="2026-11-29T22:00/2026-11-30T02:00")


def test_a_drill_is_for_one_kind_of_site(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="another kind of site"):
        allowed(tmp_path, kind="exchange", party_id=None)
