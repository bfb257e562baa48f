"""What every replica of the exchange serves follows the admitted cards."""

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fedfleet.exchange.reload import RouteError, ask_exchange, reload_exchange
from fedfleet.exchange.replicas import ReplicaError
from fedfleet.federation.endpoint import Endpoint
from fedfleet.federation.names import broker_name
from fedfleet.kube import Client, ObjectRef
from fedfleet.probe import Answer, Question, ask
from fedfleet.registration.endpoints import EndpointSource
from support.cluster import eventually
from support.serving import until_all_serve
from support.trial import DOMAIN, SERVICES, TrialExchange, TrialParty


class Tunnel:
    """A TLS connection to a party's broker through Traffic Server that stays open."""

    def __init__(self, endpoint: Endpoint, party_id: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        plain = socket.create_connection((endpoint.address, endpoint.port), 10)
        self._peer = context.wrap_socket(plain, server_hostname=broker_name(party_id, DOMAIN))

    def __enter__(self) -> "Tunnel":
        return self

    def __exit__(self, *error: object) -> None:
        self._peer.close()

    def says(self) -> str:
        """What the broker answers on this very connection."""
        self._peer.sendall(b"GET / HTTP/1.1\r\nHost: broker\r\n\r\n")
        said = b""
        # Head and body may come in two pieces; an end in between means that the tunnel was cut.
        while not said.partition(b"\r\n\r\n")[2]:
            piece = self._peer.recv(4096)
            assert piece, f"the tunnel was cut after {said!r}"
            said += piece
        return said.partition(b"\r\n\r\n")[2].decode()


def _through_traffic_server(exchange: TrialExchange, party_id: str) -> Answer:
    endpoint = exchange.endpoint("broker")
    return ask(Question("tls", endpoint.address, endpoint.port, server_name=broker_name(party_id, DOMAIN)))


def _through_nginx(exchange: TrialExchange, party_id: str) -> Answer:
    return ask(exchange.question("/fedfleet/party", party_id, exchange.probe()))


def test_a_party_is_reached_through_every_replica_before_it_knows_the_exchange(exchange: TrialExchange, hospital: TrialParty) -> None:
    done = exchange.admit(hospital.card()).reloaded
    assert done is not None
    routes = [(finding.replica, finding.detail) for finding in done.findings if finding.route == "30000"]
    assert len({replica for replica, _ in routes}) == 4
    assert all(finding.ok for finding in done.findings)


def test_an_admission_ends_when_every_replica_has_proven_it(exchange: TrialExchange, hospital: TrialParty, bank: TrialParty) -> None:
    exchange.admit(hospital.card())
    done = exchange.admit(bank.card()).reloaded
    assert done is not None
    assert {finding.route for finding in done.findings if finding.ok} >= {"40000"}
    assert all(finding.ok for finding in done.findings)


def test_what_is_served_already_is_asked_and_left_alone(exchange: TrialExchange, hospital: TrialParty) -> None:
    exchange.admit(hospital.card())
    again = reload_exchange(exchange.client, exchange.settings)
    assert not again.changed
    assert all(finding.ok for finding in again.findings)


def test_a_new_party_cuts_no_tunnel_and_restarts_nothing(exchange: TrialExchange, hospital: TrialParty, bank: TrialParty) -> None:
    exchange.admit(hospital.card())
    before = [pod["status"]["containerStatuses"][0]["containerID"] for kind in ("traffic-server", "nginx") for pod in exchange.pods(kind)]
    with Tunnel(exchange.endpoint("broker"), "30000") as tunnel:
        assert tunnel.says() == "30000"
        exchange.admit(bank.card())
        assert tunnel.says() == "30000"
    after = [pod["status"]["containerStatuses"][0]["containerID"] for kind in ("traffic-server", "nginx") for pod in exchange.pods(kind)]
    assert before == after


def test_a_request_in_flight_survives_a_reload(exchange: TrialExchange, hospital: TrialParty, bank: TrialParty) -> None:
    hospital.take_up(exchange.admit(hospital.card()).admissions["30000"])
    question = exchange.question("/slow", "30000", hospital.credentials("coordination"), timeout=60.0)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(ask, question)
        exchange.admit(bank.card())
        answer = slow.result()
    assert answer.body == "0123456789" * 20, answer


def test_a_removed_party_is_refused_at_once_by_every_replica(exchange: TrialExchange, hospital: TrialParty, bank: TrialParty) -> None:
    exchange.admit(hospital.card(), bank.card())
    done = exchange.admit(removed=["40000"]).reloaded
    assert done is not None
    refused = {finding.replica for finding in done.findings if finding.route.startswith("removed 40000") and finding.ok}
    assert len(refused) == 4
    assert _through_traffic_server(exchange, "40000").fault == "alert"
    assert _through_nginx(exchange, "40000").status == 404
    assert _through_traffic_server(exchange, "30000").ok


def test_a_removed_party_cannot_send_any_more(exchange: TrialExchange, hospital: TrialParty, bank: TrialParty) -> None:
    outcome = exchange.admit(hospital.card(), bank.card())
    hospital.take_up(outcome.admissions["30000"])
    bank.take_up(outcome.admissions["40000"])
    question = exchange.question("/v2/partner/job/create", "30000", bank.credentials("coordination"))
    assert ask(question).ok
    exchange.admit(removed=["40000"])
    assert ask(question).status == 403


def test_a_party_that_moved_is_reached_where_it_is_now(exchange: TrialExchange, hospital: TrialParty) -> None:
    exchange.admit(hospital.card())
    services = {name: source.service for name, source in SERVICES.items()}
    for old in services.values():
        found = hospital.client.get("Service", old, hospital.namespace)
        assert found is not None
        spec = {
            "type": "LoadBalancer",
            "selector": found["spec"]["selector"],
            "ports": [{"name": "x", "port": found["spec"]["ports"][0]["port"]}],
        }
        metadata = {"name": f"{old}-moved", "namespace": hospital.namespace}
        hospital.client.apply({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    hospital.client.wait([ObjectRef("Service", hospital.namespace, f"{old}-moved") for old in services.values()], 60)
    moved = hospital.card(
        {name: EndpointSource(service=f"{source.service}-moved", service_port=source.service_port) for name, source in SERVICES.items()}
    )
    try:
        done = exchange.admit(moved).reloaded
        assert done is not None
        assert {route.target for route in done.table.routes} == {endpoint.target for endpoint in moved.endpoints}
        assert all(finding.ok for finding in done.findings)
    finally:
        for old in services.values():
            hospital.client.delete("Service", f"{old}-moved", hospital.namespace)


def test_a_replica_that_restarts_comes_back_with_the_current_routes(client: Client, exchange: TrialExchange, hospital: TrialParty) -> None:
    exchange.admit(hospital.card())
    for component in ("traffic-server", "nginx"):
        gone = exchange.pods(component)[0]["metadata"]["name"]
        client.delete("Pod", gone, exchange.namespace, wait=60)
        client.wait([ObjectRef("Deployment", exchange.namespace, component)], 60)
    assert len({finding.replica for finding in until_all_serve(client, exchange.settings)}) == 4


def test_a_party_that_is_not_there_is_named_and_so_is_every_replica_that_misses_it(exchange: TrialExchange, hospital: TrialParty) -> None:
    nowhere = hospital.card({"broker": EndpointSource("10.255.255.1", 6651), "coordination": EndpointSource("10.255.255.2", 9443)})
    # The second time nothing about the card is new, and the party is no nearer.
    for _ in range(2):
        with pytest.raises(RouteError, match="30000 by sni") as refused:
            exchange.admit(nowhere, timeout=3)
        assert len({finding.replica for finding in refused.value.findings if finding.route == "30000" and not finding.ok}) == 4
    exchange.admit(removed=["30000"])


def test_a_party_that_falls_silent_is_no_obstacle_to_others(
    client: Client, exchange: TrialExchange, hospital: TrialParty, bank: TrialParty
) -> None:
    exchange.admit(hospital.card())
    client.patch("Deployment", "nginx", hospital.namespace, {"spec": {"replicas": 0}})
    _until_silent(exchange)
    try:
        done = exchange.admit(bank.card()).reloaded
        assert done is not None
        assert {finding.route for finding in done.verdict.silent} == {"30000"}
    finally:
        client.patch("Deployment", "nginx", hospital.namespace, {"spec": {"replicas": 1}})
        client.wait([ObjectRef("Deployment", hospital.namespace, "nginx")], 60)


@pytest.mark.nightly
def test_a_replica_that_does_not_take_the_table_up_is_named(client: Client, exchange: TrialExchange, hospital: TrialParty) -> None:
    pod = exchange.pods("nginx")[0]
    rogue = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "rogue", "namespace": exchange.namespace, "labels": {"app.kubernetes.io/name": "nginx"}},
        # It runs and listens, and has another configuration than the stored one.
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": pod["spec"]["securityContext"],
            "containers": [
                {
                    "name": "nginx",
                    "image": pod["spec"]["containers"][0]["image"],
                    "command": ["sh", "-c", "sleep 3600"],
                    "securityContext": pod["spec"]["containers"][0]["securityContext"],
                }
            ],
        },
    }
    client.apply(rogue)
    client.wait([ObjectRef("Pod", exchange.namespace, "rogue")], 60)
    try:
        with pytest.raises(ReplicaError, match="rogue"):
            exchange.admit(hospital.card(), timeout=3)
    finally:
        client.delete("Pod", "rogue", exchange.namespace, wait=60)


def test_without_all_of_its_replicas_nothing_counts_as_proven(client: Client, exchange: TrialExchange, hospital: TrialParty) -> None:
    client.patch("Deployment", "traffic-server", exchange.namespace, {"spec": {"replicas": 0}})
    eventually(lambda: not exchange.pods("traffic-server"), "no replica of Traffic Server is left")
    try:
        with pytest.raises(RouteError, match="0 of 1 replicas of Deployment traffic-server run"):
            exchange.admit(hospital.card(), timeout=1)
    finally:
        client.patch("Deployment", "traffic-server", exchange.namespace, {"spec": {"replicas": 2}})
        client.wait([ObjectRef("Deployment", exchange.namespace, "traffic-server")], 60)
    assert list(exchange.admit(hospital.card()).admissions) == ["30000"]


def test_two_operators_admit_two_parties_at_once(exchange: TrialExchange, hospital: TrialParty, bank: TrialParty) -> None:
    together = threading.Barrier(2)

    def admit(party: TrialParty) -> None:
        card = party.card()
        together.wait(timeout=60)
        exchange.admit(card)

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(admit, party) for party in (hospital, bank)]:
            done.result()
    table, findings = ask_exchange(exchange.client, exchange.settings)
    assert table.parties == ("30000", "40000")
    assert all(finding.ok for finding in findings)
    roster = exchange.admit().roster
    assert roster is not None
    assert [member.party_id for member in roster.admitted()] == ["30000", "40000"]


def _until_silent(exchange: TrialExchange) -> None:
    deadline = time.monotonic() + 60
    while _through_nginx(exchange, "30000").ok:
        assert time.monotonic() < deadline, "the party still answers"
