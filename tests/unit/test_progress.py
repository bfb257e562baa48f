"""Progress goes to the file that the environment names, a line a message."""

from pathlib import Path

import pytest

from fedfleet import progress


def test_each_message_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "progress"
    monkeypatch.setenv(progress.ENVIRONMENT, str(file))
    progress.report("waiting for statefulset pulsar:\n0 of 1 ready")
    progress.report("ready")
    assert file.read_text().splitlines() == ["waiting for statefulset pulsar: 0 of 1 ready", "ready"]


def test_a_long_message_stays_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "progress"
    monkeypatch.setenv(progress.ENVIRONMENT, str(file))
    progress.report("x" * 10_000)
    assert len(file.read_bytes()) == 4096


def test_nobody_asked_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(progress.ENVIRONMENT, raising=False)
    monkeypatch.chdir(tmp_path)
    progress.report("hello")
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.ENVIRONMENT, str(tmp_path / "missing" / "progress"))
    progress.report("hello")
