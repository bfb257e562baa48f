"""The sites of a deployed federation as tests look at them: their clusters, replicas, doors and keys."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fedfleet.exchange.settings import ExchangeSettings
from fedfleet.kube import Client, ObjectRef
from fedfleet.validation.credentials import Credentials, PartyCredentials, credentials_of
from support.cluster import eventually

DOMAIN = "fate.lab.internal"
FEDERATION = "lab"
EXCHANGE = "fate-exchange"
READY_SECONDS = 300
ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Door:
    """An address at which something listens."""

    address: str
    port: int

    def say(self, said: bytes) -> bytes:
        """Send bytes in clear text; return what comes back until the other side closes."""
        with socket.create_connection((self.address, self.port), ANSWER_SECONDS) as connection:
            connection.sendall(said)
            return _all_of(connection)

    def say_in_tls(self, said: bytes, server_name: str | None, credentials: Credentials | None = None) -> bytes:
        """Send bytes in TLS, whoever answers it; return what comes back.

        Raises:
            ssl.SSLError: TLS did not come about.
        """
        with self.tls(server_name, credentials) as connection:
            connection.sendall(said)
            return _all_of(connection)

    @contextmanager
    def tls(self, server_name: str | None, credentials: Credentials | None = None) -> Iterator[ssl.SSLSocket]:
        """A TLS connection, with a client's certificate if one is given."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if credentials is not None:
            with TemporaryDirectory() as folder:
                file = Path(folder) / "client.pem"
                file.touch(mode=0o600)
                file.write_text(credentials.certificate + credentials.key)
                context.load_cert_chain(file)
        with (
            socket.create_connection((self.address, self.port), ANSWER_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=server_name) as connection,
        ):
            yield connection


def _all_of(connection: socket.socket) -> bytes:
    found = b""
    while part := connection.recv(65536):
        found += part
    return found


@dataclass(frozen=True)
class Site:
    """A site's namespace."""

    client: Client
    namespace: str

    def pods(self, component: str) -> list[str]:
        """The names of a component's pods that are not going away."""
        found = self.client.list("Pod", self.namespace, {"app.kubernetes.io/name": component})
        return sorted(pod["metadata"]["name"] for pod in found if not pod["metadata"].get("deletionTimestamp"))

    def door(self, service: str, port: int) -> Door:
        """Where a Service's load balancer listens."""
        found = self.client.get("Service", service, self.namespace)
        assert found is not None, f"there is no Service {service} in {self.namespace}"
        return Door(found["status"]["loadBalancer"]["ingress"][0]["ip"], port)

    def scale(self, deployment: str, replicas: int) -> None:
        """Set a Deployment's replicas, and wait until it has as many."""
        self.client.patch("Deployment", deployment, self.namespace, {"spec": {"replicas": replicas}})
        if replicas:
            self.client.wait([ObjectRef("Deployment", self.namespace, deployment, "apps/v1")], READY_SECONDS)
        else:
            eventually(lambda: not self.pods(deployment), f"no pod of {deployment} is left", seconds=READY_SECONDS)

    def versions(self) -> dict[str, str]:
        """The version of every object that configures the site or runs in it."""
        kinds = ("ConfigMap", "Secret", "Service", "Deployment", "StatefulSet", "NetworkPolicy", "Pod", "PersistentVolumeClaim")
        found: dict[str, str] = {}
        for kind in kinds:
            for item in self.client.list(kind, self.namespace):
                found[f"{kind}/{item['metadata']['name']}"] = item["metadata"]["resourceVersion"]
        return found

    def credentials(self) -> PartyCredentials:
        """What the party shows at its two endpoints."""
        return credentials_of(self.client, self.namespace)


def exchange_settings() -> ExchangeSettings:
    """The lab's exchange, as the library knows it."""
    return ExchangeSettings(EXCHANGE, FEDERATION, DOMAIN)
