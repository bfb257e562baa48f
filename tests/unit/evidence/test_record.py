"""Evidence says who, when, with what, what changed and what was proven, and never a value."""

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fedfleet.cli import app
from fedfleet.evidence.inputs import commit
from fedfleet.evidence.model import ChangedTask, Evidence
from fedfleet.evidence.record import Called, RunRecord
from fedfleet.evidence.signing import SUFFIX
from fedfleet.evidence.writing import write_evidence

SECRET = "correct horse battery staple"


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the key of these tests out of the developer's home."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    place = tmp_path / "inventory"
    (place / "group_vars").mkdir(parents=True)
    (place / "artifacts" / "runs").mkdir(parents=True)
    (place / "hosts.yml").write_text("all: {}\n")
    (place / "group_vars" / "all.yml").write_text(f"password: {SECRET}\n")
    (place / "artifacts" / "card.yaml").write_text("not an input\n")
    (place / ".hidden").write_text("not an input\n")
    return place


@pytest.fixture
def record() -> RunRecord:
    made = RunRecord(Called("20260101T000000Z", "site", extra_variables=("password",)))
    made.touch("exchange")
    made.change("party30000", "Deploy", "Apply the whole set")
    rung = {"rung": 1, "name": "names", "ok": True, "subject": "30000", "proven_at": "2026-01-01T00:00:00+00:00"}
    made.prove("party30000", {"rungs": [rung], "routes": [], "state": "validated", "invocation": {"module_args": {"token": SECRET}}})
    return made


def test_it_says_what_changed_and_what_was_proven_where(record: RunRecord, inventory: Path) -> None:
    exchange, party = record.evidence(inventory, "done").sites
    assert (exchange.site, exchange.changed) == ("exchange", ())
    assert party.changed == (ChangedTask(stage="Deploy", task="Apply the whole set"),)
    assert [(rung.rung, rung.ok) for rung in party.proofs] == [(1, True)]
    assert party.state == "validated"


def test_only_failures_that_nobody_made_up_for_are_told(record: RunRecord, inventory: Path) -> None:
    record.fail("exchange", "Register", "Rescued")
    record.fail("party30000", "Register", "Rescued too")
    record.fail("party30000", "Validate", "Climb the ladder")
    record.settle({"party30000"})
    exchange, party = record.evidence(inventory, "failed").sites
    assert exchange.failed == ()
    assert party.failed == (ChangedTask(stage="Validate", task="Climb the ladder"),)


def test_its_inputs_are_the_inventorys_files(record: RunRecord, inventory: Path) -> None:
    files = record.evidence(inventory, "done").inputs.files
    assert [file.path for file in files] == ["group_vars/all.yml", "hosts.yml"]
    assert all(len(file.sha256) == 64 for file in files)


def test_it_names_the_commit_and_whether_it_was_exactly_that(inventory: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        return subprocess.run(
            ["git", "-C", str(inventory), *identity, *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    assert commit(inventory) == ("", None)
    git("init", "--quiet")
    git("add", "hosts.yml", "group_vars", "artifacts", ".hidden")
    git("commit", "--quiet", "--message", "first")
    assert commit(inventory) == (git("rev-parse", "HEAD"), True)
    (inventory / "hosts.yml").write_text("all: {hosts: {}}\n")
    assert commit(inventory)[1] is False


def test_no_value_gets_into_it(record: RunRecord, inventory: Path) -> None:
    written = write_evidence(record.evidence(inventory, "done"), inventory)
    assert [path.name for path in written.parent.iterdir() if SECRET in path.read_text()] == []


def test_what_is_written_verifies(record: RunRecord, inventory: Path) -> None:
    written = write_evidence(record.evidence(inventory, "done"), inventory)
    ended = CliRunner().invoke(app, ["evidence", "verify", str(written)])
    assert ended.exit_code == 0, ended.output
    assert "The signature holds" in ended.output
    assert "party30000: 1 changed, 0 failed; validated, 1 of 1 proofs" in ended.output


def test_others_verify_with_the_public_key(record: RunRecord, inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = write_evidence(record.evidence(inventory, "done"), inventory)
    public = tmp_path / "owner.pub"
    public.write_text(CliRunner().invoke(app, ["evidence", "key"]).output)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "of-others"))
    assert CliRunner().invoke(app, ["evidence", "verify", str(written), "--key", str(public)]).exit_code == 0
    assert "another key" in str(CliRunner().invoke(app, ["evidence", "verify", str(written)]).exception)


def test_a_changed_record_does_not_verify(record: RunRecord, inventory: Path) -> None:
    written = write_evidence(record.evidence(inventory, "done"), inventory)
    written.write_text(written.read_text().replace("party30000", "party40000"))
    assert "changed after it was signed" in str(CliRunner().invoke(app, ["evidence", "verify", str(written)]).exception)


def test_evidence_without_its_signature_is_none(record: RunRecord, inventory: Path) -> None:
    written = write_evidence(record.evidence(inventory, "done"), inventory)
    written.with_name(written.name + SUFFIX).unlink()
    assert "no evidence to verify" in str(CliRunner().invoke(app, ["evidence", "verify", str(written)]).exception)


def test_it_reads_back(record: RunRecord, inventory: Path) -> None:
    evidence = record.evidence(inventory, "failed")
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence
