"""The exchange is not a proxy, and a party is not open: what nobody was admitted for ends without reaching a back end."""

import ssl
from collections.abc import Iterator

import pytest

from fedfleet.kube import Client
from support.federation import Federation
from support.sites import DOMAIN, EXCHANGE, Door, Site

INSIDE = "fateflow.fate-40000.svc.cluster.local"
SUBMIT = b"POST /v2/job/submit HTTP/1.1\r\nHost: x\r\ndest-party-id: 40000\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def party(client: Client) -> Site:
    return Site(client, "fate-30000")


@pytest.fixture(scope="module")
def partner(client: Client) -> Site:
    return Site(client, "fate-40000")


@pytest.fixture(scope="module")
def traffic_server(client: Client) -> Door:
    return Site(client, EXCHANGE).door("traffic-server", 443)


@pytest.fixture(scope="module")
def nginx(client: Client) -> Door:
    return Site(client, EXCHANGE).door("nginx", 9443)


def request(line: str, *headers: str) -> bytes:
    return "\r\n".join((f"{line} HTTP/1.1", "Host: x", "Connection: close", *headers, "", "")).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def asked(partner: Site) -> int:
    """How many requests have come to the partner's outer listener."""
    (pod,) = partner.pods("nginx")
    return sum(
        " 9443 " in line and "/fedfleet/" not in line for line in partner.client.logs(pod, partner.namespace, tail=100_000).splitlines()
    )


@pytest.mark.parametrize("name", [f"99999.{DOMAIN}", f"proxy.{DOMAIN}", "kubernetes.default.svc.cluster.local", None])
def test_traffic_server_ends_tls_for_a_name_without_a_route(traffic_server: Door, name: str | None) -> None:
    with pytest.raises(ssl.SSLError, match="ALERT"), traffic_server.tls(name):
        pass


@pytest.mark.parametrize("line", [f"CONNECT {INSIDE}:9380", f"GET http://{INSIDE}:9380/v2/server/fateflow", "GET /"])
def test_traffic_server_is_no_proxy_in_clear_text(traffic_server: Door, line: str) -> None:
    assert not traffic_server.say(request(line)).startswith(b"HTTP/")


def test_nginx_answers_nobody_without_a_certificate_of_the_federation(nginx: Door) -> None:
    assert status(nginx.say_in_tls(request("GET /fedfleet/party", "dest-party-id: 40000"), f"exchange.{DOMAIN}")) == 403


def test_nginx_refuses_a_party_that_nobody_admitted_at_once(nginx: Door, party: Site) -> None:
    answer = nginx.say_in_tls(
        request("GET /fedfleet/party", "dest-party-id: 99999"), f"exchange.{DOMAIN}", party.credentials().coordination
    )
    assert status(answer) == 404


def test_nginx_refuses_a_request_for_nobody(nginx: Door, party: Site) -> None:
    answer = nginx.say_in_tls(request("GET /fedfleet/party"), f"exchange.{DOMAIN}", party.credentials().coordination)
    assert status(answer) >= 400


def test_nginx_opens_no_tunnel(nginx: Door, party: Site) -> None:
    answer = nginx.say_in_tls(
        request(f"CONNECT {INSIDE}:9380", "dest-party-id: 40000"), f"exchange.{DOMAIN}", party.credentials().coordination
    )
    assert status(answer) >= 400


def test_nginx_goes_nowhere_for_an_absolute_uri(nginx: Door, party: Site, partner: Site) -> None:
    before = asked(partner)
    line = f"GET http://{INSIDE}:9380/v2/server/fateflow"
    answer = nginx.say_in_tls(request(line), f"exchange.{DOMAIN}", party.credentials().coordination)
    assert (status(answer) >= 400, asked(partner)) == (True, before)


def test_a_partner_cannot_submit_jobs_in_a_partys_name(nginx: Door, party: Site) -> None:
    assert status(nginx.say_in_tls(SUBMIT, f"exchange.{DOMAIN}", party.credentials().coordination)) in {403, 404}


def test_a_partys_listener_answers_nobody_but_the_exchange(party: Site, partner: Site) -> None:
    door = partner.door("nginx-public", 9443)
    call = request("POST /v2/partner/job/start", "dest-party-id: 40000", "Content-Length: 0")
    assert status(door.say_in_tls(call, f"coordination-40000.{DOMAIN}", party.credentials().coordination)) == 403


def test_a_partys_broker_wants_a_certificate_of_the_federation(partner: Site) -> None:
    door = partner.door("pulsar-public-tls", 6651)
    with pytest.raises(ssl.SSLError, match="CERTIFICATE"):
        door.say_in_tls(b"\x00\x00\x00\x04", f"40000.{DOMAIN}")
