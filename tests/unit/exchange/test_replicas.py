"""As many replicas must answer as ought to run."""

from typing import Any, cast

import pytest

from fedfleet.exchange.authority import ensure_own_certificates
from fedfleet.exchange.reload import RouteError, ask_exchange, reload_exchange
from fedfleet.exchange.replicas import RefusedConfigurationError, Replica, ReplicaError, absent_replicas, reload_replica
from fedfleet.exchange.settings import ExchangeSettings
from fedfleet.kube import Client, ExecResult
from fedfleet.validation.exchange_ladder import RouteRung
from support.objects import Objects
from support.parties import DOMAIN, FEDERATION, NOW

SETTINGS = ExchangeSettings("fate-exchange", FEDERATION, DOMAIN)


def _cluster(**wanted: int) -> Objects:
    objects = Objects()
    for name, replicas in wanted.items():
        metadata: dict[str, Any] = {"name": name.replace("_", "-"), "namespace": SETTINGS.namespace}
        objects.create({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": replicas}})
    return objects


def _absent(cluster: Objects, **running: int) -> list[str]:
    found = [
        Replica(f"{name}-{number}", name.replace("_", "-"), "sni", 443, "", "")
        for name, count in running.items()
        for number in range(count)
    ]
    return [finding.detail for finding in absent_replicas(cast(Client, cluster), SETTINGS, found)]


def test_nothing_is_said_where_all_run() -> None:
    assert _absent(_cluster(traffic_server=2, nginx=2), traffic_server=2, nginx=3) == []


def test_one_that_does_not_run_is_told_by_its_deployment() -> None:
    assert _absent(_cluster(traffic_server=2, nginx=2), traffic_server=1, nginx=2) == ["1 of 2 replicas of Deployment traffic-server run"]


def test_an_exchange_that_wants_no_replica_serves_nothing() -> None:
    assert _absent(_cluster(traffic_server=0, nginx=2), nginx=2) == ["0 of 1 replicas of Deployment traffic-server run"]


def test_an_exchange_that_is_not_there_serves_nothing() -> None:
    assert _absent(_cluster()) == ["there is no Deployment traffic-server", "there is no Deployment nginx"]


@pytest.fixture(scope="module")
def stopped() -> Client:
    """An exchange without a running replica."""
    cluster = cast(Client, _cluster(traffic_server=2, nginx=2))
    ensure_own_certificates(cluster, SETTINGS, NOW)
    return cluster


def test_without_replicas_nothing_is_proven(stopped: Client) -> None:
    with pytest.raises(RouteError, match="0 of 2 replicas of Deployment nginx run") as refused:
        reload_exchange(stopped, SETTINGS, timeout=0)
    assert "Look at the Deployment's pods" in refused.value.next_step
    assert refused.value.findings


def test_routes_are_stored_for_replicas_to_come_where_nobody_is_to_be_asked(stopped: Client) -> None:
    assert reload_exchange(stopped, SETTINGS, ask=False).findings == ()


@pytest.mark.parametrize(("rung", "deployment"), [(2, "nginx"), (3, "traffic-server")])
def test_without_replicas_no_rung_holds(stopped: Client, rung: int, deployment: str) -> None:
    _, findings = ask_exchange(stopped, SETTINGS)
    (proof,) = RouteRung(rung, findings).prove()
    assert (proof.ok, proof.subject, proof.fix) == (False, "replicas", f"look at the pods and events of Deployment {deployment}")


@pytest.mark.parametrize(("code", "kind"), [(1, ReplicaError), (3, ReplicaError), (4, RefusedConfigurationError), (5, ReplicaError)])
def test_what_a_replica_refuses_is_told_from_what_did_not_reach_it(code: int, kind: type[ReplicaError]) -> None:
    class Pods:
        def exec(self, *_arguments: object, **_more: object) -> ExecResult:
            return ExecResult(code, b"", b"unexpected }")

    with pytest.raises(ReplicaError, match="unexpected }") as raised:
        reload_replica(cast(Client, Pods()), SETTINGS.namespace, Replica("nginx-1", "nginx", "header", 9443, "nginx.conf", ""), 0)
    assert type(raised.value) is kind
