"""From a login to a simulated vCenter to a cluster whose nodes' power is that of their VMs, and back to nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from fedfleet.kube import Client, ForbiddenError
from fedfleet.vsphere import Client as Vsphere
from fedfleet.vsphere import NotFoundError, UnauthorizedError, namespaces, supervisors
from fedfleet.vsphere.login import login, login_to_cluster
from support.cluster import eventually
from support.datacentre import (
    KEPT,
    api_answers,
    cell_of,
    control_planes,
    etcd,
    exchange_alone,
    exchange_client,
    folder,
    machines,
    provision,
    ready,
)
from support.federation import Federation
from support.lab import RunningLab

pytestmark = pytest.mark.nightly

# One node of a control plane and one worker.
NODES = 2
NAMESPACE = "fl-exchange"
# MiB: more than the worker's volume for images (32 GiB), which preflight looks at, and less than that and both nodes' root disks.
TIGHT = 40_000


@pytest.fixture(scope="module")
def planned(datacentre: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """The exchange's site, of which nothing is there yet."""
    return exchange_alone(datacentre, tmp_path_factory.mktemp("inventories"))


@pytest.fixture(scope="module")
def site(planned: Federation) -> Federation:
    provision(planned).expect()
    return planned


@pytest.fixture
def cluster(site: Federation) -> Iterator[Client]:
    with exchange_client(site) as client:
        yield client


def worker(client: Client) -> str:
    return next(name for name in ready(client) if "workers" in name)


def administrator(site: Federation) -> Vsphere:
    place = folder(site.lab) / "vcenter"
    password = (place / "administrator.password").read_text()
    return Vsphere.connect((place / "address").read_text(), "administrator@vsphere.local", password, ca_file=place / "authorities.pem")


def test_beyond_its_namespaces_limit_a_cluster_waits_with_the_reason_and_goes_on_once_the_limit_is_raised(
    planned: Federation, vcenter: Any
) -> None:
    said = " ".join(provision(planned, "-e", f"cluster_storage_limit_mib={TIGHT}", "-e", "cluster_timeout=20").expect(2).output.split())
    assert "exceeded quota: namespace fl-exchange" in said
    assert f"limited: requests.storage={TIGHT}Mi" in said.replace("vsan-default-storage-policy.storageclass.storage.k8s.io/", "")
    assert machines(vcenter) == {}
    with administrator(planned) as client:
        (spec,) = client.rest.get(f"{namespaces.INSTANCES}/{NAMESPACE}")["storage_specs"]
        client.rest.patch(f"{namespaces.INSTANCES}/{NAMESPACE}", {"storage_specs": [{"policy": spec["policy"]}]})
    eventually(lambda: machines(vcenter), "its first VM is made", seconds=60)


def test_a_login_becomes_a_cluster_with_all_its_nodes(cluster: Client) -> None:
    assert len(ready(cluster)) == NODES
    default = [item for item in cluster.list("StorageClass") if item["metadata"].get("annotations")]
    assert [item["metadata"]["name"] for item in default] == ["vsan-default-storage-policy"]


def test_a_second_run_changes_nothing(site: Federation) -> None:
    assert "changed=0" in provision(site).expect().output


def test_another_sites_account_opens_nothing_of_the_sites(site: Federation, cluster: Client) -> None:
    """At vCenter, at the Supervisor's API, and at its login to the cluster."""
    del cluster
    place = folder(site.lab) / "vcenter"
    trust, user = place / "authorities.pem", "fl-30000@vsphere.local"
    password = (place / "fl-30000.password").read_text()
    with Vsphere.connect((place / "address").read_text(), user, password, ca_file=trust) as vsphere:
        assert namespaces.names(vsphere) == []
        supervisor = supervisors.find(vsphere).endpoint
        with pytest.raises(UnauthorizedError, match="Somebody has a vSphere Namespace fl-exchange"):
            namespaces.remove(vsphere, "fl-exchange", timeout=5)
    token = login(supervisor, user, password, ca_file=trust)
    with Client.with_token(token.server, token.token, token.ca_pem) as api:
        for kind, version in (("Cluster", "cluster.x-k8s.io/v1beta2"), ("Secret", "v1")):
            with pytest.raises(ForbiddenError):
                api.list(kind, "fl-exchange", api_version=version)
    with pytest.raises(NotFoundError):
        login_to_cluster(supervisor, user, password, "fl-exchange-a", "fl-exchange", ca_file=trust)


def test_a_policy_that_is_not_there_is_refused_with_those_that_are(site: Federation) -> None:
    said = provision(site, "-e", "cluster_storage_policy=Platinum").expect(2).output
    assert "Platinum" in said
    assert "vSAN Default Storage Policy" in said


def test_a_vcenter_that_others_vouch_for_is_not_spoken_to(site: Federation) -> None:
    # The cluster's own authority vouches for its API alone.
    other = folder(site.lab) / "pki" / "etcd" / "ca.crt"
    said = provision(site, "-e", f"cluster_vcenter_ca_file={other}").expect(2).output
    assert "ertificate" in said


def test_switching_a_vm_off_takes_its_node_down_and_it_comes_back(cluster: Client, vcenter: Any) -> None:
    name = worker(cluster)
    machines(vcenter)[name].PowerOffVM_Task()
    eventually(lambda: name not in ready(cluster), f"{name} is not ready", seconds=120)
    machines(vcenter)[name].PowerOnVM_Task()
    eventually(lambda: name in ready(cluster), f"{name} is ready again", seconds=120)


def power(vm: Any) -> str:
    return str(vm.runtime.powerState)


def test_a_node_that_crashes_is_a_vm_that_is_off_until_ha_restarts_it_within_a_minute(
    site: Federation, cluster: Client, vcenter: Any
) -> None:
    name = worker(cluster)
    vm = machines(vcenter)[name]
    RunningLab(cell_of(site, name), site.lab.network).fedfleet("lab", "node", "crash", name).expect()
    eventually(lambda: power(vm) == "poweredOff", f"{name} is off in vCenter", seconds=10, pause=0.1)
    eventually(lambda: power(vm) == "poweredOn", f"{name} is on again", seconds=60)
    eventually(lambda: name in ready(cluster), f"{name} is ready again", seconds=120)


def test_a_vm_that_stays_switched_off_is_switched_on_by_the_supervisor_within_five_minutes(cluster: Client, vcenter: Any) -> None:
    name = worker(cluster)
    vm = machines(vcenter)[name]
    vm.PowerOffVM_Task()
    eventually(lambda: name not in ready(cluster), f"{name} is not ready", seconds=120)
    eventually(lambda: power(vm) == "poweredOn", f"{name} is on again", seconds=300)
    eventually(lambda: name in ready(cluster), f"{name} is ready again", seconds=120)


def test_with_one_control_plane_the_api_goes_and_comes_with_its_power(site: Federation, cluster: Client, vcenter: Any) -> None:
    cluster.apply([KEPT])
    assert etcd(site) == (1, 1)
    (vm,) = control_planes(vcenter).values()
    vm.PowerOffVM_Task()
    eventually(lambda: not api_answers(site), "the API is away", seconds=30)
    vm.PowerOnVM_Task()
    eventually(lambda: api_answers(site), "the API is back", seconds=180)
    kept = cluster.get("ConfigMap", "kept", "default")
    assert kept is not None
    assert kept["data"] == KEPT["data"]


def test_removal_takes_cluster_and_namespace_away(site: Federation, vcenter: Any) -> None:
    site.play(
        "--limit",
        "exchange",
        "-e",
        "remove_site=exchange",
        "-e",
        "remove_confirm=exchange",
        "-e",
        "remove_data=true",
        playbook="playbooks/remove.yml",
    ).expect()
    assert machines(vcenter) == {}
    with administrator(site) as client:
        assert namespaces.names(client) == []
    assert not (folder(site.lab) / "kubeconfigs" / "exchange").exists()
