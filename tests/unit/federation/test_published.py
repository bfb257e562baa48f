"""Where a Service is reached, as the Service says."""

from typing import Any

from fedfleet.federation.published import Published, published


def _service(kind: str, **more: Any) -> dict[str, Any]:
    ports = [{"port": 6651, "nodePort": 30651}]
    return {"metadata": {"name": "pulsar-public-tls", "namespace": "fate-30000"}, "spec": {"type": kind, "ports": ports}, **more}


def _node(name: str, ready: str = "True", **addresses: str) -> dict[str, Any]:
    listed = [{"type": kind, "address": address} for kind, address in addresses.items()]
    return {"metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": ready}], "addresses": listed}}


def test_a_load_balancer_s_address_is_taken() -> None:
    service = _service("LoadBalancer", status={"loadBalancer": {"ingress": [{"ip": "198.51.100.7"}]}})
    assert published(service, 6651) == Published("198.51.100.7", 6651)


def test_a_load_balancer_s_host_name_is_taken() -> None:
    service = _service("LoadBalancer", status={"loadBalancer": {"ingress": [{"hostname": "lb.example.org"}]}})
    assert published(service, 6651) == Published("lb.example.org", 6651)


def test_a_load_balancer_without_an_address_says_so() -> None:
    assert "no load-balancer address yet" in published(_service("LoadBalancer"), 6651).reason


def test_a_node_port_is_taken_at_the_first_ready_node() -> None:
    nodes = [_node("node2", InternalIP="10.0.0.2"), _node("node1", ready="False", InternalIP="10.0.0.1")]
    assert published(_service("NodePort"), 6651, nodes=nodes) == Published("10.0.0.2", 30651)


def test_a_node_s_outer_address_is_better_than_its_inner_one() -> None:
    nodes = [_node("node1", InternalIP="10.0.0.1", ExternalIP="198.51.100.1")]
    assert published(_service("NodePort"), 6651, nodes=nodes).address == "198.51.100.1"


def test_a_service_for_the_inside_says_that_nobody_reaches_it() -> None:
    assert "nobody outside the cluster reaches" in published(_service("ClusterIP"), 6651).reason


def test_a_port_the_service_does_not_have_is_named_with_those_it_has() -> None:
    assert published(_service("LoadBalancer"), 9443).reason == "Service fate-30000/pulsar-public-tls has no port 9443, only 6651"


def test_a_node_port_is_taken_where_the_site_says() -> None:
    assert published(_service("NodePort"), node_address="10.0.0.100") == Published("10.0.0.100", 30651)


def test_an_address_that_is_given_stands_and_only_its_port_is_looked_for() -> None:
    assert published(_service("LoadBalancer"), address="203.0.113.9") == Published("203.0.113.9", 6651)
    assert published(_service("NodePort"), address="203.0.113.9") == Published("203.0.113.9", 30651)


def test_external_addresses_are_taken_with_the_service_s_own_port() -> None:
    service = _service("ClusterIP")
    service["spec"]["externalIPs"] = ["203.0.113.7", "203.0.113.8"]
    assert published(service) == Published("203.0.113.7", 6651)


def test_without_a_port_the_service_must_have_only_one() -> None:
    service = _service("LoadBalancer")
    service["spec"]["ports"].append({"port": 8080})
    assert "must have one port, found 6651, 8080" in published(service).reason
