"""From kubeconfig files to how a cluster is reached, or to a sentence that says what is wrong with them."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.kube.errors import KubeconfigError
from fedfleet.kube.kubeconfig import load


def write(path: Path, **changes: Any) -> Path:
    content: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "site",
        "contexts": [
            {"name": "site", "context": {"cluster": "site", "user": "admin", "namespace": "fate"}},
            {"name": "other", "context": {"cluster": "site", "user": "robot"}},
        ],
        "clusters": [{"name": "site", "cluster": {"server": "https://api.example.org:6443/"}}],
        "users": [{"name": "admin", "user": {"token": "t"}}, {"name": "robot", "user": {"tokenFile": "token"}}],
    }
    path.write_text(yaml.safe_dump(content | {key.replace("_", "-"): value for key, value in changes.items()}))
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_the_current_context_is_taken(config: Path) -> None:
    access = load(write(config), None)
    assert (access.server, access.context, access.namespace, access.token) == ("https://api.example.org:6443", "site", "fate", "t")


def test_another_context_may_be_asked_for(config: Path) -> None:
    access = load(write(config), "other")
    assert (access.namespace, access.token_file) == ("default", config.parent / "token")


def test_an_unknown_context_is_told_with_those_there_are(config: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"no context 'prod'.*other, site"):
        load(write(config), "prod")


def test_without_a_choice_the_only_context_is_taken(config: Path) -> None:
    only = [{"name": "only", "context": {"cluster": "site", "user": "admin"}}]
    assert load(write(config, current_context="", contexts=only), None).context == "only"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=f"no kubeconfig.*{tmp_path}/absent"):
        load(tmp_path / "absent", None)


def test_a_file_that_is_not_yaml_is_named_without_its_content(config: Path) -> None:
    config.write_text("token: 'secret\nx: y")
    with pytest.raises(KubeconfigError, match=str(config)) as caught:
        load(config, None)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("text", "found"), [("", "nothing"), ("- a", "a list"), ("kind: Pod", "kind Pod")])
def test_another_file_is_recognised(config: Path, text: str, found: str) -> None:
    config.write_text(text)
    with pytest.raises(KubeconfigError, match=f"not a kubeconfig.*{found}"):
        load(config, None)


def test_a_context_whose_cluster_is_missing_is_told(config: Path) -> None:
    with pytest.raises(KubeconfigError, match="cluster that the kubeconfig does not have"):
        load(write(config, clusters=[]), None)


def test_a_context_whose_user_is_missing_is_told(config: Path) -> None:
    with pytest.raises(KubeconfigError, match="user that the kubeconfig does not have"):
        load(write(config, users=[]), None)


def test_a_cluster_without_address_is_told(config: Path) -> None:
    with pytest.raises(KubeconfigError, match="no API address"):
        load(write(config, clusters=[{"name": "site", "cluster": {}}]), None)


def test_files_of_the_environment_are_merged_and_the_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path / "first", contexts=[{"name": "site", "context": {"cluster": "site", "user": "admin"}}], users=[])
    second = write(tmp_path / "second", clusters=[{"name": "site", "cluster": {"server": "https://second.example.org"}}])
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path}/absent:{second}")
    access = load(None, None)
    assert (access.server, access.token, access.namespace) == ("https://api.example.org:6443", "t", "default")


def test_relative_files_are_beside_their_kubeconfig(config: Path) -> None:
    (config.parent / "ca.pem").write_bytes(b"PEM")
    cluster = {"server": "https://a", "certificate-authority": "ca.pem"}
    assert load(write(config, clusters=[{"name": "site", "cluster": cluster}]), None).ca == b"PEM"


def test_embedded_material_wins_over_files(config: Path) -> None:
    cluster = {"server": "https://a", "certificate-authority": "absent", "certificate-authority-data": base64.b64encode(b"PEM").decode()}
    assert load(write(config, clusters=[{"name": "site", "cluster": cluster}]), None).ca == b"PEM"


def test_a_missing_certificate_file_is_named(config: Path) -> None:
    user = {"client-certificate": "cert.pem"}
    with pytest.raises(KubeconfigError, match=r"client-certificate.*cert\.pem"):
        load(write(config, users=[{"name": "admin", "user": user}]), None)


def test_material_that_is_not_base64_is_told(config: Path) -> None:
    cluster = {"server": "https://a", "certificate-authority-data": "***"}
    with pytest.raises(KubeconfigError, match="not base64"):
        load(write(config, clusters=[{"name": "site", "cluster": cluster}]), None)


def test_proxy_name_and_trust_are_read(config: Path) -> None:
    cluster = {"server": "https://a", "proxy-url": "http://p:3128", "tls-server-name": "b", "insecure-skip-tls-verify": True}
    access = load(write(config, clusters=[{"name": "site", "cluster": cluster}]), None)
    assert (access.proxy, access.server_name, access.verify) == ("http://p:3128", "b", False)


def test_a_plugin_of_the_user_is_kept_for_later(config: Path) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "login"}}
    assert load(write(config, users=[{"name": "admin", "user": user}]), None).plugin == user


def test_no_secret_is_in_what_is_printed(config: Path) -> None:
    user = {"token": "hunter2", "username": "u", "password": "hunter2"}
    assert "hunter2" not in repr(load(write(config, users=[{"name": "admin", "user": user}]), None))
