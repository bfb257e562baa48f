"""A container of the exchange that dies is started again in its pod, and serves as before; no pod has to be deleted by hand."""

from collections.abc import Iterator

import pytest

from fedfleet.exchange.findings import judge
from fedfleet.exchange.reload import ask_exchange
from fedfleet.kube import Client
from support.cluster import eventually
from support.federation import Federation
from support.sites import EXCHANGE, READY_SECONDS, Site, exchange_settings


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as connected:
        yield connected


def container(client: Client, pod: str) -> tuple[int, bool]:
    """How often the pod's one container was restarted, and whether it is ready."""
    found = client.get("Pod", pod, EXCHANGE)
    assert found is not None
    (status,) = found["status"]["containerStatuses"]
    return status["restartCount"], status["ready"]


@pytest.mark.nightly
@pytest.mark.parametrize("component", ["traffic-server", "nginx"])
def test_a_container_that_dies_comes_back_in_its_pod(client: Client, component: str) -> None:
    pod = Site(client, EXCHANGE).pods(component)[0]
    before, _ = container(client, pod)
    client.exec(pod, EXCHANGE, ["sh", "-c", "kill -TERM 1"])
    eventually(lambda: container(client, pod) == (before + 1, True), f"{pod} is ready again", seconds=READY_SECONDS)
    _, findings = ask_exchange(client, exchange_settings())
    assert [finding for finding in judge(findings, ()).failures if finding.replica == pod] == []
