"""The Supervisor's login service, and the tokens that a kube-apiserver takes."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from fedfleet_lab.vcenter import Account
from support.vcenter import ADMINISTRATOR, EDITOR, NOBODY, RunningVCenter, refusal, running_vcenter

ALL = "/vcenter/namespaces/instances"
CA = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def login(vcenter: RunningVCenter, account: Account = ADMINISTRATOR, **body: str) -> dict[str, Any]:
    answer = vcenter.supervisor.post("/wcp/login", auth=(account.user, account.password), json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(decoded(token.split(".")[1]))
    return found


def namespace(vcenter: RunningVCenter, name: str) -> None:
    access = [{"subject_type": "GROUP", "subject": "Editors", "domain": "vsphere.local", "role": "EDIT"}]
    vcenter.do("POST", ALL, {"cluster": vcenter.cluster, "namespace": name, "access_list": access})
    vcenter.lab("PATCH", f"/namespaces/{name}", {"config_status": "RUNNING"})


def test_the_supervisor_answers_at_its_root(vcenter: RunningVCenter) -> None:
    answer = vcenter.supervisor.get("/")
    assert answer.status_code == 200
    assert "simulated" in answer.text


def test_a_login_gives_a_token_that_says_who_and_for_how_long(vcenter: RunningVCenter) -> None:
    said = claims(login(vcenter)["session_id"])
    assert said["sub"] == "sso:administrator@vsphere.local"
    assert said["iss"] == vcenter.simulator.issuer
    assert said["aud"] == "fedfleet-lab"
    assert said["groups"] == ["sso:Administrators@vsphere.local"]
    assert said["exp"] - said["iat"] == 10 * 3600
    assert abs(said["iat"] - time.time()) < 60


def test_a_wrong_password_gives_no_token(vcenter: RunningVCenter) -> None:
    assert refusal(vcenter.supervisor.post("/wcp/login", auth=(ADMINISTRATOR.user, "wrong"))) == (401, "UNAUTHENTICATED")


def test_the_tokens_signature_is_of_the_published_key(vcenter: RunningVCenter) -> None:
    token = login(vcenter)["session_id"]
    discovery = vcenter.supervisor.get("/.well-known/openid-configuration").json()
    assert discovery["issuer"] == vcenter.simulator.issuer
    (key,) = vcenter.supervisor.get(discovery["jwks_uri"]).json()["keys"]
    header, body, signature = token.split(".")
    assert json.loads(decoded(header))["kid"] == key["kid"]
    x, y = (int.from_bytes(decoded(key[axis])) for axis in "xy")
    raw = decoded(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    public.verify(der, f"{header}.{body}".encode(), ec.ECDSA(hashes.SHA256()))


def test_tokens_are_of_the_same_key_after_a_restart(own_vcenter: RunningVCenter) -> None:
    before = own_vcenter.supervisor.get("/openid/v1/jwks").json()
    own_vcenter.restart()
    assert own_vcenter.supervisor.get("/openid/v1/jwks").json() == before
    assert (own_vcenter.simulator.folder / "token-signing.key").stat().st_mode & 0o777 == 0o600


def test_a_workload_cluster_comes_with_its_address_and_authority(vcenter: RunningVCenter) -> None:
    namespace(vcenter, "guests")
    vcenter.lab("PUT", "/guest-clusters/guests/fl-a", {"server": "127.0.0.7", "ca": CA})
    found = login(vcenter, EDITOR, guest_cluster_name="fl-a", guest_cluster_namespace="guests")
    assert found["guest_cluster_server"] == "127.0.0.7"
    assert base64.b64decode(found["guest_cluster_ca"]).decode() == CA
    vcenter.lab("DELETE", "/guest-clusters/guests/fl-a")
    assert login(vcenter, EDITOR, guest_cluster_name="fl-a")["guest_cluster_server"] == ""


def test_a_cluster_of_other_peoples_namespace_is_not_there(vcenter: RunningVCenter) -> None:
    namespace(vcenter, "theirs")
    vcenter.lab("PUT", "/guest-clusters/theirs/fl-b", {"server": "127.0.0.8", "ca": CA})
    assert login(vcenter, NOBODY, guest_cluster_name="fl-b", guest_cluster_namespace="theirs")["guest_cluster_server"] == ""


def test_a_login_without_a_cluster_says_nothing_of_one(vcenter: RunningVCenter) -> None:
    assert set(login(vcenter)) == {"session_id"}


@pytest.mark.parametrize("by_token", [False, True])
def test_workloads_are_the_namespaces_that_one_may_use(vcenter: RunningVCenter, by_token: bool) -> None:
    namespace(vcenter, f"load-{int(by_token)}")
    if by_token:
        answer = vcenter.supervisor.get("/wcp/workloads", headers={"Authorization": f"Bearer {login(vcenter, EDITOR)['session_id']}"})
    else:
        answer = vcenter.supervisor.get("/wcp/workloads", auth=(EDITOR.user, EDITOR.password))
    assert f"load-{int(by_token)}" in [one["namespace"] for one in answer.json()]


def test_a_forged_token_is_refused(vcenter: RunningVCenter) -> None:
    header, body, signature = login(vcenter)["session_id"].split(".")
    forged = body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB")
    answer = vcenter.supervisor.get("/wcp/workloads", headers={"Authorization": f"Bearer {header}.{forged}.{signature}"})
    assert refusal(answer) == (401, "UNAUTHENTICATED")


def test_a_token_ends(tmp_path: Path) -> None:
    with running_vcenter(tmp_path, token_hours=0) as vcenter:
        token = login(vcenter)["session_id"]
        answer = vcenter.supervisor.get("/wcp/workloads", headers={"Authorization": f"Bearer {token}"})
    assert refusal(answer) == (401, "UNAUTHENTICATED")
