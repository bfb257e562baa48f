"""The exchange is no proxy: what it has no route for ends without a byte to any back end."""

import contextlib
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator

import pytest

from fedfleet.exchange.questions import Credentials
from fedfleet.probe import Answer, Question, ask
from fedfleet.registration.secrets import read_keys
from support.trial import DOMAIN, TrialExchange, TrialParty

# Neither a time-out nor a loop: both servers wait far longer for a back end.
AT_ONCE_SECONDS = 5


@pytest.fixture(scope="module")
def parties(deployed: tuple[TrialExchange, TrialParty, TrialParty]) -> tuple[TrialExchange, TrialParty, TrialParty]:
    """Both parties admitted."""
    exchange, hospital, bank = deployed
    outcome = exchange.admit(hospital.card(), bank.card())
    hospital.take_up(outcome.admissions["30000"])
    bank.take_up(outcome.admissions["40000"])
    return deployed


@pytest.fixture(scope="module")
def exchange(parties: tuple[TrialExchange, TrialParty, TrialParty]) -> TrialExchange:
    return parties[0]


@pytest.fixture
def untouched(parties: tuple[TrialExchange, TrialParty, TrialParty]) -> Iterator[None]:
    """No connection has reached any party in the meantime, but for the question itself."""
    before = [party.connections() for party in parties[1:]]
    yield
    assert [party.connections() for party in parties[1:]] == [count + 1 for count in before]


def _said(exchange: TrialExchange, endpoint: str, line: str, credentials: Credentials | None = None) -> bytes:
    """What comes back for a request line as it is, over TLS where there are credentials."""
    found = exchange.endpoint("broker" if endpoint == "broker" else "coordination")
    with socket.create_connection((found.address, found.port), 5) as plain, contextlib.ExitStack() as stack:
        connection: socket.socket = plain
        if credentials is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cadata=credentials.authority)
            with _pem(credentials) as path:
                context.load_cert_chain(path)
            connection = stack.enter_context(context.wrap_socket(plain, server_hostname=found.server_name))
        with contextlib.suppress(OSError):
            connection.sendall(f"{line} HTTP/1.1\r\nHost: 30000.{DOMAIN}\r\ndest-party-id: 30000\r\n\r\n".encode())
            return connection.recv(4096)
    return b""


@contextlib.contextmanager
def _pem(credentials: Credentials) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(credentials.certificate + credentials.key)
        file.flush()
        yield file.name


def _tls(exchange: TrialExchange, name: str) -> Answer:
    found = exchange.endpoint("broker")
    return ask(Question("tls", found.address, found.port, server_name=name))


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", ["50000", "x.30000", "coordination-30000", "proxy", "exchange", "0"])
def test_a_server_name_without_a_route_ends_with_an_alert(exchange: TrialExchange, name: str) -> None:
    answer = _tls(exchange, f"{name}.{DOMAIN}")
    assert (answer.ok, answer.fault) == (False, "alert")
    assert answer.seconds < AT_ONCE_SECONDS


@pytest.mark.usefixtures("untouched")
def test_no_server_name_ends_with_an_alert(exchange: TrialExchange) -> None:
    # An address is sent as no server name at all (RFC 6066).
    assert _tls(exchange, exchange.endpoint("broker").address).fault == "alert"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "line", ["CONNECT 30000.fate.trial.internal:6651", "GET http://30000.fate.trial.internal:6651/", "GET /", "PURGE *"]
)
def test_traffic_server_speaks_nothing_but_tls(exchange: TrialExchange, line: str) -> None:
    assert b" 200 " not in _said(exchange, "broker", line)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "line",
    ["CONNECT 198.51.100.1:443", "GET http://198.51.100.1/", "GET https://40000.fate.trial.internal:9443/fedfleet/party", "OPTIONS *"],
)
def test_nginx_takes_paths_only(exchange: TrialExchange, parties: tuple[TrialExchange, TrialParty, TrialParty], line: str) -> None:
    said = _said(exchange, "coordination", line, parties[2].credentials("coordination"))
    assert said.split(b" ")[1] in (b"400", b"405")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("to", ["50000", "0", "30000 x", "30000,40000", "../40000", "", "@party_30000"])
def test_a_party_nobody_admitted_gives_a_clean_answer_at_once(
    exchange: TrialExchange, parties: tuple[TrialExchange, TrialParty, TrialParty], to: str
) -> None:
    answer = ask(exchange.question("/v2/partner/job/create", to, parties[2].credentials("coordination"), status=404))
    assert answer.ok, answer
    assert '"code": 404' in answer.body
    assert answer.seconds < AT_ONCE_SECONDS


def _nobody(parties: tuple[TrialExchange, TrialParty, TrialParty]) -> Credentials:
    del parties
    return Credentials("", "", "")


def _broker(parties: tuple[TrialExchange, TrialParty, TrialParty]) -> Credentials:
    return parties[2].credentials("broker")


def _self_signed(parties: tuple[TrialExchange, TrialParty, TrialParty]) -> Credentials:
    own = read_keys(parties[2].client, parties[2].namespace)["coordination"]
    return Credentials(own.self_signed, own.stored.texts["tls.key"], own.authority)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("who", [_nobody, _broker, _self_signed])
def test_nobody_sends_without_an_admitted_party_s_certificate(
    exchange: TrialExchange,
    parties: tuple[TrialExchange, TrialParty, TrialParty],
    who: Callable[[tuple[TrialExchange, TrialParty, TrialParty]], Credentials],
) -> None:
    answer = ask(exchange.question("/fedfleet/party", "30000", who(parties), status=403))
    assert answer.ok, answer


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/fedfleet/party"), ("GET", "/v2/partner/job/create"), ("GET", "/fedfleet/party/../x")]
)
def test_the_probe_asks_and_does_nothing_else(exchange: TrialExchange, method: str, path: str) -> None:
    answer = ask(exchange.question(path, "30000", exchange.probe(), method=method, status=403))
    assert answer.ok, answer


def test_a_party_s_request_arrives_as_it_was_sent_and_says_from_whom(
    exchange: TrialExchange, parties: tuple[TrialExchange, TrialParty, TrialParty]
) -> None:
    question = exchange.question("/v2/partner/job/create?a=1%2F2", "30000", parties[2].credentials("coordination"), method="POST")
    answer = ask(question)
    assert answer.body == '{"uri": "/v2/partner/job/create?a=1%2F2", "method": "POST", "sender": "40000", "to": "30000"}'
