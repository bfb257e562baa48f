"""Network policies are enforced: what they do not allow does not pass, whichever way it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from fedfleet.kube import Client
from support.cluster import Pod, Space, eventually, space
from support.lab import RunningLab


@pytest.fixture(scope="module")
def here(lab: RunningLab) -> Iterator[Space]:
    with Client.connect(lab.kubeconfig) as client, space(client, "policies") as made:
        yield made


@pytest.fixture(scope="module")
def server(here: Space) -> Pod:
    return here.serve("server", node="node1", labels={"role": "server"})


@pytest.fixture(scope="module")
def friend(here: Space) -> Pod:
    return here.pod("friend", node="node2", labels={"role": "friend"})


@pytest.fixture(scope="module")
def stranger(here: Space) -> Pod:
    return here.pod("stranger", node="node1", labels={"role": "stranger"})


@pytest.fixture(autouse=True)
def without_policies(here: Space) -> Iterator[None]:
    yield
    for policy in here.client.list("NetworkPolicy", here.name):
        here.client.delete("NetworkPolicy", policy["metadata"]["name"], here.name, wait=30)


def policy(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def test_everyone_reaches_a_server_that_no_policy_is_about(server: Pod, friend: Pod, stranger: Pod) -> None:
    address = server.status["podIP"]
    eventually(lambda: friend.reaches(address) and stranger.reaches(address), "both reach the server")


def test_a_policy_without_rules_lets_nobody_in(here: Space, server: Pod, friend: Pod, stranger: Pod) -> None:
    address = server.status["podIP"]
    here.apply(policy("deny", podSelector={}, policyTypes=["Ingress"]))
    eventually(lambda: not friend.reaches(address) and not stranger.reaches(address), "nobody reaches the server", seconds=20)


def test_a_rule_lets_in_those_it_names(here: Space, server: Pod, friend: Pod, stranger: Pod) -> None:
    address = server.status["podIP"]
    rule = {"from": [{"podSelector": {"matchLabels": {"role": "friend"}}}], "ports": [{"port": 8080}]}
    here.apply(policy("allow", podSelector={"matchLabels": {"role": "server"}}, ingress=[rule], policyTypes=["Ingress"]))
    eventually(lambda: friend.reaches(address) and not stranger.reaches(address), "only the friend reaches the server")


def test_a_service_is_no_way_around(here: Space, server: Pod, friend: Pod, stranger: Pod) -> None:
    assert server.status["phase"] == "Running"
    here.service("front", {"role": "server"})
    rule = {"from": [{"podSelector": {"matchLabels": {"role": "friend"}}}]}
    here.apply(policy("allow", podSelector={"matchLabels": {"role": "server"}}, ingress=[rule], policyTypes=["Ingress"]))
    eventually(lambda: friend.reaches("front") and not stranger.reaches("front"), "only the friend gets through the Service")


def test_a_pod_can_be_kept_from_calling_out(here: Space, server: Pod, stranger: Pod) -> None:
    address = server.status["podIP"]
    here.apply(policy("silence", podSelector={"matchLabels": {"role": "stranger"}}, policyTypes=["Egress"]))
    eventually(lambda: not stranger.reaches(address), "the stranger's call does not get out", seconds=20)


def test_probes_of_the_kubelet_pass_whatever_policies_say(here: Space) -> None:
    here.apply(policy("deny", podSelector={}, policyTypes=["Ingress", "Egress"]))
    # Ready means that the kubelet's probe got through.
    here.serve("probed").delete()
