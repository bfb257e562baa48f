"""Who gets in, who stays, and who may do what."""

from pathlib import Path

import httpx
import pytest

from support.cluster import eventually
from support.vcenter import ADMINISTRATOR, EDITOR, NOBODY, READER, RunningVCenter, refusal, running_vcenter, said


@pytest.mark.parametrize("user", [ADMINISTRATOR.name, ADMINISTRATOR.user])
def test_names_log_in_with_and_without_their_domain(vcenter: RunningVCenter, user: str) -> None:
    answer = vcenter.http.post("/api/session", auth=(user, ADMINISTRATOR.password))
    assert answer.status_code == 201
    assert isinstance(answer.json(), str)


@pytest.mark.parametrize("auth", [(ADMINISTRATOR.user, "wrong"), ("stranger", ADMINISTRATOR.password), ("", "")])
def test_wrong_credentials_open_no_session(vcenter: RunningVCenter, auth: tuple[str, str]) -> None:
    answer = vcenter.http.post("/api/session", auth=auth)
    assert refusal(answer) == (401, "UNAUTHENTICATED")
    assert "simulated" in said(answer)


def test_without_a_session_nothing_is_told(vcenter: RunningVCenter) -> None:
    answer = vcenter.http.get("/api/vcenter/namespaces/instances")
    assert refusal(answer) == (401, "UNAUTHENTICATED")
    assert answer.json()["messages"][0]["id"] == "com.vmware.vapi.endpoint.method.authentication.required"


def test_a_session_says_whose_it_is_until_it_is_closed(vcenter: RunningVCenter) -> None:
    headers = {"vmware-api-session-id": vcenter.http.post("/api/session", auth=(READER.user, READER.password)).json()}
    assert vcenter.http.get("/api/session", headers=headers).json()["user"] == READER.user
    assert vcenter.http.delete("/api/session", headers=headers).status_code == 204
    assert refusal(vcenter.http.get("/api/session", headers=headers)) == (401, "UNAUTHENTICATED")


def test_a_session_that_nobody_uses_ends(tmp_path: Path) -> None:
    with running_vcenter(tmp_path, session_minutes=0) as vcenter:
        answer = vcenter.call("GET", "/session")
    assert refusal(answer) == (401, "UNAUTHENTICATED")


def test_a_missing_privilege_is_named(vcenter: RunningVCenter) -> None:
    body = {"cluster": vcenter.cluster, "namespace": "not-for-readers"}
    answer = vcenter.call("POST", "/vcenter/namespaces/instances", body, by=READER)
    assert refusal(answer) == (403, "UNAUTHORIZED")
    assert "Namespaces.Configure" in said(answer)


def test_a_privilege_is_enough_without_being_an_administrator(vcenter: RunningVCenter) -> None:
    body = {"cluster": vcenter.cluster, "namespace": "by-an-editor"}
    assert vcenter.call("POST", "/vcenter/namespaces/instances", body, by=EDITOR).status_code == 204


def test_who_may_read_nothing_sees_empty_lists(vcenter: RunningVCenter) -> None:
    assert vcenter.get("/vcenter/namespaces/instances", by=NOBODY) == []
    assert vcenter.get("/vcenter/cluster", by=NOBODY) == []


def test_an_unknown_path_is_named(vcenter: RunningVCenter) -> None:
    answer = vcenter.call("GET", "/vcenter/no-such-thing")
    assert refusal(answer) == (404, "NOT_FOUND")
    assert answer.json()["messages"][0]["id"] == "com.vmware.vapi.rest.httpNotFound"


def test_the_labs_doors_want_the_labs_token(vcenter: RunningVCenter) -> None:
    session = {"vmware-api-session-id": vcenter.session()}
    assert refusal(vcenter.http.get("/lab/state", headers=session)) == (401, "UNAUTHENTICATED")


def test_strangers_certificates_are_not_trusted(vcenter: RunningVCenter) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{vcenter.simulator.url}/api/session", trust_env=False)


def test_passwords_are_never_logged(vcenter: RunningVCenter) -> None:
    vcenter.http.post("/api/session", auth=("stranger", "guessed-password"))
    log = vcenter.daemons.log("vcenter")
    eventually(lambda: "stranger" in log.read_text(), "the refused login is in the log")
    assert "guessed-password" not in log.read_text()
    assert ADMINISTRATOR.password not in log.read_text()
