"""Who we are to an API: tokens, files that hold them, and plugins that give them."""

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedfleet.kube.credentials import Credentials
from fedfleet.kube.errors import KubeconfigError
from fedfleet.kube.kubeconfig import Access


def access(**fields: object) -> Access:
    return Access(server="https://a", context="c", source="f", **fields)  # type: ignore[arg-type]


def plugin(folder: Path, answer: object, *, code: int = 0) -> dict[str, object]:
    """A credential plugin that gives that answer and counts its calls in the file ``calls``."""
    program = folder / "plugin"
    program.write_text(f"#!/bin/sh\necho >> {folder}/calls\ncat <<'E'\n{json.dumps(answer)}\nE\nexit {code}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program)}}


def credential(**status: str) -> dict[str, object]:
    return {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}


def calls(folder: Path) -> int:
    return len((folder / "calls").read_text().splitlines())


def test_a_token_is_a_bearer_token() -> None:
    assert Credentials(access(token="t")).header() == {"Authorization": "Bearer t"}


def test_a_certificate_needs_no_header() -> None:
    assert Credentials(access(certificate=b"PEM", key=b"PEM")).header() == {}


def test_user_and_password_are_sent_as_basic() -> None:
    assert Credentials(access(basic=("u", "p"))).header() == {"Authorization": f"Basic {base64.b64encode(b'u:p').decode()}"}


def test_a_token_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t\n")
    assert Credentials(access(token_file=tmp_path / "token")).header() == {"Authorization": "Bearer t"}


def test_a_missing_token_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=f"{tmp_path}/token"):
        Credentials(access(token_file=tmp_path / "token")).header()


def test_a_plugin_gives_a_token_and_is_not_asked_again(tmp_path: Path) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    credentials = Credentials(access(plugin=plugin(tmp_path, credential(token="t", expirationTimestamp=later))))
    assert [credentials.header(), credentials.header()] == [{"Authorization": "Bearer t"}] * 2
    assert calls(tmp_path) == 1


def test_a_plugin_is_asked_again_when_its_token_runs_out(tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    credentials = Credentials(access(plugin=plugin(tmp_path, credential(token="t", expirationTimestamp=soon))))
    credentials.header()
    assert calls(tmp_path) == 2


def test_a_plugin_beside_its_kubeconfig_is_found(tmp_path: Path) -> None:
    beside = plugin(tmp_path, credential(token="t"))
    beside["exec"] = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin"}
    assert Credentials(access(plugin=beside, folder=tmp_path)).header() == {"Authorization": "Bearer t"}


def test_a_token_of_an_identity_provider_is_taken_while_it_lasts() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 4102444800}).encode()).decode().rstrip("=")
    oidc = {"auth-provider": {"name": "oidc", "config": {"id-token": f"e30.{claims}.x"}}}
    assert Credentials(access(plugin=oidc)).header() == {"Authorization": f"Bearer e30.{claims}.x"}


def test_a_plugin_may_give_a_certificate(tmp_path: Path) -> None:
    credentials = Credentials(access(plugin=plugin(tmp_path, credential(clientCertificateData="CERT", clientKeyData="KEY"))))
    assert (credentials.certificate, credentials.key) == (b"CERT", b"KEY")


def test_a_plugin_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=f"{tmp_path}/plugin.*did not give credentials"):
        Credentials(access(plugin=plugin(tmp_path, {}, code=3)))


def test_a_plugin_that_gives_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="neither a token nor a certificate"):
        Credentials(access(plugin=plugin(tmp_path, credential())))
