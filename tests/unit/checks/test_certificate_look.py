"""Certificates as they are stored in Secrets, and as a server on this machine shows them."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fedfleet.checks.certificate_look import CertificateSeen, exchange_certificates, party_certificates
from fedfleet.federation.names import exchange_name, server_name
from fedfleet.kube import TunnelError
from fedfleet.pki.certificates import SERVER_AND_CLIENT, signed
from fedfleet.pki.keys import key_pem
from support.parties import DOMAIN, NOW, authority, key

NAME = server_name("coordination", "30000", DOMAIN)
CA = authority().pem


def issued(number: int = 30000, name: str = NAME) -> str:
    return signed(authority().certificate, authority().key, name, key(number).public_key(), NOW, SERVER_AND_CLIENT)


def coordination(certificate: str, number: int = 30000) -> dict[str, str]:
    return {"tls.crt": certificate, "tls.key": key_pem(key(number)), "ca.crt": CA}


class Cluster:
    """A client that has Secrets, and leads tunnels to a port of this machine."""

    def __init__(self, port: int = 0, **secrets: dict[str, str]) -> None:
        self._port = port
        self._secrets = {name.replace("_", "-"): texts for name, texts in secrets.items()}

    def get(self, _kind: str, name: str, namespace: str, **_: Any) -> dict[str, Any] | None:
        if name not in self._secrets:
            return None
        data = {key: base64.b64encode(text.encode()).decode() for key, text in self._secrets[name].items()}
        return {"kind": "Secret", "metadata": {"name": name, "namespace": namespace, "resourceVersion": "1"}, "data": data}

    @contextmanager
    def tunnel(self, *_: object) -> Iterator[Any]:
        if not self._port:
            raise TunnelError("No pod behind it is ready")
        yield SimpleNamespace(host="127.0.0.1", port=self._port)


def seen(cluster: Cluster) -> CertificateSeen:
    (found,) = [each for each in party_certificates(cluster, "fate-30000", "30000", DOMAIN, NOW) if each.name == "coordination"]  # type: ignore[arg-type]
    return found


@contextmanager
def showing(certificate: str, directory: Path) -> Iterator[int]:
    """A server with a certificate; yields its port."""
    file = directory / "server.pem"
    file.write_text(certificate + key_pem(key(30000)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with context.wrap_socket(self.request, server_side=True) as peer:
                peer.recv(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_good_certificate_has_no_faults_and_says_when_it_ends() -> None:
    found = seen(Cluster(nginx_cert=coordination(issued())))
    assert (found.faults, found.facts and found.facts.days_left(NOW)) == ((), 397)
    assert found.shown is None


def test_a_certificate_for_another_key_is_at_fault() -> None:
    assert seen(Cluster(nginx_cert=coordination(issued(), number=40000))).faults == ("it is for another key than the one it must be for",)


def test_a_certificate_for_another_name_is_at_fault() -> None:
    assert "expected the one name" in seen(Cluster(nginx_cert=coordination(issued(name="other.fate.test.internal")))).faults[0]


@pytest.mark.parametrize("texts", [{}, {"tls.crt": "no certificate"}])
def test_what_cannot_be_read_is_at_fault(texts: dict[str, str]) -> None:
    assert seen(Cluster(nginx_cert=texts)).faults == ("there is none that can be read",)


def test_the_stored_certificate_is_shown(tmp_path: Path) -> None:
    certificate = issued()
    with showing(certificate, tmp_path) as port:
        assert seen(Cluster(port, nginx_cert=coordination(certificate))).shown == ""


def test_another_certificate_is_shown(tmp_path: Path) -> None:
    with showing(issued(), tmp_path) as port:
        assert "one of cancer-study FedFleet CA that ends on" in (seen(Cluster(port, nginx_cert=coordination(issued()))).shown or "")


def test_an_exchange_has_the_authority_and_two_more() -> None:
    nginx = coordination(issued(name=exchange_name(DOMAIN)))
    cluster = Cluster(nginx_cert=nginx, fedfleet_ca={"ca.crt": CA})
    found = exchange_certificates(cluster, "fate-exchange", DOMAIN, NOW)  # type: ignore[arg-type]
    assert [(each.name, each.is_authority, bool(each.faults)) for each in found] == [
        ("federation's CA", True, False),
        ("coordination", False, False),
        ("probe", False, True),
    ]


def test_a_broker_that_the_site_has_already_is_asked_at_its_public_address(tmp_path: Path) -> None:
    name = server_name("broker", "30000", DOMAIN)
    stored, before = issued(name=name), issued(name=name)
    secret = {"broker.cert.pem": stored, "broker.key-pk8.pem": key_pem(key(30000)), "ca.cert.pem": CA}

    def shown(door: tuple[str, int]) -> str | None:
        cluster: Any = Cluster(pulsar_cert=secret)
        (found,) = [each for each in party_certificates(cluster, "fate-30000", "30000", DOMAIN, NOW, door) if each.name == "broker"]
        return found.shown

    with showing(before, tmp_path) as port:
        assert "ends on" in str(shown(("127.0.0.1", port)))
    with showing(stored, tmp_path) as port:
        assert shown(("127.0.0.1", port)) == ""
    assert shown(("127.0.0.1", 1)) is None
