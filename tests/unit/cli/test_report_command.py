"""`fedfleet report`: its exit code says what does not hold."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fedfleet.cli import app
from fedfleet.report import ReplicaRoute, Rung, SiteReport

RUNGS_HOLD = (Rung(rung=1, name="names", ok=True), Rung(rung=5, name="toy", ok=True, subject="30000 → 40000", seconds=14.2))


def write(inventory: Path, rungs: tuple[Rung, ...] = RUNGS_HOLD, routes: tuple[ReplicaRoute, ...] = ()) -> None:
    site = SiteReport(federation="lab", site="party30000", site_kind="party", state="validated", rungs=rungs, routes=routes)
    path = inventory / "artifacts" / "reports" / "party30000.json"
    path.parent.mkdir(parents=True)
    path.write_text(site.model_dump_json())


def test_a_report_that_holds_ends_0(tmp_path: Path) -> None:
    write(tmp_path)

    ended = CliRunner().invoke(app, ["report", "-i", str(tmp_path)])

    assert ended.exit_code == 0
    assert "2 of 2 proofs" in ended.stdout


@pytest.mark.parametrize("lowest", [1, 3, 5])
def test_the_lowest_rung_that_failed_decides_the_exit_code(tmp_path: Path, lowest: int) -> None:
    write(tmp_path, tuple(Rung(rung=number, name="proof", ok=number < lowest) for number in range(1, 8)))

    assert CliRunner().invoke(app, ["report", "-i", str(tmp_path)]).exit_code == 20 + lowest


def test_a_replica_without_its_route_ends_6(tmp_path: Path) -> None:
    write(tmp_path, routes=(ReplicaRoute(replica="nginx-1", route="header 30000", ok=False),))

    assert CliRunner().invoke(app, ["report", "-i", str(tmp_path)]).exit_code == 6


def test_no_report_ends_3_and_says_how_to_get_one(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["report", "-i", str(tmp_path)])

    assert ended.exit_code == 3
    assert "ansible-playbook" in ended.stderr


def test_json_has_stages_rungs_and_routes(tmp_path: Path) -> None:
    write(tmp_path)

    printed = json.loads(CliRunner().invoke(app, ["report", "-i", str(tmp_path), "--json"]).stdout)

    assert printed["stages"] == []
    assert printed["routes"] == []
    assert [(rung["name"], rung["ok"]) for rung in printed["rungs"]] == [("names", True), ("toy", True)]
