"""A party whose Pulsar is a cluster, its partner's one pod: proven as any other, and jobs outlive the loss of a pod of each kind."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from fedfleet.kube import Client
from support.drill_runs import holds
from support.federation import Federation

PARTY, NAMESPACE = "party30000", "fate-30000"
RUN_SECONDS = 2400
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(RUN_SECONDS)]
KINDS = {"pulsar": 2, "pulsar-proxy": 2, "pulsar-bookie": 3, "pulsar-zookeeper": 3}
LEAVING = json.dumps({"fate_leave_messages": True})


def with_mode(federation: Federation, mode: str) -> None:
    """Write into the inventory how Pulsar runs at the one party."""
    file = federation.inventory / "hosts.yml"
    hosts = yaml.safe_load(file.read_text())
    hosts["all"]["children"]["parties"]["hosts"][PARTY]["fate_pulsar_mode"] = mode
    file.write_text(yaml.safe_dump(hosts))


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as connected:
        yield connected


@pytest.fixture(scope="module")
def clustered(federation: Federation, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """The federation with its one party's Pulsar as a cluster, deployed by the run that proves it; as it was again after."""
    changed = Federation.copied("lab", tmp_path_factory.mktemp("clustered"), federation.lab, federation.profile)
    with_mode(changed, "cluster")
    try:
        changed.play("-e", LEAVING, show=True).expect()
        yield changed
    finally:
        with_mode(changed, "standalone")
        changed.play("-e", LEAVING, show=True).expect()
        for claim in client.list("PersistentVolumeClaim", NAMESPACE, api_version="v1"):
            if claim["metadata"]["name"].startswith("data-pulsar-"):
                client.delete("PersistentVolumeClaim", claim["metadata"]["name"], NAMESPACE, api_version="v1")


def uids(client: Client) -> set[str]:
    """The objects that a change of mode would have touched."""
    kinds = [("StatefulSet", "apps/v1"), ("Pod", "v1"), ("PersistentVolumeClaim", "v1"), ("ConfigMap", "v1")]
    return {item["metadata"]["uid"] for kind, version in kinds for item in client.list(kind, NAMESPACE, api_version=version)}


def test_a_change_that_leaves_messages_behind_is_refused_before_anything_is_touched(
    federation: Federation, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    refused = Federation.copied("lab", tmp_path_factory.mktemp("refused"), federation.lab, federation.profile)
    with_mode(refused, "cluster")
    before = uids(client)
    played = refused.play("--limit", PARTY)
    assert played.returncode
    assert "runs Pulsar standalone; with fate_pulsar_mode" in " ".join(played.output.split())
    assert uids(client) == before


@pytest.mark.usefixtures("clustered")
def test_every_kind_is_ready_in_full(client: Client) -> None:
    found = {kind: len(client.list("Pod", NAMESPACE, {"app.kubernetes.io/name": kind}, api_version="v1")) for kind in KINDS}
    assert found == KINDS
    for item in (
        *client.list("StatefulSet", NAMESPACE, api_version="apps/v1"),
        *client.list("Deployment", NAMESPACE, api_version="apps/v1"),
    ):
        assert item["status"]["readyReplicas"] == item["spec"]["replicas"], item["metadata"]["name"]


def test_the_federation_is_proven_in_both_directions(clustered: Federation) -> None:
    toys = {rung.subject for rung in clustered.report().rungs if rung.rung == 5 and rung.ok}
    assert toys >= {"30000 → 40000", "40000 → 30000"}


def test_a_further_run_changes_nothing(clustered: Federation) -> None:
    assert set(re.findall(r"changed=(\d+)", clustered.play().expect().output)) == {"0"}


@pytest.mark.parametrize("name", ["broker-replica", "bookie-pod", "zookeeper-pod", "broker-pod"])
def test_a_job_outlives_the_loss_of_a_pod(clustered: Federation, name: str) -> None:
    holds(clustered, name)
