"""Drills on the lab's federation: what fails on purpose comes back."""

import json

import pytest

from fedfleet.drills import catalogue
from fedfleet.exit_codes import ExitCode
from support.drill_runs import drill, holds, reported
from support.federation import Federation

pytestmark = pytest.mark.timeout(900)
NIGHTLY = [
    "fate-flow-pod", "mysql-pod", "network-cut", "exchange-nginx-replica",
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
