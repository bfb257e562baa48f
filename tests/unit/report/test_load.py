"""Reports are read from beside the inventory."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedfleet.report import NoReportError, ReplicaRoute, ReportFileError, Rung, SiteReport, Stage, StagesFile, load_report
from support.reports import NOW, workload


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    directory = tmp_path / "artifacts" / "reports"
    directory.mkdir(parents=True)
    return directory


def party(party_id: int, *rungs: Rung) -> SiteReport:
    return SiteReport(federation="lab", site=f"party{party_id}", site_kind="party", party_id=party_id, state="validated", rungs=rungs)


def test_all_sites_are_read(reports: Path, tmp_path: Path) -> None:
    for party_id in (30000, 40000):
        site = party(party_id, Rung(rung=1, name="names", ok=True))
        (reports / f"{site.site}.json").write_text(site.model_dump_json())

    report = load_report(tmp_path)

    assert [site.site for site in report.sites] == ["party30000", "party40000"]
    assert len(report.rungs) == 2
    assert report.ok


def test_one_rung_that_failed_spoils_the_report(reports: Path, tmp_path: Path) -> None:
    (reports / "party30000.json").write_text(party(30000, Rung(rung=3, name="broker hop", ok=False)).model_dump_json())

    assert not load_report(tmp_path).ok


def test_one_replica_without_its_route_spoils_the_report(reports: Path, tmp_path: Path) -> None:
    site = SiteReport(
        federation="lab",
        site="exchange",
        site_kind="exchange",
        state="validated",
        routes=(ReplicaRoute(replica="nginx-1", route="header 30000", ok=False),),
    )
    (reports / "exchange.json").write_text(site.model_dump_json())

    assert not load_report(tmp_path).ok


def test_stages_come_from_the_newest_run(reports: Path, tmp_path: Path) -> None:
    run = StagesFile(playbook="site.yml", started_at=datetime.now(UTC), seconds=3, stages=(Stage(name="Deploy", seconds=3, ok=True),))
    (reports / "stages.json").write_text(run.model_dump_json())

    assert load_report(tmp_path).stages == run.stages


def test_an_inventory_file_stands_for_its_directory(reports: Path, tmp_path: Path) -> None:
    (reports / "party30000.json").write_text(party(30000).model_dump_json())
    hosts = tmp_path / "hosts.yml"
    hosts.touch()

    assert load_report(hosts).sites


def test_without_a_run_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(NoReportError, match="ansible-playbook"):
        load_report(tmp_path)


def test_a_malformed_report_is_named(reports: Path, tmp_path: Path) -> None:
    (reports / "party30000.json").write_text('{"site": "party30000"}')

    with pytest.raises(ReportFileError, match=r"federation: Field required.*party30000\.json"):
        load_report(tmp_path)


def test_workloads_are_read_newest_first(reports: Path, tmp_path: Path) -> None:
    newer = workload().model_copy(update={"name": "breast-cancer", "started_at": NOW})
    for each in (workload(), newer):
        (reports / f"workload-{each.name}.json").write_text(each.model_dump_json())

    assert [each.name for each in load_report(tmp_path).workloads] == ["breast-cancer", "credit-card"]


def test_files_of_another_kind_are_none_of_it(reports: Path, tmp_path: Path) -> None:
    (reports / "party30000.json").write_text(party(30000).model_dump_json())
    (reports / "other.json").write_text('{"apiVersion": "fedfleet.dev/v1", "kind": "Evidence"}')

    assert [site.site for site in load_report(tmp_path).sites] == ["party30000"]


def test_a_report_from_before_sites_were_looked_at_is_still_read(reports: Path, tmp_path: Path) -> None:
    written = json.loads(party(30000, Rung(rung=1, name="names", ok=True)).model_dump_json())
    del written["facts"]
    (reports / "party30000.json").write_text(json.dumps(written))

    report = load_report(tmp_path)

    assert report.ok
    assert report.certificates == ()


def test_a_moment_without_a_zone_is_utc(reports: Path, tmp_path: Path) -> None:
    written = json.loads(party(30000, Rung(rung=1, name="names", ok=True)).model_dump_json())
    written["rungs"][0]["proven_at"] = "2026-11-26T06:00:00"
    (reports / "party30000.json").write_text(json.dumps(written))

    assert load_report(tmp_path).rungs[0].proven_at == datetime(2026, 11, 26, 6, tzinfo=UTC)
