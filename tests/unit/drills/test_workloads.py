"""Workloads are brought down and back as they were; pods are evicted one after the other, when their budget allows it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.scene import Scene
from fedfleet.drills.workloads import evict_pods, scale_down, scale_up
from support.drilled import site
from support.objects import Objects

NAMESPACE = "fate-30000"


def workload(kind: str, name: str, replicas: int) -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": name}
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels}
    return {"kind": kind, "metadata": metadata, "spec": {"replicas": replicas, "template": {"metadata": {"labels": labels}}}}


def pod(name: str) -> dict[str, Any]:
    status = {"conditions": [{"type": "Ready", "status": "True"}]}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/name": "nginx"}},
        "status": status,
    }


class Budget(Objects):
    """A cluster whose disruption budget says no and yes as it is told to; no for ever after."""

    def __init__(self, answers: Sequence[bool]) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[str] = []

    def evict(self, name: str, namespace: str) -> bool:
        assert namespace == NAMESPACE
        self.asked.append(name)
        return self.answers.pop(0) if self.answers else False


class Hasty(Scene):
    """Waiting takes no time."""

    def pause(self, seconds: float) -> None:
        del seconds


def scene(cluster: Objects, directory: Path) -> Scene:
    return Hasty(site(directory), _clients={"north": cluster})  # type: ignore[dict-item]


def whole(cluster: Objects) -> list[Any]:
    found = [*cluster.list("Deployment", NAMESPACE), *cluster.list("StatefulSet", NAMESPACE)]
    return [(each["metadata"]["name"], each["spec"], each["metadata"].get("annotations") or {}) for each in found]


def test_what_is_brought_down_comes_back_as_it_was(tmp_path: Path) -> None:
    cluster = Objects()
    for each in (workload("Deployment", "nginx", 2), workload("Deployment", "spare", 0), workload("StatefulSet", "mysql", 1)):
        cluster.create(each)
    before = whole(cluster)
    there = scene(cluster, tmp_path)
    assert scale_up(there) == {"workloads": []}
    assert scale_down(there) == {"workloads": ["StatefulSet mysql", "Deployment nginx"]}
    assert [spec["replicas"] for _, spec, _ in whole(cluster)] == [0, 0, 0]
    scale_up(there)
    assert whole(cluster) == before
    scale_up(there)
    assert whole(cluster) == before


def test_pods_that_stay_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fedfleet.drills.workloads._GONE_SECONDS", 0)
    cluster = Objects()
    cluster.create(workload("Deployment", "nginx", 1))
    cluster.create(pod("nginx-1"))
    with pytest.raises(NoFaultError, match="Pods stay"):
        scale_down(scene(cluster, tmp_path))


def test_without_a_workload_there_is_nothing_to_bring_down(tmp_path: Path) -> None:
    with pytest.raises(NoFaultError, match="nothing to bring down"):
        scale_down(scene(Objects(), tmp_path))


def test_pods_are_evicted_one_after_the_other_when_the_budget_allows_it(tmp_path: Path) -> None:
    cluster = Budget([True, False, False, True])
    cluster.create(pod("nginx-2"))
    cluster.create(pod("nginx-1"))
    assert evict_pods(scene(cluster, tmp_path), "nginx") == {"pods": ["nginx-1", "nginx-2"], "refused": 2}
    assert cluster.asked == ["nginx-1", "nginx-2", "nginx-2", "nginx-2"]


def test_a_budget_that_never_allows_it_is_reported(tmp_path: Path) -> None:
    cluster = Budget([])
    cluster.create(pod("nginx-1"))
    with pytest.raises(NoFaultError, match=r"does not let a pod be evicted.*no, 1 times.*pod fate-30000/nginx-1"):
        evict_pods(scene(cluster, tmp_path), "nginx", within=0)
