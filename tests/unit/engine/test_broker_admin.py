"""A partner that left is forgotten by the broker, in the order that Pulsar allows."""

import json
from typing import Any

import httpx
import pytest

from fedfleet.engine.fate import BrokerAdmin, BrokerError, PartnerRecord

RECORD = {
    "serviceUrl": "",
    "brokerServiceUrl": "pulsar://40000.fed.example.org:6650",
    "brokerServiceUrlTls": "pulsar+ssl://40000.fed.example.org:6651",
    "proxyServiceUrl": "pulsar+ssl://exchange-broker.fate-30000.svc.cluster.local:443",
    "proxyProtocol": "SNI",
}
RIGHT = PartnerRecord(
    broker_url="pulsar+ssl://40000.fed.example.org:6651",
    proxy_url="pulsar+ssl://exchange-broker.fate-30000.svc.cluster.local:443",
)


class Broker:
    """Pulsar's records of partners, and its rule that a cluster in use is not deleted."""

    def __init__(self) -> None:
        self.clusters: dict[str, Any] = {"standalone": {}, "global": {}, "40000": dict(RECORD), "50000": dict(RECORD)}
        self.tenant = {"adminRoles": [], "allowedClusters": ["standalone", "40000", "50000"]}
        self.namespaces = {"fl-tenant/job1": ["standalone", "40000"], "fl-tenant/job2": ["standalone", "50000"]}

    def handle(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.removeprefix("/admin/v2/").split("/")
        body: Any = json.loads(request.content) if request.content else None
        match request.method, *parts:
            case "GET", "clusters":
                return httpx.Response(200, json=list(self.clusters))
            case "GET", "clusters", name:
                return httpx.Response(200, json=self.clusters[name]) if name in self.clusters else httpx.Response(404)
            case "POST", "clusters", name:
                self.clusters[name] = body
            case "DELETE", "clusters", name:
                if name in self.tenant["allowedClusters"]:
                    return httpx.Response(412, json={"reason": "Cluster not empty"})
                del self.clusters[name]
            case "GET", "tenants", _:
                return httpx.Response(200, json=self.tenant)
            case "POST", "tenants", _:
                if any(set(body["allowedClusters"]) < set(clusters) for clusters in self.namespaces.values()):
                    return httpx.Response(412, json={"reason": "Clusters are in use"})
                self.tenant = body
            case "GET", "namespaces", _:
                return httpx.Response(200, json=list(self.namespaces))
            case "GET", "namespaces", tenant, name, "replication":
                return httpx.Response(200, json=self.namespaces[f"{tenant}/{name}"])
            case "POST", "namespaces", tenant, name, "replication":
                self.namespaces[f"{tenant}/{name}"] = body
            case _:
                return httpx.Response(404, text="unexpected")
        return httpx.Response(204)

    def admin(self) -> BrokerAdmin:
        return BrokerAdmin("http://broker.test", transport=httpx.MockTransport(self.handle))


def test_partners_are_the_clusters_that_are_not_pulsars_own() -> None:
    assert list(Broker().admin().partners()) == ["40000", "50000"]


def test_a_partner_that_left_is_gone_from_namespaces_tenant_and_clusters() -> None:
    broker = Broker()
    assert broker.admin().drop("40000")
    assert broker.namespaces == {"fl-tenant/job1": ["standalone"], "fl-tenant/job2": ["standalone", "50000"]}
    assert broker.tenant["allowedClusters"] == ["50000", "standalone"]
    assert set(broker.clusters) == {"standalone", "global", "50000"}


def test_forgetting_twice_changes_nothing() -> None:
    broker = Broker()
    broker.admin().drop("40000")
    assert not broker.admin().drop("40000")


def test_a_record_that_is_right_stays() -> None:
    assert not Broker().admin().correct("40000", RIGHT)


def test_a_record_that_was_right_once_is_corrected_and_keeps_the_rest() -> None:
    broker = Broker()
    broker.clusters["40000"]["proxyServiceUrl"] = "pulsar+ssl://192.0.2.1:443"
    assert broker.admin().correct("40000", RIGHT)
    assert broker.clusters["40000"] == RECORD


def test_a_record_that_fate_has_not_made_yet_is_left_to_fate() -> None:
    broker = Broker()
    assert not broker.admin().correct("60000", RIGHT)
    assert "60000" not in broker.clusters


def test_a_broker_that_refuses_is_quoted() -> None:
    admin = BrokerAdmin("http://broker.test", transport=httpx.MockTransport(lambda _: httpx.Response(500, text="ledger closed")))
    with pytest.raises(BrokerError, match="ledger closed"):
        admin.partners()


def test_a_broker_that_is_silent_is_not_healthy_and_not_forgotten() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(BrokerError, match="did not answer"):
        BrokerAdmin("http://broker.test", transport=httpx.MockTransport(refuse)).healthy()


def test_clusters_that_are_no_parties_are_not_taken_for_them() -> None:
    broker = Broker()
    broker.clusters |= {"us-east": {}, "30000": {}}
    with BrokerAdmin("http://pulsar.test", cluster="30000", transport=httpx.MockTransport(broker.handle)) as admin:
        assert admin.partners() == ["40000", "50000"]
