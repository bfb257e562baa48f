"""Waiting ends when objects are what they are for, or as soon as they cannot become so."""

from typing import Any

import pytest

from fedfleet.kube import Client, ObjectRef, UnknownKindError, WaitError
from support.kube import SHELL, claim, container, pod, ref, workload
from support.lab import RunningLab


def service(name: str, namespace: str, kind: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": kind, "selector": {"app": name}, "ports": [{"port": 80}]},
    }


def applied(client: Client, *objects: dict[str, Any]) -> list[ObjectRef]:
    client.apply(list(objects))
    return [ref(definition) for definition in objects]


def failure(client: Client, *objects: dict[str, Any], timeout: float = 120) -> WaitError:
    with pytest.raises(WaitError) as caught:
        client.wait(applied(client, *objects), timeout)
    return caught.value


def test_workloads_become_ready_and_progress_is_told(client: Client, namespace: str) -> None:
    lines: list[str] = []
    refs = applied(client, workload("Deployment", "d", namespace), workload("StatefulSet", "s", namespace), pod("p", namespace))
    client.wait(refs, 120, lines.append)
    assert any(f"{namespace}/d" in line and "of 1 ready" in line for line in lines)


def test_what_is_ready_is_not_waited_for(client: Client, namespace: str) -> None:
    refs = applied(client, service("inside", namespace, "ClusterIP"))
    client.wait([*refs, ObjectRef("Namespace", "", namespace), ObjectRef("Node", "", "node1")], 0)


def test_a_new_image_is_waited_for_though_the_old_one_runs(client: Client, namespace: str) -> None:
    client.wait(applied(client, workload("Deployment", "d", namespace)), 120)
    error = failure(client, workload("Deployment", "d", namespace, container("registry.lab:5000/UPPER:1")))
    assert "InvalidImageName" in error.status


def test_a_load_balancer_has_an_address_in_the_end(client: Client, namespace: str) -> None:
    client.wait(applied(client, service("outside", namespace, "LoadBalancer")), 60)
    found = client.get("Service", "outside", namespace)
    assert found is not None
    assert found["status"]["loadBalancer"]["ingress"][0]["ip"]


def test_a_claim_whose_volume_comes_with_its_pod_is_fine(client: Client, namespace: str) -> None:
    client.wait(applied(client, claim("c", namespace, "lab-fast")), 5)


def test_a_job_that_fails_is_told_with_its_last_words(client: Client, images: RunningLab, namespace: str) -> None:
    del images
    dying = container(SHELL, command=["sh", "-c", "echo cannot reach the broker; exit 3"])
    error = failure(client, workload("Job", "j", namespace, dying, backoffLimit=0))
    assert error.hopeless
    assert "BackoffLimitExceeded" in error.status
    assert "cannot reach the broker" in error.log


def test_a_missing_secret_is_named(client: Client, namespace: str) -> None:
    needy = container(envFrom=[{"secretRef": {"name": "not-there"}}])
    error = failure(client, workload("Deployment", "d", namespace, needy))
    assert error.hopeless
    assert 'secret "not-there" not found' in error.status


def test_time_that_is_up_is_told_with_state_and_events(client: Client, namespace: str) -> None:
    unready = container(readinessProbe={"exec": {"command": ["/nothing"]}})
    error = failure(client, workload("Deployment", "d", namespace, unready), workload("Deployment", "e", namespace, unready), timeout=8)
    assert not error.hopeless
    assert "0 of 1 ready" in error.status
    assert f"Deployment {namespace}/e" in error.status
    assert any("Unhealthy" in event for event in error.events)


def test_what_is_not_there_is_told(client: Client, namespace: str) -> None:
    with pytest.raises(WaitError, match="not there"):
        client.wait([ObjectRef("Deployment", namespace, "absent")], 0.2)


def test_a_kind_without_a_rule_is_an_error_before_any_waiting(client: Client, namespace: str) -> None:
    with pytest.raises(UnknownKindError, match="ConfigMap"):
        client.wait([ObjectRef("Deployment", namespace, "absent"), ObjectRef("ConfigMap", namespace, "a")], 60)


def test_deletion_is_waited_for(client: Client, namespace: str) -> None:
    client.wait(applied(client, pod("p", namespace)), 60)
    assert client.delete("Pod", "p", namespace, wait=30)
    assert client.get("Pod", "p", namespace) is None


def test_what_holds_an_object_is_named(client: Client, namespace: str) -> None:
    held = claim("c", namespace, "lab-fast")
    held["metadata"]["finalizers"] = ["example.org/held"]
    client.apply([held])
    with pytest.raises(WaitError, match=r"held by .*example\.org/held"):
        client.delete("PersistentVolumeClaim", "c", namespace, wait=0.5)
    client.patch("PersistentVolumeClaim", "c", namespace, {"metadata": {"finalizers": None}})
