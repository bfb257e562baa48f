from typing import Any

import pytest

from fedfleet.preflight.findings import Severity
from fedfleet.preflight.needs import Parts, Reference, Sizing, Workers
from fedfleet.preflight.sizing import (
    dataset_findings,
    free_findings,
    sizing_findings,
    undercut,
    vm_class_findings,
    worker_findings,
)

REFERENCE = Reference(pod_cores=4, pod_memory_gib=8, worker_cores=8, worker_memory_gib=16, volume_gib=5)


def node(
    cpu: str = "4", memory: str = "8Gi", *, name: str = "one", ready: bool = True, taint: str = "", cordoned: bool = False, vm: str = ""
) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": {"node.kubernetes.io/instance-type": vm} if vm else None},
        "spec": {"unschedulable": cordoned, "taints": [{"effect": taint}] if taint else None},
        "status": {
            "capacity": {"cpu": cpu},
            "allocatable": {"cpu": cpu, "memory": memory},
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    }


def pod(cpu: str, memory: str, namespace: str = "others", on: str = "one", phase: str = "Running") -> dict[str, Any]:
    return {
        "metadata": {"namespace": namespace},
        "spec": {"nodeName": on, "containers": [{"resources": {"requests": {"cpu": cpu, "memory": memory}}}, {}]},
        "status": {"phase": phase},
    }


def test_a_cluster_as_large_as_needed_lacks_nothing() -> None:
    assert sizing_findings([node(), node()], Sizing(nodes=2, cores=8, memory_gib=16)) == []


def test_it_says_by_how_much_memory_is_short() -> None:
    (finding,) = sizing_findings([node(memory="6Gi")], Sizing(nodes=1, cores=1, memory_gib=16))
    assert (finding.expected, finding.found) == ("16 GiB in total", "6.0 GiB, 10.0 short")


@pytest.mark.parametrize("unusable", [node(ready=False), node(taint="NoSchedule"), node(cordoned=True)])
def test_a_node_that_takes_no_pods_does_not_count(unusable: dict[str, Any]) -> None:
    (finding,) = sizing_findings([node(), unusable], Sizing(nodes=2, cores=1, memory_gib=1))
    assert finding.found == "1, 1 short, 1 more are not ready or take none"


def test_nodes_cpu_and_memory_are_said_at_once() -> None:
    missing = sizing_findings([], Sizing(nodes=1, cores=2, memory_gib=4))
    assert [finding.what for finding in missing] == ["nodes", "CPU", "memory"]


def test_what_others_have_asked_for_is_a_warning_with_what_is_left() -> None:
    (finding,) = free_findings([node()], [pod("3", "1Gi")], Sizing(1, 2, 4), "fate-1")
    assert (finding.severity, finding.found) == (Severity.WARNING, "1.0 cores, 1.0 short: 1 pods of others have asked for the rest")


@pytest.mark.parametrize(
    "harmless", [pod("3", "1Gi", namespace="fate-1"), pod("3", "1Gi", on="elsewhere"), pod("3", "1Gi", phase="Succeeded")]
)
def test_own_pods_and_those_that_are_over_leave_room(harmless: dict[str, Any]) -> None:
    assert free_findings([node()], [harmless], Sizing(1, 2, 4), "fate-1") == []


def test_too_few_nodes_that_hold_a_worker() -> None:
    (finding,) = worker_findings([node("8", "32Gi"), node("4", "64Gi")], Workers(2, 8, 16))
    assert finding.found == "1, 1 short; there are nodes of 4 cores and 64.0 GiB, 8 cores and 32.0 GiB"


def test_enough_nodes_that_hold_a_worker() -> None:
    assert worker_findings([node("8", "32Gi")], Workers(1, 8, 16)) == []


def test_best_effort_machines_are_warned_of_where_guaranteed_ones_are_wanted() -> None:
    reference = Reference(4, 8, 8, 16, 5, binding=True, vm_class="guaranteed")
    nodes = [node(name="a", vm="best-effort-2xlarge"), node(name="b", vm="guaranteed-2xlarge"), node(name="c")]
    (finding,) = vm_class_findings(nodes, reference)
    assert (finding.found, finding.severity) == ("a: best-effort-2xlarge", Severity.WARNING)


def test_numbers_below_the_reference_are_named() -> None:
    parts = Parts(
        {"flow": {"cpu": "2", "memory": "8Gi"}, "worker": {"cpu": "8", "memory": "8Gi"}}, {"database": "2Gi"}, frozenset({"worker"})
    )
    assert [(finding.what, finding.expected, finding.found) for finding in undercut(parts, REFERENCE)] == [
        ("pod flow", "at least 4 cores", "2 cores"),
        ("pod worker", "at least 16 GiB", "8 GiB"),
        ("volume database", "at least 5 GiB", "2 GiB"),
    ]


def test_volumes_must_hold_the_dataset_twice() -> None:
    reference = Reference(4, 8, 8, 16, 5, dataset_gib=30)
    parts = Parts(volumes={"datanode": "50Gi", "flow": "60Gi", "stream": "5Gi"}, dataset_volumes=frozenset({"datanode", "flow"}))
    (finding,) = dataset_findings(parts, reference)
    assert (finding.what, finding.found, finding.is_error) == ("volume datanode", "50 GiB, 10 GiB short".replace("10 GiB", "10"), True)
