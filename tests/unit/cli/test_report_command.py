"""`fedfleet report`: its exit code says what does not hold."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fedfleet.cli import app
from fedfleet.report import ReplicaRoute, Rung, SiteReport
from support.reports import MadeUp, certificate, workload

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


def write_all(inventory: Path, made_up: MadeUp) -> None:
    directory = inventory / "artifacts" / "reports"
    directory.mkdir(parents=True)
    for site in made_up.sites():
        (directory / f"{site.site}.json").write_text(site.model_dump_json())
    for each in made_up.workloads:
        (directory / f"workload-{each.name}.json").write_text(each.model_dump_json())


def test_the_page_goes_beside_the_inventory_and_its_place_is_told(tmp_path: Path) -> None:
    write(tmp_path)

    ended = CliRunner().invoke(app, ["report", "-i", str(tmp_path)])

    page = tmp_path / "artifacts" / "reports" / "report.html"
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert ended.stdout.splitlines()[-1] == f"The whole report as a page: {page}"


def test_the_page_goes_where_it_is_told_to(tmp_path: Path) -> None:
    write(tmp_path)
    page = tmp_path / "handed" / "over.html"

    ended = CliRunner().invoke(app, ["report", "-i", str(tmp_path), "--json", "--html", str(page)])

    assert ended.exit_code == 0
    assert json.loads(ended.stdout)
    assert page.is_file()


def test_json_alone_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path)

    CliRunner().invoke(app, ["report", "-i", str(tmp_path), "--json"])

    assert [path.name for path in (tmp_path / "artifacts" / "reports").iterdir()] == ["party30000.json"]


def test_a_page_that_was_asked_for_and_cannot_be_written_fails(tmp_path: Path) -> None:
    write(tmp_path)

    ended = CliRunner().invoke(app, ["report", "-i", str(tmp_path), "--html", str(tmp_path)])

    assert ended.exit_code == 1
    assert "cannot be written" in str(ended.exception)


def test_json_has_all_that_the_page_shows(tmp_path: Path) -> None:
    write_all(tmp_path, MadeUp(workloads=[workload()]))

    printed = json.loads(CliRunner().invoke(app, ["report", "-i", str(tmp_path), "--json"]).stdout)

    assert {edge["kind"] for edge in printed["edges"]} == {"coordination", "broker", "toy"}
    assert [node["id"] for node in printed["nodes"]] == ["exchange", "30000", "31000"]
    assert {"site", "days_left", "attention_below", "state"} <= set(printed["certificates"][0])
    assert printed["workloads"][0]["scores"][0]["value"] == 0.9479
    facts = {site["site"]: site["facts"] for site in printed["sites"]}["party30000"]
    assert facts["images"][0]["digest"].startswith("sha256:")
    assert facts["sizing"]["offered"] == {"nodes": 3, "cores": 6.0, "memory_gib": 66.2}
    assert {"name": "Kubernetes", "version": "v1.34.4", "source": "API"} in facts["versions"]
    assert printed["verdict"]["sentence"]


def test_a_certificate_that_has_ended_ends_1(tmp_path: Path) -> None:
    site = MadeUp().party("30000")
    ended = site.facts.model_copy(update={"certificates": (certificate("of the broker endpoint", "30000.fate.example.org", -400),)})
    path = tmp_path / "artifacts" / "reports" / "party30000.json"
    path.parent.mkdir(parents=True)
    path.write_text(site.model_copy(update={"facts": ended}).model_dump_json())

    assert CliRunner().invoke(app, ["report", "-i", str(tmp_path)]).exit_code == 1


def test_texts_of_others_cannot_steer_the_terminal(tmp_path: Path) -> None:
    write(tmp_path, (Rung(rung=1, name="[/red]names", ok=False, subject="[bold]x", detail="\x1b[2Jgone [/]", fix="[link=file:///]"),))

    shown = CliRunner().invoke(app, ["report", "-i", str(tmp_path)])

    assert shown.exit_code == 21
    assert "\x1b" not in shown.stdout
    assert "[/red]names" in shown.stdout
