"""What is done to an exchange's routes and certificate, and that undoing it leaves them good."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import certificates, routes
from fedfleet.drills.certificates import age_certificate, certificate_lasts, renew_certificate
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.routes import push_broken_routes, reload_refused
from fedfleet.drills.scene import Scene
from fedfleet.exchange.authority import ensure_own_certificates
from fedfleet.exchange.replicas import RefusedConfigurationError, Replica, ReplicaError
from fedfleet.kube import ExecResult, whole
from support.drilled import site
from support.objects import Objects

NAMESPACE = "fate-exchange"
BROKEN = "broken"
SERVED = {"nginx-config": {"nginx.conf": "server {}"}, "traffic-server-sni": {"sni.yaml": "sni: []", "table.json": "{}"}}


class Exchange(Objects):
    """An exchange whose pods have broken files before them.

    Attributes:
        log: of every container.
    """

    log = ""

    def exec(self, _pod: str, namespace: str, command: list[str], container: str) -> ExecResult:
        assert (namespace, command[:2], container in {"nginx", "ats"}) == (NAMESPACE, ["sh", "-c"], True)
        return ExecResult(0, BROKEN.encode(), b"")

    def logs(self, _pod: str, namespace: str, container: str, tail: int) -> str:
        assert (namespace, container, tail > 0) == (NAMESPACE, "ats", True)
        return self.log


@pytest.fixture
def cluster() -> Exchange:
    objects = Exchange()
    for name, data in SERVED.items():
        objects.create({"kind": "ConfigMap", "metadata": {"name": name, "namespace": NAMESPACE}, "data": dict(data)})
    return objects


@pytest.fixture
def scene(cluster: Exchange, tmp_path: Path) -> Scene:
    exchange = site(tmp_path, name="exchange", kind="exchange", party_id=None, namespace=NAMESPACE)
    return Scene(exchange, _clients={"exchange": cluster})  # type: ignore[dict-item]


REPLICAS = [
    Replica("nginx-1", "nginx", "header", 9443, "nginx.conf", "server {}"),
    Replica("ats-1", "ats", "sni", 443, "sni.yaml", "sni: []"),
]


def stored(cluster: Exchange) -> dict[str, Any]:
    return {name: (cluster.get("ConfigMap", name, NAMESPACE) or {})["data"] for name in SERVED}


def test_a_broken_table_stands_behind_the_stored_one(cluster: Exchange, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_replicas", lambda _scene: REPLICAS)
    monkeypatch.setattr(routes, "_is_broken", lambda _scene, _replica: True)
    assert push_broken_routes(scene) == {"replicas": ["nginx-1", "ats-1"]}
    now = stored(cluster)
    assert now["nginx-config"]["nginx.conf"].startswith("server {}\n} {")
    assert now["traffic-server-sni"]["sni.yaml"].startswith("sni: []\n} {")
    assert now["traffic-server-sni"]["table.json"] == "{}"


def test_files_that_do_not_reach_a_replica_are_reported(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_replicas", lambda _scene: REPLICAS)
    monkeypatch.setattr(routes, "_is_broken", lambda _scene, replica: replica.pod == "ats-1")
    monkeypatch.setattr(routes, "_MOUNTED_SECONDS", 0)
    with pytest.raises(NoFaultError, match=r"did not reach every replica\. Found: nginx-1"):
        push_broken_routes(scene)


LOADED, NOT_LOADED = "[12:00] NOTE: sni.yaml finished loading\n", "[12:01] ERROR: sni.yaml failed to load\n"


@pytest.mark.parametrize(
    ("log", "reloaded", "nginx_takes_it", "taken"),
    [
        (LOADED + NOT_LOADED, (), False, ""),
        ("", (), False, "ats-1"),
        (LOADED, (), False, "ats-1"),
        (NOT_LOADED + LOADED, (), False, "ats-1"),
        (LOADED + NOT_LOADED, (), True, "nginx-1"),
        (LOADED + NOT_LOADED, ("nginx-1", "ats-1"), False, "nginx-1, ats-1"),
    ],
)
def test_replicas_refuse_what_is_broken_when_they_are_told_to_read_it(
    cluster: Exchange, scene: Scene, monkeypatch: pytest.MonkeyPatch, log: str, reloaded: tuple[str, ...], nginx_takes_it: bool, taken: str
) -> None:
    told = []

    def reload(_client: object, _namespace: str, replica: Replica, _wait: float) -> None:
        if replica.content != BROKEN:
            if replica.pod not in reloaded:
                raise ReplicaError("the changed ConfigMap did not reach the pod")
            return
        told.append(replica.pod)
        if replica.kind == "header" and not nginx_takes_it:
            raise RefusedConfigurationError("the new configuration was refused", found="unexpected }\nin nginx.conf")

    cluster.log = log
    monkeypatch.setattr(routes, "_replicas", lambda _scene: REPLICAS)
    monkeypatch.setattr(routes, "reload_replica", reload)
    monkeypatch.setattr(routes, "_READ_SECONDS", 0)
    found = reload_refused(scene)
    assert (found.holds, told) == (not taken, [each.pod for each in REPLICAS if each.pod not in reloaded])
    assert found.detail == (f"took them: {taken}" if taken else "nginx-1: unexpected } in nginx.conf; ats-1: sni.yaml failed to load")


def test_a_replica_that_cannot_be_told_has_refused_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def reload(*_arguments: object) -> None:
        raise ReplicaError("its reload failed")

    monkeypatch.setattr(routes, "_replicas", lambda _scene: REPLICAS)
    monkeypatch.setattr(routes, "reload_replica", reload)
    with pytest.raises(ReplicaError, match="its reload failed"):
        reload_refused(scene)


def test_without_a_replica_nothing_was_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_replicas", lambda _scene: [])
    assert not reload_refused(scene).holds


@pytest.mark.parametrize(("days", "told"), [(30, "it lasts for"), (-1, "it ended 2 days ago")])
def test_a_certificate_that_ends_is_renewed(cluster: Exchange, scene: Scene, days: int, told: str) -> None:
    ensure_own_certificates(scene.client(), scene.exchange, datetime.now(UTC))
    before = whole.read(cluster, "Secret", NAMESPACE, "nginx-cert").texts  # type: ignore[arg-type]
    assert certificate_lasts(scene, 60).holds
    assert renew_certificate(scene)["renewed"] is False
    age_certificate(scene, days)
    aged = certificate_lasts(scene, 60)
    assert (aged.holds, told in aged.detail) == (False, True), aged.detail
    assert renew_certificate(scene)["renewed"] is True
    assert certificate_lasts(scene, 60).holds
    assert whole.read(cluster, "Secret", NAMESPACE, "nginx-cert").texts["tls.key"] == before["tls.key"]  # type: ignore[arg-type]


def test_an_exchange_without_a_certificate_has_none_that_could_end(scene: Scene) -> None:
    with pytest.raises(NoFaultError, match="no certificate that could end"):
        certificates.age_certificate(scene, 30)
