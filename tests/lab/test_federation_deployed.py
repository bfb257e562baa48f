"""What one run of site.yml on inventories/lab leaves: everything proven, and nothing left to do for the next."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fedfleet.kube import Client
from support.commands import Finished
from support.federation import Federation
from support.kube import workload


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@contextmanager
def name_node(client: Client, namespace: str) -> Iterator[None]:
    """A namespace with a name node: its own on profile spark, else one that was meant to be there and has no pod."""
    if client.get("StatefulSet", "namenode", namespace) is not None:
        yield
        return
    left = workload("StatefulSet", "namenode", namespace, replicas=0)
    client.apply(left)
    yield
    client.remove(left)


@pytest.fixture(scope="module")
def second_run(federation: Federation) -> Finished:
    return federation.play().expect()


def test_every_rung_holds(federation: Federation) -> None:
    assert [rung for rung in federation.report().rungs if not rung.ok] == []


def test_every_route_is_served_by_every_replica(federation: Federation) -> None:
    routes = {(found.route, found.replica.rsplit("-", 2)[0]) for found in federation.report().routes if found.ok}
    wanted = {(f"{party} by {kind}", of) for party in (30000, 40000) for kind, of in (("sni", "traffic-server"), ("header", "nginx"))}
    assert wanted <= routes


@pytest.mark.parametrize("pair", ["30000 → 40000", "40000 → 30000"])
def test_a_toy_succeeds_in_each_direction_by_what_both_parties_say(federation: Federation, pair: str) -> None:
    (proof,) = [rung for rung in federation.report().rungs if rung.rung == 5 and rung.subject == pair]
    assert proof.ok
    assert "both parties say success" in proof.detail


def test_every_site_is_validated(federation: Federation) -> None:
    assert {site.site: site.state for site in federation.report().sites} == {
        "exchange": "validated",
        "party30000": "validated",
        "party40000": "validated",
    }


@pytest.mark.parametrize("site", ["exchange", "party30000"])
def test_the_change_sheet_names_the_addresses_on_both_sides_of_the_border(federation: Federation, client: Client, site: str) -> None:
    sheet = (federation.inventory / "artifacts" / f"change-sheet-{site}.md").read_text(encoding="utf-8")
    doors = [
        ("fate-30000", "pulsar-public-tls"),
        ("fate-30000", "nginx-public"),
        ("fate-exchange", "traffic-server"),
        ("fate-exchange", "nginx"),
    ]
    for namespace, name in doors:
        service = client.get("Service", name, namespace)
        assert service is not None
        assert f"| {service['status']['loadBalancer']['ingress'][0]['ip']}" in sheet


def test_a_second_run_changes_nothing(second_run: Finished) -> None:
    assert set(re.findall(r"changed=(\d+)", second_run.output)) == {"0"}


def test_a_second_run_repeats_no_job(federation: Federation, second_run: Finished) -> None:
    proofs = [rung.proven_at for rung in federation.report().rungs if rung.rung in (4, 5)]
    assert len(proofs) == 4
    second_run.expect()
    assert [rung.proven_at for rung in federation.report().rungs if rung.rung in (4, 5)] == proofs


def test_a_party_is_not_deployed_without_the_hdfs_that_its_tables_lie_on(federation: Federation, client: Client) -> None:
    with name_node(client, "fate-30000"):
        told = federation.play("-e", "fate_profile=standalone").expect(2)
    assert "Party 30000 runs an HDFS, where tables of its jobs lie" in told.output
    assert set(re.findall(r"party30000 .* changed=(\d+)", told.output)) == {"0"}
