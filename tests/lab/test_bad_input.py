"""Bad input that only a cluster can tell: what is said, how soon, and that nothing else was touched. docs/explanation/refusals.md lists the same lines."""

import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from fedfleet.kube import Client, ForbiddenError, KubeError, WaitError
from support.cluster import space
from support.kube import changed_kubeconfig, claim, config_map, container, guest_token, ref, workload
from support.lab import RunningLab

# What a party's components are given to become ready; nothing here may use it up.
WAIT_SECONDS = 1200
SOON_SECONDS = 60
Told = Mapping[str, tuple[WaitError, float]]


@pytest.fixture(scope="module")
def client(lab: RunningLab) -> Iterator[Client]:
    with Client.connect(lab.kubeconfig) as session:
        yield session


@pytest.fixture
def namespace(client: Client) -> Iterator[str]:
    with space(client, "bad") as made:
        yield made.name


def broken(namespace: str) -> dict[str, list[dict[str, Any]]]:
    """Sets that cannot become ready, by what is wrong with them."""
    volume = {"name": "volume", "persistentVolumeClaim": {"claimName": "vast"}}
    vast = workload("Deployment", "vast", namespace)
    vast["spec"]["template"]["spec"]["volumes"] = [volume]
    vast["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = [{"name": "volume", "mountPath": "/volume"}]
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "q", "namespace": namespace},
        "spec": {"hard": {"pods": "0"}},
    }
    return {
        "class": [claim("nowhere", namespace, "gold")],
        "claim": [claim("vast", namespace, "lab-mirrored", "900Ti"), vast],
        "image": [workload("Deployment", "imageless", namespace, container(f"registry.lab:5000/fedfleet/{secrets.token_hex(4)}:1"))],
        "quota": [quota, workload("StatefulSet", "limited", namespace)],
    }


@pytest.fixture(scope="module")
def told(client: Client) -> Iterator[Told]:
    """What is said of each broken set, and after how many seconds; all of them are waited for at the same time."""

    def wait(topic: str) -> tuple[WaitError, float]:
        objects = broken(stack.enter_context(space(client, f"bad-{topic}")).name)[topic]
        client.apply(objects)
        start = monotonic()
        with pytest.raises(WaitError) as caught:
            client.wait([ref(definition) for definition in objects if definition["kind"] != "ResourceQuota"], WAIT_SECONDS)
        return caught.value, monotonic() - start

    topics = list(broken(""))
    with ExitStack() as stack, ThreadPoolExecutor(len(topics)) as pool:
        yield dict(zip(topics, pool.map(wait, topics), strict=True))


def test_missing_storage_class(told: Told) -> None:
    error, seconds = told["class"]
    assert "there is no StorageClass 'gold'" in error.status
    assert "name another class" in error.next_step
    assert seconds < SOON_SECONDS


def test_claim_that_cannot_bind(told: Told) -> None:
    error, seconds = told["claim"]
    assert error.ref.name == "vast"
    assert "claim vast gets no volume: " in error.status
    assert any("ProvisioningFailed" in event for event in error.events)
    assert seconds < SOON_SECONDS


def test_image_that_cannot_be_pulled(told: Told) -> None:
    error, seconds = told["image"]
    assert "container main" in error.status
    assert "not found" in error.status
    assert "Check the image's name and version" in error.next_step
    assert seconds < SOON_SECONDS


def test_quota_exceeded(told: Told) -> None:
    error, seconds = told["quota"]
    assert "exceeded quota: q" in error.status
    assert "Ask for a larger quota of the namespace" in error.next_step
    assert seconds < SOON_SECONDS


def test_missing_permission(lab: RunningLab, client: Client, namespace: str, tmp_path: Path) -> None:
    config = changed_kubeconfig(lab.kubeconfig, tmp_path / "config", {"token": guest_token(client, namespace)})
    with Client.connect(config) as guest, pytest.raises(ForbiddenError) as caught:
        guest.apply([config_map("a", namespace)])
    assert f"permission to get configmaps in namespace {namespace}" in caught.value.expected
    assert "Have the cluster's administrator bind a role" in caught.value.next_step
    assert client.get("ConfigMap", "a", namespace) is None


def test_namespace_in_deletion(client: Client, namespace: str) -> None:
    held = config_map("held", namespace)
    held["metadata"]["finalizers"] = ["example.org/held"]
    client.apply([held])
    client.delete("Namespace", namespace)
    try:
        with pytest.raises(KubeError, match=r"being deleted.*Wait until it is gone, then run again"):
            client.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}, config_map("a", namespace)])
        assert client.get("ConfigMap", "a", namespace) is None
    finally:
        client.patch("ConfigMap", "held", namespace, {"metadata": {"finalizers": None}})
