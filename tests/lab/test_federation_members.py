"""Parties come and go: the others notice nothing, and who is gone is gone."""

import json
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from fedfleet.engine.fate import BrokerAdmin, ToyResult, run_toy
from fedfleet.exchange.reload import ask_exchange
from fedfleet.federation.card import Card
from fedfleet.federation.roster import Roster
from fedfleet.kube import Client, ObjectRef
from fedfleet.validation.party import Party
from support.federation import Federation
from support.serving import until_all_serve
from support.sites import DOMAIN, EXCHANGE, READY_SECONDS, Site, exchange_settings
from support.stand_in import stand_in

NEW = "50000"
PARTIES = ("fate-30000", "fate-40000")
TOY_SECONDS = 600


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def exchange(client: Client) -> Site:
    return Site(client, EXCHANGE)


@pytest.fixture(scope="module")
def card(client: Client) -> Iterator[Card]:
    """A party that wants to come in."""
    with stand_in(client, NEW) as (_, made):
        yield made


def extra(**variables: object) -> tuple[str, str]:
    return "-e", json.dumps(variables)


@dataclass(frozen=True)
class Admission:
    """What was seen while the party came in."""

    before: dict[str, dict[str, str]]
    after: dict[str, dict[str, str]]
    tunnel_is_alive: bool
    job: ToyResult


@pytest.fixture(scope="module")
def admitted(federation: Federation, client: Client, exchange: Site, card: Card, tmp_path_factory: pytest.TempPathFactory) -> Admission:
    file = tmp_path_factory.mktemp("incoming") / f"{NEW}.yaml"
    file.write_text(card.text())
    partner = Site(client, PARTIES[1])
    before = {namespace: Site(client, namespace).versions() for namespace in PARTIES}
    started = threading.Event()
    with ThreadPoolExecutor() as pool, exchange.door("traffic-server", 443).tls(f"40000.{DOMAIN}", partner.credentials().broker) as tunnel:
        job = pool.submit(_toy, client, started)
        started.wait(TOY_SECONDS)
        federation.play("--limit", "exchange", *extra(registration_cards=[str(file)]), playbook="playbooks/register.yml").expect()
        after = {namespace: Site(client, namespace).versions() for namespace in PARTIES}
        return Admission(before, after, _is_open(tunnel), job.result(TOY_SECONDS))


def _toy(client: Client, started: threading.Event) -> ToyResult:
    """A job of the two parties; ``started`` is set once both have it, or never will."""
    guest, host = (Party(namespace.removeprefix("fate-"), client, namespace) for namespace in PARTIES)
    try:
        with guest.flow() as flow, host.flow() as other:
            return run_toy(flow, host.party_id, other, timeout=TOY_SECONDS, progress=lambda _: started.set())
    finally:
        started.set()


def _is_open(connection: ssl.SSLSocket) -> bool:
    """Whether the other side has neither closed nor reset; a broker that is asked nothing says nothing."""
    connection.settimeout(1)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def test_a_new_party_changes_no_object_and_no_pod_of_the_others(admitted: Admission) -> None:
    assert admitted.before == admitted.after


def test_tunnels_that_exist_survive_a_new_party(admitted: Admission) -> None:
    assert admitted.tunnel_is_alive


def test_a_job_that_runs_is_none_the_worse_for_a_new_party(admitted: Admission) -> None:
    assert admitted.job.ok, admitted.job


def test_every_replica_serves_the_new_party(client: Client, admitted: Admission) -> None:
    assert admitted
    _, findings = ask_exchange(client, exchange_settings())
    assert {finding.replica for finding in findings if finding.route == NEW and finding.ok} == {finding.replica for finding in findings}


@pytest.fixture(scope="module")
def removed(federation: Federation, client: Client, admitted: Admission) -> Admission:
    """The new party is put out again, after a broker of the others has written it down as FATE makes it do."""
    assert admitted
    with client.tunnel(PARTIES[0], "service/pulsar", 8080) as tunnel:
        record = {"brokerServiceUrlTls": f"pulsar+ssl://{NEW}.{DOMAIN}:6651", "brokerClientTlsEnabled": True}
        httpx.put(f"http://{tunnel.host}:{tunnel.port}/admin/v2/clusters/{NEW}", json=record).raise_for_status()
    federation.play(*extra(registration_removed_parties=[NEW]), playbook="playbooks/register.yml").expect()
    return admitted


def test_the_server_name_of_a_removed_party_is_refused(exchange: Site, removed: Admission) -> None:
    assert removed
    with pytest.raises(ssl.SSLError, match="ALERT"), exchange.door("traffic-server", 443).tls(f"{NEW}.{DOMAIN}"):
        pass


def test_the_header_of_a_removed_party_is_refused(client: Client, exchange: Site, removed: Admission) -> None:
    assert removed
    own = Site(client, PARTIES[0]).credentials().coordination
    call = f"GET /fedfleet/party HTTP/1.1\r\nHost: x\r\ndest-party-id: {NEW}\r\nConnection: close\r\n\r\n".encode()
    answer = exchange.door("nginx", 9443).say_in_tls(call, f"exchange.{DOMAIN}", own)
    assert answer.split(b" ", 2)[1] == b"404"


def test_the_roster_of_the_others_says_who_is_gone(client: Client, removed: Admission) -> None:
    assert removed
    for namespace in PARTIES:
        found = client.get("ConfigMap", "roster", namespace)
        assert found is not None
        assert [member.party_id for member in Roster.read(found["data"]["roster.yaml"], namespace).removed()] == [NEW]


def test_the_brokers_of_the_others_forget_who_is_gone(client: Client, removed: Admission) -> None:
    assert removed
    with client.tunnel(PARTIES[0], "service/pulsar", 8080) as tunnel, BrokerAdmin(f"http://{tunnel.host}:{tunnel.port}") as admin:
        assert NEW not in admin.partners()


def test_a_replica_that_restarts_comes_back_with_the_current_routes(client: Client, exchange: Site, removed: Admission) -> None:
    assert removed
    for component in ("traffic-server", "nginx"):
        client.delete("Pod", exchange.pods(component)[0], EXCHANGE, wait=READY_SECONDS)
        client.wait([ObjectRef("Deployment", EXCHANGE, component, "apps/v1")], READY_SECONDS)
    findings = until_all_serve(client, exchange_settings())
    assert {finding.replica for finding in findings} == {*exchange.pods("traffic-server"), *exchange.pods("nginx")}
