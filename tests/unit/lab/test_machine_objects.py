"""What `kubectl get machines` shows of a cluster's VMs."""

from typing import Any

from fedfleet_lab.datacentre.desired import Desired, Pool
from fedfleet_lab.datacentre.machine_objects import deployment, machine, virtual_machine
from fedfleet_lab.datacentre.machines import CONTROL_PLANE, WORKER, Place, Vm

WORKERS = Pool("workers", 2, "best-effort-2xlarge", "gold", "v1.34")
CONTROL = Pool("", 1, "best-effort-small", "gold", "v1.34")
DESIRED = Desired(("fl", "fl-a"), "v1.34", CONTROL, (WORKERS,))


def vm(name: str, pool: Pool, *, on: bool = True) -> Vm:
    role = WORKER if pool.name else CONTROL_PLANE
    place = Place(1, 1, role, "fl/fl-a", pool.name, pool.built, storage_class=pool.storage_class, vm_class=pool.vm_class)
    return Vm(name, on=on, place=place, handle=None)


def node(ready: str = "True") -> dict[str, Any]:
    condition = {"type": "Ready", "status": ready, "lastHeartbeatTime": "2026-01-01T12:00:05Z"}
    addresses = [{"type": "InternalIP", "address": "10.89.32.11"}, {"type": "Hostname", "address": "fl-a-x"}]
    return {"status": {"conditions": [condition], "addresses": addresses, "nodeInfo": {"kubeletVersion": "v1.34.4"}}}


def conditions(item: dict[str, Any]) -> dict[str, str]:
    return {condition["type"]: condition["status"] for condition in item["status"]["conditions"]}


def test_a_vm_is_a_machine_with_its_node_address_and_version() -> None:
    found = machine(DESIRED, vm("fl-a-workers-y", WORKERS), node(), ())
    assert (found["status"]["phase"], found["status"]["nodeRef"]) == ("Running", {"name": "fl-a-workers-y"})
    assert found["status"]["addresses"] == [{"type": "InternalIP", "address": "10.89.32.11"}]
    assert found["spec"]["version"] == "v1.34.4"
    assert found["metadata"]["labels"]["topology.cluster.x-k8s.io/deployment-name"] == "workers"


def test_a_control_planes_machine_says_how_its_etcd_member_is() -> None:
    plane = vm("fl-a-x", CONTROL)
    assert conditions(machine(DESIRED, plane, node(), {"fl-a-x"}))["EtcdMemberHealthy"] == "True"
    assert conditions(machine(DESIRED, plane, node(), ()))["EtcdMemberHealthy"] == "False"
    assert "EtcdMemberHealthy" not in conditions(machine(DESIRED, vm("fl-a-workers-y", WORKERS), node(), ()))


def test_a_machine_without_power_is_not_ready() -> None:
    assert conditions(machine(DESIRED, vm("fl-a-x", CONTROL, on=False), node(), ()))["Ready"] == "False"
    assert machine(DESIRED, vm("fl-a-x", CONTROL), None, ())["status"]["phase"] == "Provisioning"


def test_a_pool_is_a_machine_deployment_that_counts_its_machines() -> None:
    there = [vm("fl-a-workers-y", WORKERS), vm("fl-a-workers-z", WORKERS), vm("fl-a-x", CONTROL)]
    found = deployment(DESIRED, WORKERS, there, {"fl-a-workers-y": node(), "fl-a-workers-z": node("False")})
    counted = {name: found["status"][name] for name in ("replicas", "readyReplicas", "upToDateReplicas", "phase")}
    assert counted == {"replicas": 2, "readyReplicas": 1, "upToDateReplicas": 2, "phase": "Running"}
    assert conditions(found)["Available"] == "False"


def test_a_vm_keeps_the_class_that_it_was_made_with() -> None:
    found = virtual_machine(DESIRED, vm("fl-a-workers-y", WORKERS, on=False))
    assert (found["metadata"]["name"], found["spec"]["className"], found["spec"]["storageClass"]) == (
        "fl-a-workers-y",
        "best-effort-2xlarge",
        "gold",
    )
    assert (found["spec"]["powerState"], found["status"]["powerState"]) == ("PoweredOn", "PoweredOff")
