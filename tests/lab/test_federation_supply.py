"""Nothing in the cluster asks for anything but the site's registry, and nothing that runs gets out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from typing import Any

import pytest

from fedfleet.kube import Client
from fedfleet_lab.cli_context import context
from support.cluster import Pod, eventually, pod_definition, space
from support.federation import Federation
from support.sites import EXCHANGE

OURS = (EXCHANGE, "fate-30000", "fate-40000", "fedfleet-ingress")
SITES_REGISTRY = "registry.lab:5000"
# Kept for documentation (RFC 5737): nobody has it, so that a try that got out would harm nobody.
OUTSIDE = "203.0.113.7"


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def registry(federation: Federation) -> tuple[str, int]:
    """Where the registry listens: nodes ask it, pods have no business with it."""
    host, _, port = federation.lab.registry.partition(":")
    return str(IPv4Address(host)), int(port)


def images(spec: dict[str, Any]) -> set[str]:
    kinds = ("initContainers", "containers", "ephemeralContainers")
    return {container["image"] for kind in kinds for container in spec.get(kind) or []}


def is_ready(pod: dict[str, Any]) -> bool:
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in pod["status"].get("conditions") or [])


def test_every_pod_of_the_cluster_is_of_the_sites_registry(client: Client) -> None:
    # What other tests broke on purpose may still be going away.
    here = {found["metadata"]["name"] for found in client.list("Namespace") if found["status"]["phase"] == "Active"}
    pods = [pod for pod in client.list("Pod") if pod["metadata"]["namespace"] in here]
    asked = {f"{pod['metadata']['namespace']}/{pod['metadata']['name']}": images(pod["spec"]) for pod in pods}
    assert {name.partition("/")[0] for name in asked} >= set(OURS)
    assert {name: some for name, some in asked.items() if any(not image.startswith(f"{SITES_REGISTRY}/fedfleet/") for image in some)} == {}


def test_what_would_start_next_is_too(client: Client) -> None:
    owners = [owner for kind in ("Deployment", "StatefulSet", "DaemonSet") for name in OURS for owner in client.list(kind, name)]
    asked = {image for owner in owners for image in images(owner["spec"]["template"]["spec"])}
    assert asked
    assert {image for image in asked if not image.startswith(f"{SITES_REGISTRY}/fedfleet/")} == set()


def test_nodes_know_no_other_registry(federation: Federation) -> None:
    lab = context(federation.lab.name, federation.lab.network)
    known = {node.name: sorted(path.name for path in (lab.paths.node(node.name).config / "certs.d").iterdir()) for node in lab.config.nodes}
    assert known == {node.name: [SITES_REGISTRY] for node in lab.config.nodes}


def test_nodes_have_no_way_out(federation: Federation, registry: tuple[str, int]) -> None:
    for node in context(federation.lab.name, federation.lab.network).config.nodes:
        assert "No route to host" in federation.lab.fedfleet("lab", "exec", node.name, "--", "ip", "route", "get", OUTSIDE).expect(2).output
        federation.lab.fedfleet("lab", "exec", node.name, "--", "ip", "route", "get", registry[0]).expect()


def test_an_image_from_elsewhere_never_comes(client: Client) -> None:
    def refused() -> bool:
        status = (client.get("Pod", "stranger", here.name) or {}).get("status", {})
        waiting = [state["state"].get("waiting", {}) for state in status.get("containerStatuses", [])]
        return any(state.get("reason") in ("ErrImagePull", "ImagePullBackOff") for state in waiting)

    with space(client, "supply") as here:
        stranger = pod_definition("stranger", ["sleep", "infinity"], {}, node="", labels={})
        stranger["spec"]["containers"][0]["image"] = f"{OUTSIDE}:5000/fedfleet/base:12.0"
        here.apply(stranger)
        eventually(refused, "the node gives up on an image from elsewhere", seconds=60)


def test_no_pod_of_a_site_gets_out(client: Client, registry: tuple[str, int]) -> None:
    pods = [Pod(client, name, pod["metadata"]["name"]) for name in OURS[:3] for pod in client.list("Pod", name) if is_ready(pod)]
    ways = [(pod, address, port) for pod in pods for address, port in (registry, (OUTSIDE, 443))]
    with space(client, "supply") as here, ThreadPoolExecutor(8) as pool:
        # Somebody listens there, and whom no policy holds back is answered.
        assert here.pod("free").reaches(*registry)
        got_out = [
            f"{way[0].name} to {way[1]}" for way, out in zip(ways, pool.map(lambda way: way[0].reaches(*way[1:]), ways), strict=True) if out
        ]
    assert {pod.namespace for pod in pods} == set(OURS[:3])
    assert got_out == []
