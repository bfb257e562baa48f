"""What the session sends, sends again, and never sends again."""

import base64
from pathlib import Path

import pytest

from fedfleet.vsphere import (
    CertificateError,
    Client,
    SettingsError,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
    transport,
)
from fedfleet.vsphere.transport import Transport, tls_context
from support.answering_server import Says, Told, certify

THING = "/api/thing"


def methods(told: Told) -> list[str]:
    return [f"{one.method} {one.path}" for one in told.asked]


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_FIRST_PAUSE", 0.001)


def test_a_session_is_opened_once_and_ended(told: Told, tmp_path: Path) -> None:
    told.say("GET", THING, Says(200, [1]))
    with Client.connect("127.0.0.1", "dev@vsphere.local", "secret", ca_file=tmp_path / "ca.pem", port=told.port) as client:
        assert client.rest.get("/thing") == [1]
    assert methods(told) == ["POST /api/session", f"GET {THING}", "DELETE /api/session"]
    basic = base64.b64encode(b"dev@vsphere.local:secret").decode()
    assert told.asked[0].headers["Authorization"] == f"Basic {basic}"
    assert [one.headers["vmware-api-session-id"] for one in told.asked[1:]] == ["a-session", "a-session"]
    assert "Authorization" not in told.asked[1].headers


def test_a_session_is_ended_after_an_error(told: Told, tmp_path: Path) -> None:
    def fail() -> None:
        with Client.connect("127.0.0.1", "dev", "secret", ca_file=tmp_path / "ca.pem", port=told.port):
            raise RuntimeError("in between")

    with pytest.raises(RuntimeError, match="in between"):
        fail()
    assert methods(told)[-1] == "DELETE /api/session"


def test_a_session_that_ran_out_is_opened_anew_once(told: Told, client: Client) -> None:
    told.say("POST", "/api/session", Says(201, "another"))
    told.say("POST", THING, Says(401), Says(204))
    client.rest.post("/thing", {"a": 1})
    assert methods(told) == ["POST /api/session", f"POST {THING}", "POST /api/session", f"POST {THING}"]
    assert [one.headers["vmware-api-session-id"] for one in told.requests()] == ["a-session", "another"]
    assert [one.body for one in told.requests()] == [{"a": 1}, {"a": 1}]


def test_a_second_401_is_an_error(told: Told, client: Client) -> None:
    told.say("GET", THING, Says(401, {"error_type": "UNAUTHENTICATED", "messages": []}))
    with pytest.raises(UnauthenticatedError):
        client.rest.get("/thing")
    assert len(told.requests()) == 2


def test_a_wrong_password_is_told_without_it(told: Told, tmp_path: Path) -> None:
    told.say("POST", "/api/session", Says(401))
    with pytest.raises(UnauthenticatedError) as caught:
        Client.connect("127.0.0.1", "dev@vsphere.local", "secret", ca_file=tmp_path / "ca.pem", port=told.port)
    assert "dev@vsphere.local" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_busy_server_is_asked_again(told: Told, client: Client) -> None:
    told.say("GET", THING, Says(503), Says(503), Says(200, "at last"))
    assert client.rest.get("/thing") == "at last"


def test_a_server_that_stays_busy_is_an_error(told: Told, client: Client) -> None:
    told.say("GET", THING, Says(503, {"error_type": "SERVICE_UNAVAILABLE", "messages": [{"id": "x", "default_message": "starting"}]}))
    with pytest.raises(UnavailableError, match="starting"):
        client.rest.get("/thing")
    assert len(told.requests()) == 5


@pytest.mark.parametrize("first", [Says(503), Says(hang_up=True)], ids=["busy", "broken off"])
def test_a_post_that_may_have_been_carried_out_is_never_sent_again(told: Told, client: Client, first: Says) -> None:
    told.say("POST", THING, first, Says(204))
    with pytest.raises((UnavailableError, UnreachableError)) as caught:
        client.rest.post("/thing", {})
    assert len(told.requests()) == 1
    assert getattr(caught.value, "perhaps_done", first.status == 503)


def test_a_question_by_post_is_asked_again(told: Told, client: Client) -> None:
    told.say("POST", THING, Says(hang_up=True), Says(200, []))
    assert client.rest.post("/thing", {}, repeatable=True) == []


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_what_may_be_repeated_is_when_the_conversation_breaks_off(told: Told, client: Client, method: str) -> None:
    told.say(method, THING, Says(hang_up=True), Says(204))
    client.rest.call(method, "/thing")
    assert len(told.requests()) == 2


def test_a_post_that_never_left_is_sent_again(tmp_path: Path) -> None:
    certify(tmp_path)
    pauses: list[float] = []
    # Nobody listens on port 1.
    nobody = Transport("127.0.0.1", 1, tls_context(tmp_path / "ca.pem"), pause=pauses.append)
    with pytest.raises(UnreachableError) as caught:
        nobody.send("POST", THING, body={})
    nobody.close()
    assert len(pauses) == 4
    assert not caught.value.perhaps_done


def test_a_certificate_of_another_authority_is_refused_also_on_loopback(told: Told, tmp_path: Path) -> None:
    certify(tmp_path / "other")
    with pytest.raises(CertificateError) as caught:
        Client.connect("127.0.0.1", "dev", "secret", ca_file=tmp_path / "other" / "ca.pem", port=told.port)
    assert "ca_file" in caught.value.next_step
    assert told.asked == []


def test_without_a_ca_the_systems_authorities_decide(told: Told) -> None:
    with pytest.raises(CertificateError):
        Client.connect("127.0.0.1", "dev", "secret", port=told.port)
    assert told.asked == []


def test_soap_verifies_on_loopback_too(told: Told, tmp_path: Path) -> None:
    """Left alone, pyvmomi does not."""
    certify(tmp_path / "other")
    with Client.connect("127.0.0.1", "dev", "secret", ca_file=tmp_path / "ca.pem", port=told.port) as client:
        client.soap.context = tls_context(tmp_path / "other" / "ca.pem")
        with pytest.raises(CertificateError):
            _ = client.soap.instance


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        tls_context(tmp_path / "ca.pem")
    assert str(tmp_path / "ca.pem") in str(caught.value)
