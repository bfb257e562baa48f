"""Drills on the lab's federation: what fails on purpose comes back, and a killed runner leaves nothing broken."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedfleet.drills import catalogue
from fedfleet.drills.faults import CUT_LABEL
from fedfleet.drills.history import DRILLS
from fedfleet.drills.undo import pending
from fedfleet.exit_codes import ExitCode
from fedfleet.kube import Client
from fedfleet.validation.party import Party
from support.cluster import eventually
from support.commands import BIN, ROOT
from support.drill_runs import drill, holds, reported
from support.federation import Federation

pytestmark = pytest.mark.timeout(900)
PARTY = "fate-30000"
NIGHTLY = [
    "fate-flow-container", "fate-flow-submitted", "fate-flow-starting", "fate-flow-ending", "pod-eviction",
    "nginx-pod", "broker-pod", "mysql-container", "nginx-container", "broker-container", "registry-gone",
    "network-cut-not-healed", "network-cut-within", "name-servers-cut", "party-error", "party-leaves",
    "exchange-traffic-server-replica", "exchange-nginx-crash", "exchange-lost", "exchange-nginx-container", "exchange-traffic-server-container",
    "exchange-eviction", "exchange-bad-config", "exchange-certificate-ended", "exchange-certificate-renewed",
]  # fmt: skip
OF_PROFILE_SPARK = [
    *(f"{component}-{what}" for component in ("spark-master", "spark-worker", "namenode", "datanode") for what in ("pod", "container")),
    "datanode-away",
]
OF_PULSAR_CLUSTER = ["broker-replica", "bookie-pod", "zookeeper-pod"]
# The longest of them may take twenty minutes until it is over, and is restored then.
LONGEST_SECONDS = 1500
WELL_SECONDS = 180
# Until rows are uploaded, and a training learns.
TRAINING_SECONDS = 480


@pytest.fixture
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as connected:
        yield connected


def test_a_replica_that_is_lost_comes_back(federation: Federation) -> None:
    holds(federation, "exchange-nginx-replica")


@pytest.mark.nightly
@pytest.mark.timeout(LONGEST_SECONDS)
def test_all_of_the_quick_set_comes_back(federation: Federation) -> None:
    drill(federation, "run", "--quick")
    quick = {name for name, each in catalogue.drills().items() if each.terms.quick}
    assert {name for name in quick if reported(federation, name)["held"]} == quick


@pytest.mark.nightly
@pytest.mark.timeout(LONGEST_SECONDS)
@pytest.mark.parametrize("name", NIGHTLY)
def test_what_else_fails_on_purpose_comes_back(federation: Federation, name: str) -> None:
    holds(federation, name)


@pytest.mark.nightly
@pytest.mark.timeout(LONGEST_SECONDS)
@pytest.mark.parametrize("name", OF_PROFILE_SPARK)
def test_what_only_the_reference_profile_has_comes_back_there_and_is_no_failure_elsewhere(federation: Federation, name: str) -> None:
    if federation.profile == "spark":
        holds(federation, name)
        return
    output = drill(federation, "run", name, "-e", f"fate_profile={federation.profile}", code=ExitCode.NO_REPORT)
    assert f"not run here: the profile {federation.profile} has no such component" in output
    assert reported(federation, name)["outcome"] == "skipped"


@pytest.mark.nightly
@pytest.mark.parametrize("name", OF_PULSAR_CLUSTER)
def test_what_only_a_pulsar_cluster_has_is_not_drilled_where_pulsar_is_one_pod(federation: Federation, name: str) -> None:
    output = drill(federation, "run", name, code=ExitCode.NO_REPORT)
    assert "not run here: Pulsar that is standalone (fate_pulsar_mode) has no such component" in output
    assert reported(federation, name)["outcome"] == "skipped"


@pytest.mark.nightly
def test_the_playbook_runs_drills_on_a_site_that_it_holds(federation: Federation) -> None:
    names = json.dumps({"drills_names": ["exchange-nginx-replica"]})
    played = federation.play("--limit", "exchange", "-e", names, playbook="playbooks/drill.yml").expect()
    assert "The one drill went as intended" in played.output


def cut(client: Client) -> list[str]:
    """The policies that a drill has cut."""
    policies = client.list("NetworkPolicy", PARTY, api_version="networking.k8s.io/v1")
    return [each["metadata"]["name"] for each in policies if CUT_LABEL in (each["spec"]["podSelector"].get("matchLabels") or {})]


def at_work(client: Client) -> list[str]:
    """Jobs of the party that have not ended."""
    with Party("30000", client, PARTY).flow() as flow:
        return [job.job_id for job in flow.recent() if not job.status.ended]


def watchdog_of(drills: Path) -> list[int]:
    """Processes that watch a drill of these."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"fedfleet.drills.watchdog" in words and any(word.startswith(str(drills).encode()) for word in words):
            found.append(int(line.parent.name))
    return found


@pytest.mark.parametrize(
    "watchdog", [pytest.param(True, id="restores itself", marks=pytest.mark.nightly), pytest.param(False, id="is restored by the command")]
)
def test_a_site_whose_drill_was_killed(federation: Federation, client: Client, watchdog: bool) -> None:
    words = [str(BIN / "fedfleet"), "drill", "run", "network-cut", "-i", str(federation.inventory)]
    drills = federation.inventory / DRILLS
    with subprocess.Popen(
        words, cwd=ROOT, env=os.environ | federation.lab.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        try:
            eventually(lambda: cut(client), "the network is cut", seconds=TRAINING_SECONDS)
            for pid in [] if watchdog else watchdog_of(drills):
                os.kill(pid, signal.SIGKILL)
        finally:
            run.kill()
    if watchdog:
        eventually(lambda: not pending(drills), "the watchdog has restored the site", seconds=90)
    else:
        drill(federation, "run", "network-cut", code=ExitCode.CLEAN_UP_FAILED)
        assert "network-cut on party30000: restored" in drill(federation, "rollback")
    assert cut(client) == []
    assert pending(drills) == []
    eventually(lambda: not at_work(client), "the drill's job is stopped", seconds=WELL_SECONDS)
