"""Runs are kept, but not for ever, and for their owner alone."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedfleet.runs.history import HistoryError, RunDirectory, RunSummary, new_run


def test_the_newest_runs_stay(tmp_path: Path) -> None:
    for number in range(5):
        RunDirectory.made(tmp_path, f"2026010{number}T000000Z", kept=3)
    assert sorted(path.name for path in (tmp_path / "artifacts" / "runs").iterdir()) == [f"2026010{number}T000000Z" for number in (2, 3, 4)]


def test_names_sort_by_time() -> None:
    assert new_run(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == f"20260102T030405Z-{os.getpid()}"


def test_nobody_else_reads_what_is_kept(tmp_path: Path) -> None:
    directory = RunDirectory.made(tmp_path, "run")
    with directory.open_events() as events, directory.open_output():
        events.write("{}\n")
    assert directory.path.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.path.iterdir()} == {0o600}


def test_a_summary_reads_back(tmp_path: Path) -> None:
    directory = RunDirectory.made(tmp_path, "run")
    summary = RunSummary(run="run", verb="site", started_at=datetime.now(UTC), seconds=1.5, exit_code=0)
    directory.summarise(summary)
    assert RunSummary.model_validate_json((directory.path / "run.json").read_text()) == summary


def test_two_runs_never_share_a_directory(tmp_path: Path) -> None:
    RunDirectory.made(tmp_path, "run")
    with pytest.raises(HistoryError, match="another run began"):
        RunDirectory.made(tmp_path, "run")
