"""Logins to a Supervisor give tokens that stay in memory."""

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedfleet.kube import kubeconfig
from fedfleet.vsphere import AnswerError, NotFoundError, SettingsError, UnauthenticatedError
from fedfleet.vsphere.kubeconfigs import of_login, write
from fedfleet.vsphere.login import Login, expiry, login, login_to_cluster, pem_of
from support.answering_server import Says, Told

ENDS = datetime(2026, 11, 27, 12, tzinfo=UTC)
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def jwt(ends: datetime = ENDS) -> str:
    def part(claims: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256'})}.{part({'exp': int(ends.timestamp())})}.signature"


def test_a_login_gives_the_token_and_when_it_ends(told: Told, tmp_path: Path) -> None:
    told.say("POST", "/wcp/login", Says(200, {"session_id": jwt()}))
    found = login("127.0.0.1", "dev@vsphere.local", "secret", ca_file=tmp_path / "ca.pem", port=told.port)
    assert (found.server, found.token, found.expires) == ("https://127.0.0.1:6443", jwt(), ENDS)
    assert found.seconds_left(ENDS - timedelta(hours=10)) == 36000
    assert found.ca_pem == (tmp_path / "ca.pem").read_text(encoding="utf-8")
    assert told.asked[0].body == {}
    assert jwt() not in repr(found)


def test_a_workload_cluster_is_logged_in_to_by_its_name(told: Told, tmp_path: Path) -> None:
    answer = {"session_id": "opaque", "guest_cluster_server": "10.0.0.9", "guest_cluster_ca": base64.b64encode(PEM.encode()).decode()}
    told.say("POST", "/wcp/login", Says(200, answer))
    found = login_to_cluster("127.0.0.1", "dev", "secret", "fl-a", "fl-site-a", ca_file=tmp_path / "ca.pem", port=told.port)
    assert told.asked[0].body == {"guest_cluster_name": "fl-a", "guest_cluster_namespace": "fl-site-a"}
    assert (found.server, found.ca_pem, found.expires) == ("https://10.0.0.9:6443", PEM, None)


def test_no_server_in_the_answer_means_that_there_is_no_such_cluster(told: Told, tmp_path: Path) -> None:
    told.say("POST", "/wcp/login", Says(200, {"session_id": "opaque", "guest_cluster_server": ""}))
    with pytest.raises(NotFoundError, match="fl-a"):
        login_to_cluster("127.0.0.1", "dev", "secret", "fl-a", "fl-site-a", ca_file=tmp_path / "ca.pem", port=told.port)


def test_a_wrong_password_is_told_without_it(told: Told, tmp_path: Path) -> None:
    told.say("POST", "/wcp/login", Says(401))
    with pytest.raises(UnauthenticatedError) as caught:
        login("127.0.0.1", "dev", "secret", ca_file=tmp_path / "ca.pem", port=told.port)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.e30.c", ""])
def test_a_token_that_does_not_say_has_no_end(token: str) -> None:
    assert expiry(token) is None


def test_a_ca_may_be_in_base64() -> None:
    assert pem_of(PEM) == pem_of(base64.b64encode(PEM.encode()).decode()) == PEM
    assert pem_of("") is None
    with pytest.raises(AnswerError):
        pem_of("neither")


def test_a_kubeconfig_is_complete_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "supervisor.kubeconfig"
    write(path, of_login(Login("https://10.0.0.8:6443", "dev@vsphere.local", "the-token", None, PEM), "fl-site-a"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    access = kubeconfig.load(path, None)
    assert (access.server, access.token, access.ca, access.namespace) == ("https://10.0.0.8:6443", "the-token", PEM.encode(), "fl-site-a")
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        write(tmp_path / "nowhere" / "kubeconfig", "text")
