"""`fedfleet run`: the same run and the same exit code, however it is shown."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from fedfleet.cli import app
from fedfleet.exit_codes import ExitCode
from fedfleet.runs.events import RunEvent
from support.commands import BIN, ROOT, run

SECRET = "correct horse battery staple"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """An exchange whose cluster cannot be reached."""
    place = tmp_path / "inventory"
    place.mkdir()
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "federation_name": "trial",
        "federation_domain": "fate.trial.internal",
        "fedfleet_registry": "registry.test:5000",
        "cluster_kubeconfig": str(tmp_path / "nowhere"),
    }
    (place / "hosts.yml").write_text(yaml.safe_dump({"exchanges": {"hosts": {"exchange": {}}, "vars": variables}}))
    return place


@pytest.fixture
def own_directory(tmp_path: Path) -> dict[str, str]:
    """An environment that keeps the key of evidence out of the developer's home, and with something to hide in it."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "CLOUD_TOKEN": SECRET}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "no verb 'frobnicate'"),
        (["site", "-i", "nowhere"], "There is no inventory"),
        (["site", "-e", "@nowhere.yml"], "Extra variables cannot be read"),
    ],
)
def test_a_wrong_command_line_begins_nothing(arguments: list[str], said: str) -> None:
    ended = CliRunner().invoke(app, ["run", *arguments])
    assert ended.exit_code == ExitCode.USAGE
    assert said in ended.output


def test_help_lists_every_verb() -> None:
    told = CliRunner().invoke(app, ["run", "--help"]).output
    assert [path.stem for path in (ROOT / "playbooks").glob("*.yml") if f"{path.stem}: " not in told] == []


def test_events_are_json_lines_that_are_kept_as_they_were_printed(inventory: Path, own_directory: dict[str, str]) -> None:
    ended = run("fedfleet", "run", "rbac", "-i", str(inventory), "--output", "json", "-e", f"word='{SECRET}'", env=own_directory).expect()
    events = [RunEvent.model_validate_json(line) for line in ended.output.splitlines()]
    assert [event.event for event in events if not event.event.startswith("task")] == [
        "run-started",
        *("stage-started", "stage-ended") * 2,
        "run-ended",
    ]
    assert events[-1].exit_code == 0
    (kept,) = (inventory / "artifacts" / "runs").iterdir()
    assert (kept / "events.jsonl").read_text() == ended.output
    assert json.loads((kept / "run.json").read_text())["arguments"] == ["-e word"]
    assert "kubectl apply -f" in (kept / "output.log").read_text()
    evidence = inventory / "artifacts" / "evidence" / f"{kept.name}.json"
    run("fedfleet", "evidence", "verify", str(evidence), env=own_directory).expect()
    holding = [path for path in inventory.rglob("*") if path.is_file() and SECRET in path.read_text()]
    assert holding == []


@pytest.mark.parametrize("output", ["plain", "json"])
def test_without_a_terminal_a_question_counts_as_not_answered_and_the_run_ends_alike(
    inventory: Path, own_directory: dict[str, str], output: str
) -> None:
    ended = run("fedfleet", "run", "remove", "-i", str(inventory), "-e", "remove_site=exchange", "--output", output, env=own_directory)
    assert ended.returncode == ExitCode.STAGE_FAILED
    assert "-e remove_confirm=exchange" in ended.output


def test_a_terminal_shows_stages_and_ends_alike(inventory: Path, own_directory: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    command = [str(BIN / "fedfleet"), "run", "provision", "-i", str(inventory)]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | own_directory | {"TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs
    ) as running:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    assert running.returncode == ExitCode.STAGE_FAILED
    assert b"Prepare the provider" in shown
    assert b"FAILED" in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # Linux says so when the last process has left the terminal.
        return b""
