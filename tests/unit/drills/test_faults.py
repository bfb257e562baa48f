"""What a fault does to a cluster's objects, and that undoing it leaves them as they were."""

import copy
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import faults
from fedfleet.drills.faults import CUT_LABEL, NoFaultError, cut_network, heal_network
from fedfleet.drills.probes import is_ready, replicas_of
from fedfleet.drills.scene import Scene
from support.drilled import site
from support.objects import Objects

NAMESPACE = "fate-30000"


def policy(name: str, component: str) -> dict[str, Any]:
    selector = {"matchLabels": {"app.kubernetes.io/name": component}}
    return {"kind": "NetworkPolicy", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": {"podSelector": selector}}


@pytest.fixture
def cluster() -> Objects:
    objects = Objects()
    objects.create(policy("to-the-exchange-broker", "pulsar"))
    objects.create(policy("from-outside-to-nginx", "nginx"))
    objects.create(policy("to-name-servers", "nginx"))
    return objects


@pytest.fixture
def scene(cluster: Objects, tmp_path: Path) -> Scene:
    return Scene(site(tmp_path), _clients={"north": cluster})  # type: ignore[dict-item]


def specs(cluster: Objects) -> dict[str, Any]:
    return {each["metadata"]["name"]: copy.deepcopy(each["spec"]) for each in cluster.list("NetworkPolicy", NAMESPACE)}


def test_a_cut_selects_no_pod_and_leaves_other_policies_alone(cluster: Objects, scene: Scene) -> None:
    before = specs(cluster)
    assert cut_network(scene) == {"policies": ["to-the-exchange-broker", "from-outside-to-nginx"]}
    after = specs(cluster)
    assert after["to-the-exchange-broker"]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "pulsar", CUT_LABEL: "nothing"}
    assert after["to-name-servers"] == before["to-name-servers"]


def test_other_ways_can_be_cut(cluster: Objects, scene: Scene) -> None:
    before = specs(cluster)
    assert cut_network(scene, ["to-name-servers", "never-there"]) == {"policies": ["to-name-servers"]}
    assert specs(cluster)["to-the-exchange-broker"] == before["to-the-exchange-broker"]
    heal_network(scene)
    assert specs(cluster) == before


def test_healing_restores_every_policy_and_may_be_done_at_any_time(cluster: Objects, scene: Scene) -> None:
    before = specs(cluster)
    assert heal_network(scene) == {"policies": []}
    cut_network(scene)
    assert set(heal_network(scene)["policies"]) == {"to-the-exchange-broker", "from-outside-to-nginx"}  # type: ignore[call-overload]
    assert specs(cluster) == before
    heal_network(scene)
    assert specs(cluster) == before


def test_where_nothing_can_be_cut_that_is_said(tmp_path: Path) -> None:
    scene = Scene(site(tmp_path), _clients={"north": Objects()})  # type: ignore[dict-item]
    with pytest.raises(NoFaultError, match="none of the network policies"):
        cut_network(scene)


def test_without_a_ready_pod_there_is_nothing_to_kill(scene: Scene) -> None:
    with pytest.raises(NoFaultError, match="no pod to do the fault to"):
        faults.delete_pods(scene, "nginx")


@pytest.mark.parametrize(
    ("conditions", "metadata", "ready"),
    [
        ([{"type": "Ready", "status": "True"}], {}, True),
        ([{"type": "Ready", "status": "False"}], {}, False),
        ([], {}, False),
        ([{"type": "Ready", "status": "True"}], {"deletionTimestamp": "2026-11-28T00:00:00Z"}, False),
    ],
)
def test_a_pod_takes_part_when_it_is_ready_and_to_stay(conditions: list[dict[str, str]], metadata: dict[str, str], ready: bool) -> None:
    assert is_ready({"metadata": metadata, "status": {"conditions": conditions}}) is ready


def test_as_many_pods_are_wanted_as_the_workloads_of_the_component_say() -> None:
    def workload(component: str, replicas: int) -> dict[str, Any]:
        return {"spec": {"replicas": replicas, "template": {"metadata": {"labels": {"app.kubernetes.io/name": component}}}}}

    assert replicas_of([workload("nginx", 2), workload("pulsar", 1)], "nginx") == 2
