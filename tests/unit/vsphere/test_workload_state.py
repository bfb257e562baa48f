"""A cluster is ready when its summary says so of what is defined now, and its nodes are."""

from typing import Any

import pytest

from fedfleet.vsphere.workload_state import classes_of, judge, machine_reasons, nodes_ready, stale_address


def cluster(*conditions: dict[str, Any], version: str = "v1beta2", phase: str = "Provisioned", generation: int = 2) -> dict[str, Any]:
    return {
        "apiVersion": f"cluster.x-k8s.io/{version}",
        "kind": "Cluster",
        "metadata": {"name": "fl-a", "namespace": "ns", "generation": generation},
        "status": {"phase": phase, "conditions": list(conditions)},
    }


def tkc(*conditions: dict[str, Any], phase: str = "") -> dict[str, Any]:
    found = cluster(*conditions, phase=phase)
    return found | {"apiVersion": "run.tanzu.vmware.com/v1alpha3", "kind": "TanzuKubernetesCluster"}


def condition(kind: str, status: str, seen: int | None = 2, message: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind, "status": status, "message": message}
    return found if seen is None else found | {"observedGeneration": seen}


def node(name: str, ready: str = "True", version: str = "v1.34.2+vmware.2", **spec: Any) -> dict[str, Any]:
    status = {"conditions": [{"type": "Ready", "status": ready}], "nodeInfo": {"kubeletVersion": version}}
    return {"metadata": {"name": name}, "spec": spec, "status": status}


def test_provisioned_is_not_ready() -> None:
    assert not judge(cluster(condition("ControlPlaneInitialized", "True"), condition("TopologyReconciled", "True"))).done


def test_available_of_what_is_defined_is() -> None:
    assert judge(cluster(condition("Available", "True"))).done


def test_available_of_an_older_definition_is_not() -> None:
    state = judge(cluster(condition("Available", "True", seen=1)))
    assert not state.done
    assert "older" in state.text


def test_what_is_not_so_is_told_with_the_machines() -> None:
    machine = {
        "metadata": {"name": "fl-a-np1-x"},
        "status": {"phase": "Provisioning", "conditions": [condition("VMProvisioned", "False", message="no such class")]},
    }
    unavailable = condition("Available", "False", message="waiting")
    workers = condition("WorkersAvailable", "False", message="0 of 2")
    state = judge(cluster(unavailable, workers, condition("ScalingUp", "True", message="2 more")), [machine])
    assert state.text.startswith("Provisioned, Available is False; WorkersAvailable False: 0 of 2; ScalingUp True: 2 more; Available False")
    assert "machine fl-a-np1-x is Provisioning: VMProvisioned False: no such class" in state.text
    assert not state.hopeless


def test_running_machines_are_no_reason() -> None:
    assert machine_reasons([{"metadata": {"name": "a"}, "status": {"phase": "Running"}}]) == []


def test_the_older_api_has_ready_and_the_generation_of_the_whole() -> None:
    old = cluster(condition("Ready", "True", seen=None), version="v1beta1")
    assert judge(old).done
    assert not judge(old | {"status": old["status"] | {"observedGeneration": 1}}).done
    assert not judge(cluster(condition("Available", "True"), version="v1beta1")).done


def test_a_tanzu_cluster_is_ready_whatever_its_phase() -> None:
    assert judge(tkc(condition("Ready", "True", seen=None))).done
    assert judge(tkc(phase="running")).text == "running, Ready is not reported"
    assert not judge(tkc(phase="running")).done
    assert not judge(tkc(condition("Ready", "False", seen=None), phase="running")).done


def test_one_that_is_being_deleted_is_not_waited_for() -> None:
    gone = cluster(condition("Available", "True"))
    gone["metadata"]["deletionTimestamp"] = "2026-11-27T00:00:00Z"
    assert judge(gone).hopeless


def test_every_node_counts() -> None:
    assert nodes_ready([node("a"), node("b")], 2).done
    assert not nodes_ready([node("a")], 2).done
    assert "not ready: b" in nodes_ready([node("a"), node("b", "Unknown")], 2).text
    assert not nodes_ready([node("a"), node("b", unschedulable=True)], 2).done
    assert not nodes_ready([node("a"), node("b"), node("old", "False")], 2).done


def test_a_node_too_many_is_waited_for_until_it_is_gone() -> None:
    state = nodes_ready([node("a"), node("b"), node("old")], 2)
    assert not state.done
    assert "1 more than wanted" in state.text


def test_every_node_runs_the_version_before_an_upgrade_is_over() -> None:
    mixed = nodes_ready([node("a"), node("b", version="v1.33.9+vmware.1")], 2, "v1.34.2+vmware.2")
    assert not mixed.done
    assert "yet to be replaced by v1.34.2: b (v1.33.9+vmware.1)" in mixed.text
    assert nodes_ready([node("a"), node("b", version="v1.34.2")], 2, "v1.34.2+vmware.2-vkr.1").done
    assert nodes_ready([node("a")], 1, "v1.34").done


def test_a_node_that_has_not_said_its_version_does_not_count() -> None:
    assert "a (no version yet)" in nodes_ready([node("a", version="")], 1, "v1.34.2").text


@pytest.mark.parametrize(
    ("kind", "status", "seen", "message"),
    [
        ("TopologyReconciled", "False", 2, "Cluster is upgrading to v1.34.2"),
        ("TopologyReconciled", "True", 1, ""),
        ("RollingOut", "True", 2, "Rolling out 1 not up-to-date replicas"),
        ("ScalingDown", "True", 2, "Scaling down from 3 to 2 replicas"),
    ],
)
def test_a_cluster_that_is_available_while_it_changes_is_not_as_defined(kind: str, status: str, seen: int, message: str) -> None:
    state = judge(cluster(condition("Available", "True"), condition(kind, status, seen, message)))
    assert not state.done
    assert kind in state.text
    assert message in state.text


def test_a_cluster_that_no_longer_changes_is_as_defined() -> None:
    settled = [condition("TopologyReconciled", "True"), condition("RollingOut", "False"), condition("ScalingDown", "False")]
    assert judge(cluster(condition("Available", "True"), *settled)).done


def test_a_name_that_was_used_before_may_lead_to_the_old_address() -> None:
    found = cluster() | {"spec": {"controlPlaneEndpoint": {"host": "10.0.0.9"}}}
    service = {"status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.11"}]}}}
    assert "10.0.0.9" in stale_address(found, service)
    assert stale_address(found, {"status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.9"}]}}}) == ""
    assert stale_address(found, None) == ""


def vm(name: str, vm_class: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"className": vm_class}}


def test_nodes_are_of_their_vm_classes_when_their_vms_are() -> None:
    nodes = [node("a"), node("b"), node("c")]
    vms = [vm("a", "small"), vm("b", "large"), vm("c", "small"), vm("of-another-cluster", "large")]
    state = classes_of(nodes, vms, {"small": 1, "large": 2})
    assert (state.done, state.text) == (False, "1 of 2 nodes are of VM class large")
    assert classes_of(nodes, [*vms[:2], vm("c", "large")], {"small": 1, "large": 2}).done


def test_what_cannot_be_seen_of_vms_holds_nothing_up() -> None:
    assert classes_of([node("a"), node("b")], [], {"large": 2}).done
    assert classes_of([node("a"), node("b")], [vm("a", "small")], {"large": 2}).done
