"""A broker's records follow the roster."""

import json
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from fedfleet.engine.fate import BrokerAdmin
from fedfleet.federation.endpoint import EndpointPair
from fedfleet.federation.roster import Member, Membership, Roster
from fedfleet.pki.admissions import next_roster
from fedfleet.registration.broker_records import BrokerPlace, reconcile
from support.parties import DOMAIN, EXCHANGE, FEDERATION, NOW, authority

PLACE = BrokerPlace("fate-30000", "30000")
PROXY = "pulsar+ssl://exchange-broker.fate-30000.svc.cluster.local:443"


def _member(party_id: str, state: Membership = Membership.ADMITTED) -> Member:
    names = EndpointPair(broker=f"{party_id}.{DOMAIN}", coordination=f"coordination-{party_id}.{DOMAIN}")
    return Member(party_id=party_id, organisation="x", engine="fate", state=state, server_names=names)


def _roster(*members: Member) -> Roster:
    return next_roster(FEDERATION, DOMAIN, EXCHANGE, members, authority(), None, NOW)


class _Pulsar:
    """As much of Pulsar's admin API as knows clusters."""

    def __init__(self, **clusters: str) -> None:
        self.clusters = {
            party.removeprefix("p"): {
                "brokerServiceUrlTls": f"pulsar+ssl://{party.removeprefix('p')}.{DOMAIN}:6651",
                "proxyServiceUrl": proxy,
            }
            for party, proxy in clusters.items()
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.removeprefix("/admin/v2/").split("/")
        if parts == ["clusters"]:
            return httpx.Response(200, json=["standalone", *self.clusters])
        if parts[0] != "clusters" or parts[1] not in self.clusters:
            return httpx.Response(404)
        if request.method == "DELETE":
            del self.clusters[parts[1]]
            return httpx.Response(204)
        if request.method == "POST":
            self.clusters[parts[1]] = json.loads(request.content)
            return httpx.Response(204)
        return httpx.Response(200, json=self.clusters[parts[1]])


@pytest.fixture
def admin() -> Callable[[_Pulsar], BrokerAdmin]:
    return lambda pulsar: BrokerAdmin("http://pulsar:8080", transport=httpx.MockTransport(pulsar))


def test_a_removed_party_is_forgotten(admin: Callable[[_Pulsar], BrokerAdmin]) -> None:
    pulsar = _Pulsar(p40000=PROXY, p50000=PROXY)
    done = reconcile(admin(pulsar), PLACE, _roster(_member("40000", Membership.REMOVED), _member("50000")))
    assert (done.dropped, done.corrected, list(pulsar.clusters)) == (("40000",), (), ["50000"])


def test_a_record_that_leads_past_the_exchange_is_corrected(admin: Callable[[_Pulsar], BrokerAdmin]) -> None:
    pulsar = _Pulsar(p40000="pulsar+ssl://192.0.2.77:443")
    done = reconcile(admin(pulsar), PLACE, _roster(_member("40000")))
    assert done.corrected == ("40000",)
    assert pulsar.clusters["40000"]["proxyServiceUrl"] == PROXY


def test_what_is_right_is_left_alone(admin: Callable[[_Pulsar], BrokerAdmin]) -> None:
    done = reconcile(admin(_Pulsar(p40000=PROXY)), PLACE, _roster(_member("40000")))
    assert not done.changed


def test_what_nobody_on_the_roster_has_is_named_and_left_alone(admin: Callable[[_Pulsar], BrokerAdmin]) -> None:
    pulsar = _Pulsar(p60000=PROXY)
    done = reconcile(admin(pulsar), PLACE, _roster(_member("40000")))
    assert (done.unknown, done.changed, list(pulsar.clusters)) == (("60000",), False, ["60000"])


def test_a_dry_run_says_the_same_and_does_nothing(admin: Callable[[_Pulsar], BrokerAdmin]) -> None:
    pulsar = _Pulsar(p40000=PROXY, p50000="pulsar+ssl://192.0.2.77:443")
    roster = _roster(_member("40000", Membership.REMOVED), _member("50000"))
    done = reconcile(admin(pulsar), PLACE, roster, dry_run=True)
    assert (done.dropped, done.corrected) == (("40000",), ("50000",))
    assert pulsar.clusters["50000"]["proxyServiceUrl"] == "pulsar+ssl://192.0.2.77:443"
    assert "40000" in pulsar.clusters


def test_services_end_in_the_domain_of_their_cluster(admin: Callable[[_Pulsar], BrokerAdmin]) -> None:
    pulsar = _Pulsar(p40000="pulsar+ssl://exchange-broker.fate-30000.svc.k8s.example.org:443")
    place = replace(PLACE, cluster_domain="k8s.example.org")
    assert not reconcile(admin(pulsar), place, _roster(_member("40000"))).changed


def test_a_broker_outside_the_cluster_goes_to_the_exchange_s_own_address(admin: Callable[[_Pulsar], BrokerAdmin]) -> None:
    pulsar = _Pulsar(p40000=PROXY)
    done = reconcile(admin(pulsar), replace(PLACE, host="pulsar.example.org"), _roster(_member("40000")))
    assert done.corrected == ("40000",)
    assert pulsar.clusters["40000"]["proxyServiceUrl"] == "pulsar+ssl://192.0.2.1:443"
