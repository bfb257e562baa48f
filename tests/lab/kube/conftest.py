"""A session with the lab's cluster, and a namespace of its own for every test that wants one."""

import secrets
from collections.abc import Iterator

import pytest

from fedfleet.kube import Client
from support.lab import RunningLab


@pytest.fixture(scope="session")
def client(lab: RunningLab) -> Iterator[Client]:
    with Client.connect(lab.kubeconfig) as session:
        yield session


@pytest.fixture
def namespace(client: Client) -> Iterator[str]:
    name = f"kube-{secrets.token_hex(4)}"
    client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    client.delete("Namespace", name)
