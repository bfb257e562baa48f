"""From a login to a simulated vCenter to a cluster whose nodes' power is that of their VMs, and back to nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from fedfleet.kube import Client
from support.cluster import eventually
from support.datacentre import datacentre_for_tests, folder, machines, ready, vcenter_session
from support.federation import Federation
from support.lab import RunningLab

pytestmark = pytest.mark.nightly

PROVISION = "playbooks/provision.yml"
# The exchange alone: one node of a control plane and one worker.
ONLY = ("--limit", "exchange")
NODES = 2


@pytest.fixture(scope="module")
def datacentre() -> Iterator[RunningLab]:
    with datacentre_for_tests() as lab:
        yield lab


@pytest.fixture(scope="module")
def site(datacentre: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    made = Federation.copied("vcenter", tmp_path_factory.mktemp("inventories"), datacentre, "standalone")
    made.play(*ONLY, playbook=PROVISION).expect()
    return made


@pytest.fixture
def cluster(site: Federation) -> Iterator[Client]:
    with Client.connect(folder(site.lab) / "kubeconfigs" / "exchange") as client:
        yield client


@pytest.fixture
def vcenter(site: Federation) -> Iterator[Any]:
    with vcenter_session(site.lab) as session:
        yield session


def worker(client: Client) -> str:
    return next(name for name in ready(client) if "workers" in name)


def test_a_login_becomes_a_cluster_with_all_its_nodes(cluster: Client) -> None:
    assert len(ready(cluster)) == NODES
    default = [item for item in cluster.list("StorageClass") if item["metadata"].get("annotations")]
    assert [item["metadata"]["name"] for item in default] == ["vsan-default-storage-policy"]


def test_a_second_run_changes_nothing(site: Federation) -> None:
    assert "changed=0" in site.play(*ONLY, playbook=PROVISION).expect().output


def test_a_policy_that_is_not_there_is_refused_with_those_that_are(site: Federation) -> None:
    said = site.play(*ONLY, "-e", "cluster_storage_policy=Platinum", playbook=PROVISION).expect(2).output
    assert "Platinum" in said
    assert "vSAN Default Storage Policy" in said


def test_a_vcenter_that_others_vouch_for_is_not_spoken_to(site: Federation) -> None:
    # The cluster's own authority vouches for its API alone.
    other = folder(site.lab) / "pki" / "etcd" / "ca.crt"
    said = site.play(*ONLY, "-e", f"cluster_vcenter_ca_file={other}", playbook=PROVISION).expect(2).output
    assert "ertificate" in said


def test_switching_a_vm_off_takes_its_node_down_and_it_comes_back(cluster: Client, vcenter: Any) -> None:
    name = worker(cluster)
    machines(vcenter)[name].PowerOffVM_Task()
    eventually(lambda: name not in ready(cluster), f"{name} is not ready", seconds=120)
    machines(vcenter)[name].PowerOnVM_Task()
    eventually(lambda: name in ready(cluster), f"{name} is ready again", seconds=120)


def test_removal_takes_cluster_and_namespace_away(site: Federation, vcenter: Any) -> None:
    site.play(
        *ONLY, "-e", "remove_site=exchange", "-e", "remove_confirm=exchange", "-e", "remove_data=true", playbook="playbooks/remove.yml"
    ).expect()
    assert machines(vcenter) == {}
    assert not (folder(site.lab) / "kubeconfigs" / "exchange").exists()
