"""A third party joins on another profile than its partners, and a job runs over all three (rung 6)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from fedfleet.kube import Client
from fedfleet.report import load_report
from fedfleet.report.workload import WorkloadReport
from support.cluster import eventually
from support.commands import run
from support.federation import PLAYBOOK_SECONDS, Federation

NEW = "9999"
RUN_SECONDS = 1800
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(RUN_SECONDS)]


@dataclass(frozen=True)
class Wider:
    """The federation with a third party."""

    inventory: Path
    federation: Federation

    def play(self, playbook: str, **variables: object) -> None:
        """Run a playbook; each site on its own profile."""
        command = ("ansible-playbook", playbook, "-i", str(self.inventory), "-e", json.dumps(variables))
        run(*command, env=self.federation.lab.environment, timeout=PLAYBOOK_SECONDS, show=True).expect()


@pytest.fixture(scope="module")
def wider(federation: Federation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wider]:
    """Party 9999, which computes inside FATE Flow, beside the two of inventories/lab; it leaves again after."""
    copied = Federation.copied("lab", tmp_path_factory.mktemp("wider"), federation.lab, federation.profile)
    hosts = yaml.safe_load((copied.inventory / "hosts.yml").read_text())
    parties = hosts["all"]["children"]["parties"]["hosts"]
    for party in parties.values():
        party["fate_profile"] = federation.profile
    parties["party9999"] = {"party_id": int(NEW), "organisation": "Hospital East", "fate_profile": "standalone"}
    (copied.inventory / "hosts.yml").write_text(yaml.safe_dump(hosts))
    made = Wider(copied.inventory, federation)
    with Client.connect(federation.lab.kubeconfig) as client:
        try:
            made.play("site.yml")
            yield made
        finally:
            made.play("playbooks/remove.yml", remove_site="party9999", remove_confirm="party9999", remove_data=True)
            eventually(lambda: client.get("Namespace", f"fate-{NEW}") is None, f"namespace fate-{NEW} is gone", seconds=300)


def test_every_pair_of_three_is_proven(wider: Wider) -> None:
    toys = {rung.subject for rung in load_report(wider.inventory).rungs if rung.rung == 5 and rung.ok}

    assert {f"{guest} → {host}" for guest in ("30000", "40000", NEW) for host in ("30000", "40000", NEW) if guest != host} <= toys


def test_a_job_runs_over_all_three(wider: Wider) -> None:
    arguments = ("workload", "run", "credit-card", "-i", str(wider.inventory), "--arbiter", "40000")
    wider.federation.lab.fedfleet(*arguments, timeout=RUN_SECONDS, show=True).expect()

    file = wider.inventory / "artifacts" / "reports" / "workload-credit-card.json"
    report = WorkloadReport.model_validate_json(file.read_bytes())
    assert report.parties == ("30000", "40000", NEW)
    learned = {(run.party_id, run.state) for run in report.components if run.component == "homo_lr_0"}
    assert learned == {("30000", "success"), ("40000", "success"), (NEW, "success")}
