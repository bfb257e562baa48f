import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fedfleet import cli_check
from fedfleet.checks import CHECKS
from fedfleet.cli_check import app
from fedfleet.exit_codes import ExitCode
from fedfleet.sites import InventorySite, read_sites
from support.commands import ROOT

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def sites(inventory: Path) -> tuple[InventorySite, ...]:
    return read_sites(inventory)


@pytest.fixture(autouse=True)
def read_once(sites: tuple[InventorySite, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ansible takes its time to read an inventory."""
    monkeypatch.setattr(cli_check, "read_sites", lambda *_: sites)


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A party whose cluster cannot be reached."""
    target = tmp_path_factory.mktemp("inventories") / "party"
    shutil.copytree(ROOT / "inventories" / "party30000", target, ignore=shutil.ignore_patterns("artifacts"))
    with (target / "group_vars" / "all.yml").open("a") as file:
        file.write("cluster_kubeconfig: /nowhere\n")
    return target


@pytest.mark.parametrize("output", ["text", "short", "wide", "json"])
def test_it_ends_the_same_for_every_format(inventory: Path, output: str) -> None:
    done = RUNNER.invoke(app, ["-i", str(inventory), "-o", output])
    assert done.exit_code == ExitCode.CHECK_FAILED, done.output
    assert "There is no kubeconfig" in done.stdout


def test_json_is_nothing_but_json(inventory: Path) -> None:
    done = RUNNER.invoke(app, ["-i", str(inventory), "-o", "json"])
    assert json.loads(done.stdout)["sites"][0]["site"] == "party30000"


def test_a_bundle_is_written_where_the_api_does_not_answer(inventory: Path, tmp_path: Path) -> None:
    target = tmp_path / "support.tar.gz"
    RUNNER.invoke(app, ["-i", str(inventory), "-o", "short", "--bundle-on-failure", str(target)])
    assert target.stat().st_mode & 0o777 == 0o600


def test_an_unknown_site_is_refused_with_those_that_are_there(inventory: Path) -> None:
    done = RUNNER.invoke(app, ["-i", str(inventory), "--site", "party9"])
    assert done.exit_code == ExitCode.FAILED
    assert "party30000" in str(done.exception)


@pytest.mark.parametrize("code", [check.code for check in CHECKS])
def test_every_check_explains_itself(code: str) -> None:
    done = RUNNER.invoke(app, ["--explain", code])
    assert done.exit_code == 0
    assert code in done.stdout


def test_an_unknown_code_is_a_wrong_command_line() -> None:
    assert RUNNER.invoke(app, ["--explain", "nothing"]).exit_code == ExitCode.USAGE
