"""A lab's names and addresses follow from its name, its /16 and its number of nodes."""

import pytest

from fedfleet_lab.config import LabConfig
from fedfleet_lab.errors import LabError

LAB = LabConfig.parse("lab", "10.89.0.0/16", 3)


def test_host_and_nodes_share_the_first_subnet() -> None:
    assert str(LAB.host) == "10.89.0.1"
    assert [str(node.address) for node in LAB.nodes] == ["10.89.0.11", "10.89.0.12", "10.89.0.13"]


def test_each_node_has_a_pod_range_of_its_own_within_the_clusters() -> None:
    assert [str(node.pods) for node in LAB.nodes] == ["10.89.129.0/24", "10.89.130.0/24", "10.89.131.0/24"]
    assert all(node.pods.subnet_of(LAB.pods) for node in LAB.nodes)


def test_no_two_ranges_overlap() -> None:
    ranges = [LAB.machines, LAB.load_balancers, LAB.services, LAB.pods]
    assert not any(one.overlaps(other) for one in ranges for other in ranges if one is not other)
    assert all(part.subnet_of(LAB.network) for part in ranges)


def test_services_have_fixed_addresses() -> None:
    assert (str(LAB.kubernetes_service), str(LAB.dns_service)) == ("10.89.16.1", "10.89.16.10")


def test_link_names_of_the_longest_lab_fit_the_kernel() -> None:
    longest = LabConfig.parse("abcdefgh", "10.89.0.0/16", 9)
    assert all(len(link) <= 15 for link in (longest.bridge, *(node.link for node in longest.nodes)))


def test_no_two_nodes_share_a_hardware_address() -> None:
    other = LabConfig.parse("dev", "10.91.0.0/16", 3)
    addresses = [node.mac for node in (*LAB.nodes, *other.nodes)]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("name", ["", "Lab", "9lab", "a-lab", "toolongname", "lab/../x"])
def test_a_name_that_cannot_name_links_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="no name for a lab"):
        LabConfig.parse(name, "10.89.0.0/16", 3)


@pytest.mark.parametrize("network", ["10.89.0.0/24", "8.8.0.0/16", "10.89.1.0/16", "fd00::/16", "nonsense"])
def test_a_network_other_than_a_private_16_is_refused(network: str) -> None:
    with pytest.raises(LabError, match="no network"):
        LabConfig.parse("lab", network, 3)


@pytest.mark.parametrize("count", [0, 10])
def test_too_many_or_no_nodes_are_refused(count: int) -> None:
    with pytest.raises(LabError, match="1 to 9"):
        LabConfig.parse("lab", "10.89.0.0/16", count)


def test_an_unknown_node_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(LabError, match="node1, node2, node3"):
        LAB.node_named("node4")
