"""Services of type LoadBalancer get an address that everyone in the lab reaches, and the host.

An address stands in a Service's status before every node has rules for it and before anybody announces it, as in any cluster: whoever asks
at once is told that there is no route, so those who must reach it ask until they do.
"""

from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Network, ip_address

import httpx
import pytest

from fedfleet.kube import Client
from support.cluster import PORT, Space, eventually, space
from support.lab import RunningLab

NODES = ("node1", "node2", "node3")


@pytest.fixture(scope="module")
def here(lab: RunningLab) -> Iterator[Space]:
    """One server on node 1, one on node 2, and someone to ask on every node."""
    with Client.connect(lab.kubeconfig) as client, space(client, "addresses") as made:
        for node in NODES[:2]:
            made.serve(f"server-{node}", node=node, labels={"role": "server"})
        yield made


@pytest.fixture(scope="module")
def network(lab: RunningLab) -> IPv4Network:
    return IPv4Network(lab.network)


def from_host(address: str) -> list[str]:
    """Return the node that answers and who it takes us for; nothing while nobody answers."""
    try:
        with httpx.Client(trust_env=False, timeout=3) as client:
            return client.get(f"http://{address}:{PORT}/").text.split()
    except httpx.HTTPError:
        return []


def reaches(lab: RunningLab, node: str, address: str) -> bool:
    return lab.fedfleet("lab", "exec", node, "--", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{PORT}").returncode == 0


def test_the_host_reaches_an_address_of_the_labs_pool(here: Space, network: IPv4Network) -> None:
    here.service("pooled", {"role": "server"}, type="LoadBalancer")
    address = here.address("pooled")
    assert ip_address(address) in IPv4Network((int(network.network_address) + 256, 24))
    eventually(lambda: {node for _ in range(8) for node in from_host(address)[:1]} == {*NODES[:2]}, "both servers are reached")


def test_pods_on_every_node_reach_it(here: Space) -> None:
    here.service("reached", {"role": "server"}, type="LoadBalancer")
    address = here.address("reached")
    for node in NODES:
        asking = here.pod(f"asking-{node}", node=node)
        eventually(partial(asking.reaches, address), f"a pod on {node} reaches the address")
        assert asking.fetch(address).split()[0] in NODES[:2]


def test_nodes_reach_it(here: Space, lab: RunningLab) -> None:
    here.service("from-nodes", {"role": "server"}, type="LoadBalancer")
    address = here.address("from-nodes")
    for node in NODES:
        eventually(partial(reaches, lab, node, address), f"{node} reaches the address")


def test_an_address_can_be_asked_for(here: Space, network: IPv4Network) -> None:
    wanted = str(network.network_address + 256 + 77)
    here.service("wanted", {"role": "server"}, type="LoadBalancer", loadBalancerIP=wanted)
    assert here.address("wanted") == wanted


def test_a_local_policy_keeps_the_askers_address_and_stays_where_the_server_is(here: Space, network: IPv4Network) -> None:
    here.service("local", {"app": "server-node2"}, type="LoadBalancer", externalTrafficPolicy="Local")
    address = here.address("local")
    eventually(lambda: from_host(address), "the address answers")
    assert from_host(address) == ["node2", str(network.network_address + 1)]


def test_an_address_goes_back_to_the_pool_with_its_service(here: Space) -> None:
    here.service("passing", {"role": "server"}, type="LoadBalancer")
    address = here.address("passing")
    eventually(lambda: from_host(address), "the address answers")
    here.client.delete("Service", "passing", here.name, wait=30)
    eventually(lambda: not from_host(address), "nobody answers any more")
