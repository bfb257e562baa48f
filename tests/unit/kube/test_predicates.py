"""When an object is ready, kind by kind; that it exists is never enough."""

from typing import Any

import pytest

from fedfleet.kube.errors import UnknownKindError
from fedfleet.kube.predicates import judge


def make(kind: str, spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "metadata": {"name": "a", "generation": 2} | metadata,
        "spec": spec or {},
        "status": {"observedGeneration": 2} | (status or {}),
    }


def is_condition(kind: str, value: str = "True", **more: str) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": value} | more]}


DEPLOYED = {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}
ROLLED = {"replicas": 2, "readyReplicas": 2, "updatedReplicas": 2, "currentRevision": "b", "updateRevision": "b"}
SPREAD = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3}

READY = {
    "deployment": make("Deployment", {"replicas": 2}, DEPLOYED),
    "deployment of none": make("Deployment", {"replicas": 0}),
    "stateful set": make("StatefulSet", {"replicas": 2}, ROLLED),
    "stateful set whose update is its current revision": make(
        "StatefulSet", {"replicas": 2}, {"replicas": 2, "readyReplicas": 2, "currentRevision": "a", "updateRevision": "a"}
    ),
    "stateful set updated down to its partition": make(
        "StatefulSet",
        {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}},
        {"replicas": 3, "readyReplicas": 3, "updatedReplicas": 1, "currentRevision": "a", "updateRevision": "b"},
    ),
    "stateful set that is updated by hand": make(
        "StatefulSet",
        {"replicas": 1, "updateStrategy": {"type": "OnDelete"}},
        {"replicas": 1, "readyReplicas": 1, "currentRevision": "a", "updateRevision": "b"},
    ),
    "daemon set": make("DaemonSet", {}, SPREAD),
    "daemon set without a fitting node": make("DaemonSet", {}, {"desiredNumberScheduled": 0}),
    "job": make("Job", {}, is_condition("Complete")),
    "pod": make("Pod", {"containers": [{}]}, {"phase": "Running"} | is_condition("Ready")),
    "pod that has done its work": make("Pod", {}, {"phase": "Succeeded"}),
    "claim": make("PersistentVolumeClaim", {}, {"phase": "Bound"}),
    "service inside the cluster": make("Service", {"type": "ClusterIP"}),
    "service with an address": make("Service", {"type": "LoadBalancer"}, {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}),
    "service with a name": make("Service", {"type": "LoadBalancer"}, {"loadBalancer": {"ingress": [{"hostname": "lb"}]}}),
    "ingress": make("Ingress", {}, {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}),
    "namespace": make("Namespace", {}, {"phase": "Active"}),
    "definition": make("CustomResourceDefinition", {}, is_condition("Established")),
    "node": make("Node", {}, is_condition("Ready")),
}

NOT_READY = {
    "deployment whose controller has not looked": make("Deployment", {"replicas": 2}, DEPLOYED | {"observedGeneration": 1}),
    "deployment just made": make("Deployment", {"replicas": 1}, {"observedGeneration": 0}),
    "deployment half updated": make("Deployment", {"replicas": 2}, DEPLOYED | {"updatedReplicas": 1}),
    "deployment with an old pod": make("Deployment", {"replicas": 2}, DEPLOYED | {"replicas": 3}),
    "deployment with an unavailable pod": make("Deployment", {"replicas": 2}, DEPLOYED | {"availableReplicas": 1}),
    "deployment without replicas given": make("Deployment", {}, {}),
    "stateful set whose controller has not looked": make("StatefulSet", {"replicas": 2}, ROLLED | {"observedGeneration": 1}),
    "stateful set in the middle of an update": make(
        "StatefulSet", {"replicas": 2}, ROLLED | {"currentRevision": "a", "updatedReplicas": 1}
    ),
    "stateful set with a pod too many": make("StatefulSet", {"replicas": 1}, ROLLED),
    "stateful set with a pod that is not ready": make("StatefulSet", {"replicas": 2}, ROLLED | {"readyReplicas": 1}),
    "daemon set with an old pod": make("DaemonSet", {}, SPREAD | {"updatedNumberScheduled": 2}),
    "daemon set with an unavailable pod": make("DaemonSet", {}, SPREAD | {"numberAvailable": 2}),
    "job at work": make("Job", {}, {"active": 1}),
    "pod that only runs": make("Pod", {"containers": [{}]}, {"phase": "Running"} | is_condition("Ready", "False")),
    "pod without a node": make("Pod", {"containers": [{}]}, is_condition("PodScheduled", "False", message="0/3 nodes")),
    "claim without a volume": make("PersistentVolumeClaim", {}, {"phase": "Pending"}),
    "service without an address": make("Service", {"type": "LoadBalancer"}),
    "service with an empty address": make("Service", {"type": "LoadBalancer"}, {"loadBalancer": {"ingress": [{}]}}),
    "ingress without an address": make("Ingress"),
    "definition not served yet": make("CustomResourceDefinition", {}, is_condition("Established", "False")),
    "node that is down": make("Node", {}, is_condition("Ready", "Unknown", message="Kubelet stopped posting node status.")),
    "object being deleted": make("Deployment", {"replicas": 2}, DEPLOYED, deletionTimestamp="2026-11-22T00:00:00Z"),
}

HOPELESS = {
    "job that failed": make("Job", {}, is_condition("Failed", reason="BackoffLimitExceeded", message="too often")),
    "suspended job": make("Job", {"suspend": True}),
    "pod that failed": make("Pod", {}, {"phase": "Failed", "reason": "Evicted"}),
    "claim whose volume is gone": make("PersistentVolumeClaim", {}, {"phase": "Lost"}),
    "namespace that ends": make("Namespace", {}, {"phase": "Terminating"}, deletionTimestamp="2026-11-22T00:00:00Z"),
    "definition with a taken name": make("CustomResourceDefinition", {}, is_condition("NamesAccepted", "False", message="taken")),
}


@pytest.mark.parametrize("obj", READY.values(), ids=READY.keys())
def test_is_ready(obj: dict[str, Any]) -> None:
    assert judge(obj).ready


@pytest.mark.parametrize("obj", NOT_READY.values(), ids=NOT_READY.keys())
def test_is_not_ready_but_may_become_so(obj: dict[str, Any]) -> None:
    verdict = judge(obj)
    assert (verdict.ready, verdict.hopeless) == (False, False)


@pytest.mark.parametrize("obj", HOPELESS.values(), ids=HOPELESS.keys())
def test_will_never_be_ready(obj: dict[str, Any]) -> None:
    verdict = judge(obj)
    assert (verdict.ready, verdict.hopeless) == (False, True)


@pytest.mark.parametrize("obj", [*READY.values(), *NOT_READY.values(), *HOPELESS.values()])
def test_every_verdict_says_something(obj: dict[str, Any]) -> None:
    assert judge(obj).text


def test_an_unknown_kind_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UnknownKindError, match=r"ConfigMap.*Deployment.*StatefulSet"):
        judge(make("ConfigMap"))


def test_progress_is_told_in_numbers() -> None:
    assert judge(NOT_READY["deployment half updated"]).text == "1 of 2 ready, 1 updated"


def test_the_reason_why_a_pod_has_no_node_is_told() -> None:
    assert "0/3 nodes" in judge(NOT_READY["pod without a node"]).text
