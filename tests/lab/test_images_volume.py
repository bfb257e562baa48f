"""Workers keep container images on a volume of their own and have it again after a power cut: those of VKS by themselves, those of a TKC by our help."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fedfleet.kube import Client
from support.cluster import eventually
from support.commands import Finished
from support.datacentre import cell_of, exchange_alone, exchange_client, folder, machines, provision, ready
from support.federation import Federation
from support.lab import RunningLab

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1200)]

NAMESPACE, NAME = "fl-exchange", "fl-exchange-a"
IMAGES = "/var/lib/containerd"
HELPER = "fedfleet-nodes"
KIB, GIB = 1 << 10, 1 << 30


def with_provider(provider: str, datacentre: RunningLab, factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """The exchange's cluster, made by that provider; removed after."""
    made = exchange_alone(datacentre, factory.mktemp(provider))
    settings = made.inventory / "group_vars" / "all.yml"
    settings.write_text(settings.read_text().replace("cluster_provider: vks", f"cluster_provider: {provider}"))
    bring_to(made, 1).expect()
    yield made
    removal = {"remove_site": "exchange", "remove_confirm": "exchange", "remove_data": True}
    made.play("--limit", "exchange", "-e", json.dumps(removal), playbook="playbooks/remove.yml").expect()


@pytest.fixture(scope="class")
def vks(datacentre: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    yield from with_provider("vks", datacentre, tmp_path_factory)


@pytest.fixture(scope="class")
def tkc(datacentre: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    yield from with_provider("tkc", datacentre, tmp_path_factory)


def bring_to(site: Federation, workers: int) -> Finished:
    return provision(site, "-e", json.dumps({"cluster_workers": {"replicas": workers, "vm_class": "best-effort-2xlarge"}}))


def in_node(site: Federation, node: str, *command: str) -> Finished:
    cell = cell_of(site, node)
    return RunningLab(cell, site.lab.network).fedfleet("lab", "exec", node, "--", *command)


def volume_bytes(site: Federation, node: str) -> int:
    """The size of the file system that the node has of its own for images; 0 where they are in a folder of its root disk."""
    found = in_node(site, node, "findmnt", "--noheadings", "--bytes", "--output", "FSROOT,SIZE", "--mountpoint", IMAGES).output
    sizes = [int(line.split()[1]) for line in found.splitlines() if line.split()[0] == "/"]
    return sum(sizes)


def mounted(site: Federation, node: str) -> bool:
    return volume_bytes(site, node) > 0


def workers(client: Client) -> set[str]:
    return {name for name in ready(client) if "workers" in name}


def power_cycle(vcenter: Any, client: Client, name: str) -> None:
    """Cut a VM's power and give it back, as an administrator does in vCenter."""
    machines(vcenter)[name].PowerOffVM_Task()
    eventually(lambda: name not in ready(client), f"{name} is not ready", seconds=120)
    machines(vcenter)[name].PowerOnVM_Task()
    eventually(lambda: name in ready(client), f"{name} is ready again", seconds=180)


def helpers_ready(client: Client) -> int:
    (helper,) = client.list("DaemonSet", HELPER)
    return int(helper["status"].get("numberReady", 0))


class TestVks:
    """Nodes that mount their volumes at every boot."""

    def test_images_are_on_a_volume_of_the_size_that_was_asked_for(self, vks: Federation, vcenter: Any) -> None:
        with exchange_client(vks) as client:
            (name,) = workers(client)
        assert mounted(vks, name)
        size = volume_bytes(vks, name)
        assert 0.95 * 32 * GIB < size <= 32 * GIB
        disks = [device for device in machines(vcenter)[name].config.hardware.device if hasattr(device, "capacityInKB")]
        assert [disk.capacityInKB * KIB for disk in disks] == [32 * GIB]

    def test_after_a_power_cut_it_is_there_and_pods_come_back(self, vks: Federation, vcenter: Any) -> None:
        with exchange_client(vks) as client:
            (name,) = workers(client)
            before = pods_of(client, name)
            power_cycle(vcenter, client, name)
            assert mounted(vks, name)
            eventually(lambda: run_again(client, name, before), "its pods run again", seconds=180)
            assert client.list("DaemonSet", HELPER) == []


class TestTkc:
    """Nodes that mount their volumes at their first boot alone."""

    def test_with_the_helper_it_is_there_after_a_power_cut(self, tkc: Federation, vcenter: Any) -> None:
        with exchange_client(tkc) as client:
            (name,) = workers(client)
            before = pods_of(client, name)
            power_cycle(vcenter, client, name)
            assert mounted(tkc, name)
            eventually(lambda: run_again(client, name, before), "its pods run again", seconds=180)
            eventually(lambda: helpers_ready(client) == 1, "the helper says that all is well", seconds=60)

    def test_without_it_the_volume_is_gone_after_a_power_cut(self, tkc: Federation, vcenter: Any) -> None:
        with exchange_client(tkc) as client, Client.connect(folder(tkc.lab) / "kubeconfig") as supervisor:
            client.delete("Namespace", HELPER)
            eventually(lambda: client.get("Namespace", HELPER) is None, "the helper is gone", seconds=120)
            before = workers(client)
            cluster = supervisor.get("TanzuKubernetesCluster", NAME, NAMESPACE)
            assert cluster is not None
            cluster["spec"]["topology"]["nodePools"][0]["replicas"] = 2
            supervisor.apply(
                [{key: cluster[key] for key in ("apiVersion", "kind", "spec")} | {"metadata": {"name": NAME, "namespace": NAMESPACE}}]
            )
            eventually(lambda: len(workers(client)) == 2, "there is one worker more", seconds=240)
            (name,) = workers(client) - before
            assert mounted(tkc, name)
            power_cycle(vcenter, client, name)
            assert not mounted(tkc, name)

    def test_a_run_names_the_node_that_lost_it(self, tkc: Federation) -> None:
        said = provision(
            tkc, "-e", json.dumps({"cluster_workers": {"replicas": 2, "vm_class": "best-effort-2xlarge"}, "cluster_timeout": 60})
        )
        assert "is not a volume of its own" in said.expect(2).output

    def test_a_node_that_is_added_later_is_helped_too(self, tkc: Federation, vcenter: Any) -> None:
        bring_to(tkc, 1).expect()
        with exchange_client(tkc) as client:
            before = workers(client)
            assert all(mounted(tkc, name) for name in before)
            bring_to(tkc, 2).expect()
            (name,) = workers(client) - before
            power_cycle(vcenter, client, name)
            assert mounted(tkc, name)

    def test_a_further_run_changes_nothing(self, tkc: Federation) -> None:
        assert "changed=0" in bring_to(tkc, 2).expect().output


def pods_of(client: Client, node: str) -> dict[str, set[str]]:
    """The containers of each pod that is ready on a node, by the ids that their runtime gave them: a container that is started again has another."""
    return {
        pod["metadata"]["name"]: {str(one.get("containerID", "")) for one in pod["status"].get("containerStatuses", ())}
        for pod in client.list("Pod")
        if pod["spec"].get("nodeName") == node
        and any(condition["type"] == "Ready" and condition["status"] == "True" for condition in pod["status"].get("conditions", ()))
    }


def run_again(client: Client, node: str, before: dict[str, set[str]]) -> bool:
    """Whether as many pods as before are ready in containers that were started since: until a kubelet says otherwise, a pod seems as ready as it was."""
    gone = {container for containers in before.values() for container in containers}
    return sum(gone.isdisjoint(containers) for containers in pods_of(client, node).values()) >= len(before)
