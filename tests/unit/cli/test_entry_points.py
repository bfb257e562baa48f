"""Sub-commands come in by entry points and are loaded only when called."""

from importlib import metadata

import pytest
from typer.testing import CliRunner

from fedfleet import cli


def installed(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    entry_point = metadata.EntryPoint(name="extra", value=value, group=cli.COMMANDS)
    monkeypatch.setattr(cli, "_entry_points", lambda: {"extra": entry_point})


def test_a_broken_sub_command_harms_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "no_such_package.cli:app")

    assert CliRunner().invoke(cli.app, ["--version"]).exit_code == 0


def test_a_broken_sub_command_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "no_such_package.cli:app")

    ended = CliRunner().invoke(cli.app, ["extra"])

    assert isinstance(ended.exception, cli.CommandNotInstalledError)
    assert "no_such_package" in str(ended.exception)


def test_an_error_is_a_sentence_and_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    installed(monkeypatch, "no_such_package.cli:app")
    monkeypatch.setattr("sys.argv", ["fedfleet", "extra"])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("Error: `fedfleet extra` cannot be loaded.")
