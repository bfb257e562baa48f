"""Programs are run to their end, watched, and quoted when they fail."""

import sys
from pathlib import Path

import pytest

from fedfleet.images import command
from fedfleet.images.errors import BuildError, MissingToolError


def test_output_and_errors_come_back_together() -> None:
    ended = command.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (ended.status, sorted(ended.output.split())) == (3, ["err", "out"])


def test_every_line_is_told_as_it_comes() -> None:
    told: list[str] = []
    command.run(["sh", "-c", "echo STEP 1/2; printf 'no line break'"], tell=lambda line, _seconds: told.append(line))
    assert told == ["STEP 1/2"]


def test_a_quiet_program_is_said_to_be_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_TELL_EVERY", 0.01)
    told: list[str] = []
    command.run([sys.executable, "-c", "import time; time.sleep(0.3)"], tell=lambda line, _seconds: told.append(line))
    assert "" in told


def test_output_is_kept_where_asked(tmp_path: Path) -> None:
    command.run(["echo", "kept"], log=tmp_path / "log")
    assert (tmp_path / "log").read_text() == "kept\n"


def test_the_tail_leaves_out_empty_lines() -> None:
    assert command.Ended(1, "one\n\ntwo\n\n", 0.0).tail() == "one\ntwo"


def test_a_program_that_is_not_installed_is_named_with_its_package() -> None:
    with pytest.raises(MissingToolError, match="apt-get install some-package"):
        command.require("no-such-program-anywhere", "some-package")


def test_a_failed_build_shows_its_last_lines() -> None:
    error = BuildError("building x failed", where="x.log", log="line 1\nline 2", next_step="look")
    assert str(error).endswith("Last lines:\n  line 1\n  line 2")
