"""An address of the load balancer outlives the node that answered for it."""

from collections.abc import Iterator

import httpx
import pytest

from fedfleet.kube import Client
from support.cluster import PORT, Space, eventually, space
from support.lab import RunningLab

NODES = ("node1", "node2", "node3")
# Measured: 3 s on an idle machine; the speakers give a silent one up after two.
MOVE_SECONDS = 20


@pytest.fixture
def here(fragile: RunningLab) -> Iterator[Space]:
    """A server on every node."""
    with Client.connect(fragile.kubeconfig) as client, space(client, "moving") as made:
        for node in NODES:
            made.serve(f"server-{node}", node=node, labels={"role": "server"})
        yield made


def answered_by(address: str) -> str:
    """Return the node that answers now; nothing while none does."""
    try:
        with httpx.Client(trust_env=False, timeout=1) as client:
            return client.get(f"http://{address}:{PORT}/").text.split()[0]
    except httpx.HTTPError:
        return ""


def test_an_address_moves_when_its_node_loses_power_and_the_node_may_come_back(fragile: RunningLab, here: Space) -> None:
    # With this policy the node that answers is the one that holds the address.
    here.service("moving", {"role": "server"}, type="LoadBalancer", externalTrafficPolicy="Local")
    address = here.address("moving")
    eventually(lambda: answered_by(address), "the address answers")
    holder = answered_by(address)
    fragile.fedfleet("lab", "node", "crash", holder).expect()
    try:
        eventually(lambda: answered_by(address) in {*NODES} - {holder}, "another node answers", seconds=MOVE_SECONDS)
    finally:
        fragile.fedfleet("lab", "node", "start", holder).expect()
    eventually(lambda: answered_by(address), "it answers after the node came back")
