"""Why a cluster cannot be reached or does not let us in is told as what it is."""

import base64
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fedfleet.kube import CertificateError, Client, KubeconfigError, UnauthorizedError, UnreachableError
from support.kube import SHELL, changed_kubeconfig, container, guest_token, pod, ref
from support.lab import RunningLab
from support.proxy import connect_proxy

Config = Callable[..., Path]


@pytest.fixture
def config(lab: RunningLab, tmp_path: Path) -> Config:
    """Writes copies of the lab's kubeconfig with other cluster settings, or another user."""

    def write(user: dict[str, Any] | None = None, **cluster: Any) -> Path:
        return changed_kubeconfig(lab.kubeconfig, tmp_path / "config", user, **cluster)

    return write


@pytest.fixture
def token(client: Client, namespace: str) -> str:
    """The token of a service account that may do nothing."""
    return guest_token(client, namespace)


def foreign_authority() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "another authority")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.PEM)).decode()


def test_the_cluster_is_reached_and_tells_its_version(client: Client) -> None:
    assert client.version().startswith("v1.")


def test_an_unknown_context_is_told_with_those_there_are(lab: RunningLab) -> None:
    with pytest.raises(KubeconfigError, match="one of its contexts"):
        Client.connect(lab.kubeconfig, "production")


def test_an_address_where_nobody_listens_is_told(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UnreachableError, match=f"cannot be reached.*127.0.0.1:{port}"):
        Client.connect(config(server=f"https://127.0.0.1:{port}"))


def test_a_name_that_does_not_resolve_is_told(config: Config) -> None:
    with pytest.raises(UnreachableError, match="does not resolve"):
        Client.connect(config(server="https://api.invalid:6443"))


def test_an_api_of_another_authority_is_not_trusted(config: Config) -> None:
    with pytest.raises(CertificateError, match="cannot be trusted"):
        Client.connect(config(certificate_authority_data=foreign_authority()))


def test_a_certificate_for_another_name_is_told(config: Config) -> None:
    with pytest.raises(CertificateError, match="for another name"):
        Client.connect(config(tls_server_name="api.example.org"))


def test_a_proxy_that_is_not_there_is_told(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UnreachableError, match="proxy"):
        Client.connect(config(proxy_url=f"http://127.0.0.1:{port}"))


def test_requests_and_streams_go_through_the_proxy_of_the_kubeconfig(config: Config, namespace: str, images: RunningLab) -> None:
    del images
    sleeper = pod("p", namespace, container(SHELL, command=["sleep", "600"]))
    with connect_proxy() as proxy, Client.connect(config(proxy_url=proxy.url)) as client:
        client.apply([sleeper])
        client.wait([ref(sleeper)], 60)
        asked = len(proxy.asked)
        assert client.exec("p", namespace, ["echo", "hello"]).stdout == b"hello\n"
        assert len(proxy.asked) > asked > 0
        assert {target.rpartition(":")[2] for target in proxy.asked} == {"6443"}


def test_someone_unknown_is_told_so(config: Config) -> None:
    with pytest.raises(UnauthorizedError, match="does not accept our credentials"):
        Client.connect(config(user={"token": "nobody"}))


def test_what_one_may_do_can_be_asked_before(client: Client, config: Config, token: str, namespace: str) -> None:
    assert client.can("create", "pods/exec", namespace)
    with Client.connect(config(user={"token": token})) as guest:
        assert not guest.can("create", "pods/exec", namespace)
        assert not guest.can("list", "nodes")


def test_a_set_is_applied_by_one_who_may_not_list(client: Client, config: Config, token: str, namespace: str) -> None:
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create", "patch"]}]
    place = {"name": "guest", "namespace": namespace}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": place, "rules": rules}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": place,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "guest"},
        "subjects": [{"kind": "ServiceAccount"} | place],
    }
    client.apply([role, binding])
    objects = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{n}", "namespace": namespace}} for n in range(4)]
    with Client.connect(config(user={"token": token})) as guest:
        assert guest.apply(objects).counts == {"created": 4}
        assert guest.apply(objects).counts == {"unchanged": 4}
