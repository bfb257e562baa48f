"""Names inside the lab are answered, and names outside of it are refused at once: there is nobody to ask."""

from collections.abc import Iterator
from functools import partial

import pytest

from fedfleet.kube import Client
from support.cluster import Space, eventually, space
from support.lab import RunningLab
from support.names import NXDOMAIN, ask

# A resolver that waited for somebody would wait this long before it asked again (resolv.conf(5)).
AT_ONCE_SECONDS = 5
PUBLISHED = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "coredns-lab-hosts", "namespace": "kube-system"}}


@pytest.fixture(scope="module")
def client(lab: RunningLab) -> Iterator[Client]:
    with Client.connect(lab.kubeconfig) as client:
        yield client


@pytest.fixture(scope="module")
def here(client: Client) -> Iterator[Space]:
    with space(client, "names") as made:
        yield made


@pytest.fixture(scope="module")
def servers(client: Client) -> list[str]:
    """Every replica: the host reaches pods by their own addresses."""
    return [pod["status"]["podIP"] for pod in client.list("Pod", "kube-system", {"k8s-app": "kube-dns"})]


def test_services_are_found_by_name_from_every_node(here: Space) -> None:
    here.service("found", {"app": "nobody"})
    cluster_ip = (here.client.get("Service", "found", here.name) or {})["spec"]["clusterIP"]
    for node in ("node1", "node2", "node3"):
        asking = here.pod(f"asking-{node}", node=node)
        for name in ("found", f"found.{here.name}", f"found.{here.name}.svc.cluster.local"):
            assert asking.ask(f"getent ahostsv4 {name}").split()[0] == cluster_ip


@pytest.mark.parametrize("name", ["example.org", "registry.example.com", "missing.default.svc.cluster.local", "missing.lab.internal"])
@pytest.mark.parametrize("kind", [1, 28])
def test_unknown_names_do_not_exist_at_once(servers: list[str], name: str, kind: int) -> None:
    for server in servers:
        answer = ask(server, 5353, name, kind)
        assert answer.code == NXDOMAIN
        assert answer.seconds < AT_ONCE_SECONDS


def test_pods_hear_at_once_that_a_name_is_unknown(here: Space) -> None:
    asking = here.pod("asking")
    seconds = float(asking.ask("TIMEFORMAT=%R; { time getent hosts example.org >/dev/null || true; } 2>&1"))
    assert seconds < AT_ONCE_SECONDS


def answers(server: str) -> bool:
    """Whether a name server knows the name that is being published."""
    return ask(server, 5353, "published.lab.internal").records == 1


def test_names_that_the_lab_publishes_are_answered(client: Client, servers: list[str]) -> None:
    before = client.get("ConfigMap", "coredns-lab-hosts", "kube-system")
    client.apply([{**PUBLISHED, "data": {**(before or {}).get("data", {}), "hosts": "192.0.2.7 published.lab.internal\n"}}], force=True)
    try:
        client.touch_pods("kube-system", {"k8s-app": "kube-dns"})
        for server in servers:
            eventually(partial(answers, server), "the name is answered")
    finally:
        if before is None:
            client.delete("ConfigMap", "coredns-lab-hosts", "kube-system")
        else:
            client.apply([{**PUBLISHED, "data": before["data"]}], force=True)


def test_the_name_server_has_no_rights_that_it_does_not_need(client: Client) -> None:
    (container,) = client.list("Pod", "kube-system", {"k8s-app": "kube-dns"})[0]["spec"]["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
