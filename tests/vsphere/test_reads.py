"""What only reads, in the library and its modules, holds at the simulator and at a real vCenter where one is named (support.bindings)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fedfleet.vsphere import (
    Client,
    content_libraries,
    hosts,
    inventory,
    licences,
    namespaces,
    power,
    storage_policies,
    supervisors,
    vm_classes,
)
from support.bindings import real_vcenter
from support.modules import connection, ended_at
from support.soap import make_vm, soap
from support.vcenter import INVENTORY, RunningVCenter

MACHINE = "reads-node"


@dataclass(frozen=True)
class Place:
    """A vCenter that is only read: how modules reach it, and a session of the library."""

    options: dict[str, Any]
    client: Client
    simulated: bool

    def module(self, name: str, /, **options: Any) -> dict[str, Any]:
        """What a module returns that succeeds."""
        result = ended_at(self.options, name, **options)
        assert not result.get("failed"), result["msg"]
        assert not result["changed"]
        return result


@pytest.fixture(scope="module", params=["simulator", "vCenter"] if real_vcenter() else ["simulator"])
def place(request: pytest.FixtureRequest, vcenter: RunningVCenter) -> Iterator[Place]:
    simulated = request.param == "simulator"
    if simulated:
        furnish(vcenter)
        options = connection(vcenter)
    else:
        said = {"hostname": "HOST", "username": "USER", "password": "PASSWORD", "ca_file": "CA"}
        options = {"port": 443} | {option: os.environ[f"VCENTER_{name}"] for option, name in said.items()}
    where = {name: options[name] for name in ("hostname", "username", "password", "ca_file", "port")}
    with Client.connect(**where) as client:
        yield Place(options, client, simulated)


def furnish(vcenter: RunningVCenter) -> None:
    """One of each kind, so that a read that loses it shows."""
    backing = {"type": "DATASTORE", "datastore_id": vcenter.get("/vcenter/datastore")[0]["datastore"]}
    vcenter.do("POST", "/content/local-library", {"name": "reads", "storage_backings": [backing]})
    spec = {"cluster": vcenter.cluster, "namespace": "reads", "vm_service_spec": {"vm_classes": ["guaranteed-small"]}}
    vcenter.do("POST", "/vcenter/namespaces/instances", spec)
    vcenter.lab("PATCH", "/namespaces/reads", {"config_status": "RUNNING", "messages": []})
    vcenter.lab("PUT", "/supervisor", {"api_endpoint": "192.0.2.1", "config_status": "RUNNING", "kubernetes_status": "READY"})
    with soap(vcenter) as instance:
        make_vm(instance, MACHINE)


def test_supervisors_and_the_hosts_below_them(place: Place) -> None:
    for supervisor in supervisors.list_all(place.client):
        clusters = supervisors.clusters_of(place.client, supervisor)
        assert all(host.name and host.cores and host.memory_mib for host in hosts.of_clusters(place.client, clusters))
        assert supervisors.networks_of(place.client, clusters)
        shown = place.module("supervisor_info", name=supervisor.name)["supervisor"]
        assert (shown["id"], shown["ready"]) == (supervisor.id, supervisor.ready)
    assert not place.simulated or [one.name for one in supervisors.list_all(place.client)] == [INVENTORY.supervisor.name]


def test_namespaces(place: Place) -> None:
    names = namespaces.names(place.client)
    assert place.module("namespace_info")["names"] == names
    for name in names:
        info = namespaces.find(place.client, name)
        assert info is not None
        assert place.module("namespace_info", name=name)["namespace"]["config_status"] == info.config_status
    assert not place.simulated or "reads" in names


def test_vm_classes(place: Place) -> None:
    known = vm_classes.list_all(place.client)
    assert known
    assert all(one.cpu_count > 0 and one.memory_mb > 0 for one in known)
    assert {one["id"] for one in place.module("vm_class_info")["vm_classes"]} == {one.id for one in known}


def test_storage_policies_and_the_datastores_that_fit_them(place: Place) -> None:
    known = storage_policies.list_all(place.client)
    assert known
    datastores = {one.id for one in inventory.reachable_datastores(place.client)}
    for policy in known:
        assert storage_policies.fitting(place.client, policy.policy, sorted(datastores)) <= datastores
    assert {one["name"] for one in place.module("storage_policy_info")["storage_policies"]} == {one.name for one in known}


def test_content_libraries(place: Place) -> None:
    known = content_libraries.list_all(place.client)
    assert {one["id"] for one in place.module("content_library_info")["content_libraries"]} == {one.id for one in known}
    assert not place.simulated or "reads" in {one.name for one in known}


def test_licences(place: Place) -> None:
    known = licences.assigned(place.client)
    assert known
    assert all(one.entity and one.of and one.name for one in known)
    assert not place.simulated or {(one.name, one.evaluation) for one in known} == {("Simulated licence", False)}


def test_a_machine_that_is_not_there_is_not_found_and_one_that_is_is(place: Place) -> None:
    assert inventory.machines(place.client, "no-machine-has-this-name") == []
    assert not place.simulated or power.find(place.client, name=MACHINE).power == "poweredOff"


def test_preflight_finds_all_out_and_changes_nothing(place: Place) -> None:
    """Whatever it has to say of a real vCenter, it could ask for everything."""
    policy, vm_class = storage_policies.list_all(place.client)[0].name, vm_classes.list_all(place.client)[0].id
    pools = [{"what": "workers", "vm_class": vm_class, "count": 1, "volume_gib": 1}]
    result = place.module("vcenter_preflight", namespace="fedfleet-reads", storage_policy=policy, pools=pools, fails=False)
    assert all(one["what"] and one["expected"] and one["found"] and one["where"] and one["fix"] for one in result["findings"])
    assert "fedfleet-reads" not in namespaces.names(place.client)
    assert not place.simulated or result["findings"] == []
