"""Lines that a run's modules write while they work."""

from pathlib import Path

from fedfleet.runs.progress_lines import ProgressLines, Told


def test_lines_come_once_each(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    lines = ProgressLines(path)
    assert lines.fresh() == []
    path.write_text("party30000\twaiting for pulsar\nrung 1\n", encoding="utf-8")
    assert lines.fresh() == [Told("party30000", "waiting for pulsar"), Told("", "rung 1")]
    assert lines.fresh() == []


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    path.write_text("waiting for pul", encoding="utf-8")
    lines = ProgressLines(path)
    assert lines.fresh() == []
    with path.open("a", encoding="utf-8") as file:
        file.write("sar\n")
    assert lines.fresh() == [Told("", "waiting for pulsar")]
