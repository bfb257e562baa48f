"""A cluster with three control planes: one without power, one whose host fails, and what stays up meanwhile."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from fedfleet.kube import Client
from support.cluster import eventually
from support.datacentre import KEPT, api_answers, control_planes, etcd, exchange_alone, exchange_client, machines, provision, ready
from support.federation import Federation
from support.lab import RunningLab
from support.silence import silences

pytestmark = pytest.mark.nightly

# Seconds without an answer: what the load balancer needs to drop a control plane that is gone.
LONGEST_GAP = 5.0
PATIENCE = 180


@pytest.fixture(scope="module")
def site(datacentre: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    made = exchange_alone(datacentre, tmp_path_factory.mktemp("inventories"))
    provision(made, *replicas(3)).expect()
    return made


@pytest.fixture
def cluster(site: Federation) -> Iterator[Client]:
    with exchange_client(site) as client:
        yield client


def replicas(wanted: int) -> tuple[str, str]:
    """Arguments for so many control planes."""
    return "-e", json.dumps({"cluster_control_plane": {"replicas": wanted, "vm_class": "best-effort-small"}})


def test_three_control_planes_are_three_nodes_on_three_hosts(site: Federation, cluster: Client, vcenter: Any) -> None:
    planes = control_planes(vcenter)
    assert len(planes) == 3
    assert set(planes) <= ready(cluster)
    assert len({vm.runtime.host.name for vm in planes.values()}) == 3
    assert etcd(site) == (3, 3)


def test_the_api_answers_while_one_of_three_is_without_power(site: Federation, cluster: Client, vcenter: Any) -> None:
    cluster.apply([KEPT])
    name, vm = next(iter(control_planes(vcenter).items()))
    with silences(lambda: api_answers(site), pause=0.1) as watched:
        vm.PowerOffVM_Task()
        eventually(lambda: etcd(site) == (3, 2), "two of three members are healthy", seconds=30)
        # Long enough for a gap to show, and shorter than the Supervisor leaves it off.
        time.sleep(3 * LONGEST_GAP)
        vm.PowerOnVM_Task()
        eventually(lambda: etcd(site) == (3, 3), "three of three members are healthy", seconds=PATIENCE)
        eventually(lambda: name in ready(cluster), f"{name} is ready again", seconds=PATIENCE)
    assert watched.longest < LONGEST_GAP
    assert cluster.get("ConfigMap", "kept", "default") is not None


def test_vms_of_a_host_that_fails_are_restarted_on_others(site: Federation, cluster: Client, vcenter: Any) -> None:
    failed = next(iter(control_planes(vcenter).values())).runtime.host.name
    hit = on_host(vcenter, failed)
    with silences(lambda: api_answers(site), pause=0.1) as watched:
        site.lab.fedfleet("lab", "host", "fail", failed).expect()
        eventually(lambda: etcd(site) == (3, 2), "two of three members are healthy", seconds=30)
        eventually(lambda: hit.isdisjoint(on_host(vcenter, failed)), f"{', '.join(sorted(hit))} are on other hosts", seconds=60)
        eventually(lambda: etcd(site) == (3, 3), "three of three members are healthy", seconds=PATIENCE)
        eventually(lambda: hit <= ready(cluster), f"{', '.join(sorted(hit))} are ready again", seconds=PATIENCE)
    site.lab.fedfleet("lab", "host", "repair", failed).expect()
    assert watched.longest < LONGEST_GAP


def test_a_host_in_maintenance_hands_its_vms_on_while_they_run(site: Federation, vcenter: Any) -> None:
    vm = next(iter(machines(vcenter).values()))
    left = vm.runtime.host
    before = booted(vcenter)
    left.EnterMaintenanceMode_Task(timeout=0)
    eventually(lambda: all(one.runtime.host.name != left.name for one in machines(vcenter).values()), f"{left.name} is empty", seconds=30)
    assert vm.runtime.powerState == "poweredOn"
    assert etcd(site) == (3, 3)
    left.ExitMaintenanceMode_Task(timeout=0)
    assert booted(vcenter) == before


def test_fewer_control_planes_are_refused_before_anything_is_touched(site: Federation, vcenter: Any) -> None:
    before = set(control_planes(vcenter))
    said = provision(site, *replicas(1)).expect(2).output
    assert "3 control plane nodes cannot become 1" in " ".join(said.split())
    assert set(control_planes(vcenter)) == before


def on_host(vcenter: Any, host: str) -> set[str]:
    """Names of the VMs that a host has."""
    return {name for name, vm in machines(vcenter).items() if vm.runtime.host.name == host}


def booted(vcenter: Any) -> dict[str, Any]:
    """When each VM was switched on last; one whose node dies is switched off and on again."""
    return {name: vm.summary.runtime.bootTime for name, vm in machines(vcenter).items()}
