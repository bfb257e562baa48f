"""Real work over the federation, and the commands about its jobs."""

import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from fedfleet.report.workload import WorkloadReport
from support.commands import BIN, ROOT, Finished
from support.federation import Federation
from support.organisations import example_here

RUN_SECONDS = 1800
pytestmark = pytest.mark.timeout(RUN_SECONDS)
GUEST, HOST = "30000", "40000"


def job(federation: Federation, verb: str, *arguments: str, site: str = "party30000", timeout: float = 120) -> Finished:
    return federation.lab.fedfleet("job", verb, "-i", str(federation.inventory), "--site", site, *arguments, timeout=timeout)


def report_of(federation: Federation, name: str) -> WorkloadReport:
    file = federation.inventory / "artifacts" / "reports" / f"workload-{name}.json"
    return WorkloadReport.model_validate_json(file.read_bytes())


@pytest.fixture(scope="module")
def toy(federation: Federation) -> str:
    """The last toy that party 30000 ran with its partner."""
    listed = json.loads(job(federation, "list", "--last", "200", "--json").expect().output)
    found = [entry["job_id"] for entry in listed if entry["role"] == "guest" and entry["status"] == "success"]
    assert found, listed
    return str(found[0])


def test_a_job_is_shown_with_its_components_and_times(federation: Federation, toy: str) -> None:
    assert re.search(r"toy_example_0 +guest +\d+ +success +\S+ \S+ +[0-9.]+", job(federation, "show", toy).expect().output)


def test_what_a_component_logged_is_printed(federation: Federation, toy: str) -> None:
    said = job(federation, "logs", toy, "--component", "toy_example_0", "--last", "5").expect().output.splitlines()

    assert said[0] == f"== toy_example_0 at guest {GUEST}: success"
    assert 1 < len(said) <= 6


def test_logs_come_as_a_file(federation: Federation, toy: str, tmp_path: Path) -> None:
    job(federation, "download", toy, "--to", str(tmp_path)).expect()

    with tarfile.open(tmp_path / "logs.tar.gz") as archive:
        assert any("toy_example_0" in name for name in archive.getnames())


def test_a_job_that_is_not_there_is_said_to_be_missing(federation: Federation) -> None:
    assert "1001" in job(federation, "stop", "209901010000000000000").expect(1).output


@pytest.fixture(scope="module")
def credit_card(federation: Federation) -> WorkloadReport:
    """The credit-card workload, run once for all that look at what it left."""
    arguments = ("workload", "run", "credit-card", "-i", str(federation.inventory), "--measure")
    federation.lab.fedfleet(*arguments, timeout=RUN_SECONDS, show=True).expect()
    return report_of(federation, "credit-card")


@pytest.mark.nightly
class TestCreditCard:
    def test_every_component_succeeds_at_every_party(self, credit_card: WorkloadReport) -> None:
        assert credit_card.ok, credit_card.message
        ran = {(run.component, run.party_id) for run in credit_card.components}
        assert {(component, party) for component in ("reader_0", "homo_lr_0", "evaluation_0") for party in (GUEST, HOST)} <= ran
        assert {run.state for run in credit_card.components} == {"success"}

    def test_the_model_is_as_good_as_one_trained_on_all_rows(self, credit_card: WorkloadReport) -> None:
        scores = {score.model: score.value for score in credit_card.scores}
        assert set(scores) == {"federated", "central", "alone 30000", "alone 40000"}
        assert scores["central"] > 0.9
        assert abs(scores["federated"] - scores["central"]) < 0.02

    def test_every_held_out_row_is_predicted_at_its_own_party(self, federation: Federation, credit_card: WorkloadReport) -> None:
        assert credit_card.ok
        folder = federation.inventory / "artifacts" / "workloads" / "credit-card"
        assert [len((folder / f"{party}-predictions.csv").read_text().splitlines()) for party in (GUEST, HOST)] == [1501, 1501]

    def test_models_and_figures_can_be_downloaded_later(self, federation: Federation, credit_card: WorkloadReport, tmp_path: Path) -> None:
        fit = next(run.job_id for run in credit_card.components if run.component == "homo_lr_0")
        job(federation, "download", fit, "--to", str(tmp_path), site="party40000").expect()
        assert {"host-homo_lr_0.model.tar", "host-homo_lr_0.train_output_data.csv", "logs.tar.gz"} <= {
            path.name for path in tmp_path.iterdir()
        }

    def test_what_components_used_is_recorded(self, credit_card: WorkloadReport) -> None:
        learned = [run for run in credit_card.components if run.component == "homo_lr_0" and run.role == "guest"]
        assert all((run.cpu_seconds or 0) > 1 and (run.memory_mib or 0) > 100 for run in learned)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["breast-cancer", "credit-card-network"])
def test_other_models_are_as_good_as_their_central_ones(federation: Federation, name: str) -> None:
    federation.lab.fedfleet("workload", "run", name, "-i", str(federation.inventory), "--measure", timeout=RUN_SECONDS, show=True).expect()
    report = report_of(federation, name)
    assert report.ok, report.message
    scores = {score.model: score.value for score in report.scores}
    assert abs(scores["federated"] - scores["central"]) < 0.02


@pytest.mark.nightly
def test_a_playbook_runs_it_too_and_replaces_the_tables(federation: Federation, credit_card: WorkloadReport) -> None:
    federation.play(playbook="playbooks/workload.yml", show=True).expect()
    again = report_of(federation, "credit-card")
    assert again.ok
    assert set(again.job_ids).isdisjoint(credit_card.job_ids)


@pytest.mark.nightly
def test_parties_that_do_not_reach_each_other_work_together(federation: Federation, credit_card: WorkloadReport, tmp_path: Path) -> None:
    """Each has an inventory, and a description with nothing but its own files in it."""
    assert credit_card.ok
    rows = federation.inventory / "artifacts" / "workloads" / "credit-card" / "rows"
    told = yaml.safe_load((rows / "workload.yaml").read_text()) | {"name": "apart"}
    for party in (GUEST, HOST):
        own = {other: member if other == party else {"role": member["role"]} for other, member in told["parties"].items()}
        home = tmp_path / party
        example_here(f"party{party}", home / "inventory", federation.lab)
        for which in ("train", "test"):
            shutil.copy(rows / f"{party}-{which}.csv", home)
        (home / "apart.yaml").write_text(yaml.safe_dump(told | {"parties": own}))

    def at(party: str, verb: str) -> Finished:
        home = tmp_path / party
        arguments = ("workload", verb, "-i", str(home / "inventory"), "--description", str(home / "apart.yaml"))
        return federation.lab.fedfleet(*arguments, timeout=RUN_SECONDS).expect()

    at(HOST, "upload")
    at(GUEST, "run")
    file = tmp_path / GUEST / "inventory" / "artifacts" / "reports" / "workload-apart.json"
    scores = {score.model for score in WorkloadReport.model_validate_json(file.read_bytes()).scores}
    assert scores == {"federated", "alone 30000"}


@pytest.mark.nightly
def test_a_run_that_is_interrupted_leaves_no_job_and_what_it_stopped_runs_again(
    federation: Federation, credit_card: WorkloadReport
) -> None:
    assert credit_card.ok
    command = [str(BIN / "fedfleet"), "workload", "run", "credit-card", "-i", str(federation.inventory), "--uploaded"]
    with subprocess.Popen(command, cwd=ROOT, env=_environment(federation), stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        created = next(found[1] for line in running.stderr if (found := re.search(r"fit: job (\d+) created", line)))
        next(line for line in running.stderr if "reader_0 runs" in line)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
    for site in ("party30000", "party40000"):
        assert "canceled" in job(federation, "show", created, site=site).expect().output
    job(federation, "rerun", created, timeout=RUN_SECONDS).expect()


def _environment(federation: Federation) -> dict[str, str]:
    return os.environ | federation.lab.environment
