"""What a table becomes for Traffic Server and for nginx."""

import re
from dataclasses import replace

import pytest
import yaml

from fedfleet.errors import FedFleetError
from fedfleet.exchange.nginx import NginxSettings, render_nginx
from fedfleet.exchange.sni import marker_name, render_sni
from fedfleet.federation.route import RouteTable, routes_of
from support.parties import BANK, DOMAIN, FEDERATION, HOSPITAL, authority

TABLE = routes_of([HOSPITAL.card(), BANK.card()])


def _nginx(table: RouteTable = TABLE, **settings: str) -> dict[str, str]:
    return render_nginx(table, FEDERATION, DOMAIN, authority().pem, NginxSettings(**settings))  # type: ignore[arg-type]


def _location(text: str, party: str) -> str:
    found = re.search(rf"location @party_{party} \{{(.*?)\n        \}}", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_every_broker_has_a_tunnel() -> None:
    entries = {entry["fqdn"]: entry["tunnel_route"] for entry in yaml.safe_load(render_sni(TABLE, DOMAIN))["sni"]}
    assert entries["30000.fate.test.internal"] == "198.51.100.30:6651"
    assert entries["40000.fate.test.internal"] == "198.51.100.40:6651"


def test_a_table_has_a_marker_that_leads_nowhere() -> None:
    entries = {entry["fqdn"]: entry["tunnel_route"] for entry in yaml.safe_load(render_sni(TABLE, DOMAIN))["sni"]}
    assert entries.pop(marker_name(TABLE.table_id, DOMAIN)) == "127.0.0.1:1"
    assert len(entries) == 2


def test_an_empty_table_is_a_file_traffic_server_can_read() -> None:
    assert [entry["tunnel_route"] for entry in yaml.safe_load(render_sni(RouteTable(), DOMAIN))["sni"]] == ["127.0.0.1:1"]


def test_the_same_table_gives_the_same_text() -> None:
    assert _nginx() == _nginx(routes_of([BANK.card(), HOSPITAL.card()]))


def test_a_party_is_trusted_by_the_ca_or_its_own_certificate_and_no_other_s() -> None:
    files = _nginx()
    assert files["trust-30000.pem"] == authority().pem + HOSPITAL.card().certificates.coordination
    assert "trust-30000.pem" in _location(files["nginx.conf"], "30000")
    assert "trust-40000.pem" not in _location(files["nginx.conf"], "30000")


def test_a_party_is_reached_by_its_address_and_held_to_its_name() -> None:
    location = _location(_nginx()["nginx.conf"], "30000")
    assert "proxy_pass https://198.51.100.31:9443;" in location
    assert "proxy_ssl_name coordination-30000.fate.test.internal;" in location


def test_only_admitted_parties_and_the_probe_are_known_as_senders() -> None:
    text = _nginx()["nginx.conf"]
    known = re.findall(r'^        "(CN=\S+)" (\S+);$', text, re.MULTILINE)
    assert known == [
        ("CN=probe.fate.test.internal", "probe"),
        ("CN=coordination-30000.fate.test.internal", "30000"),
        ("CN=coordination-40000.fate.test.internal", "40000"),
    ]


def test_no_party_is_left_in_an_empty_table() -> None:
    files = _nginx(RouteTable())
    assert list(files) == ["nginx.conf"]
    assert "@party_" not in files["nginx.conf"]


def test_a_party_known_by_name_is_looked_up_at_every_request() -> None:
    table = routes_of([replace(HOSPITAL, coordination="fate.hospital.example").card()])
    text = _nginx(table, resolver="10.0.0.10")["nginx.conf"]
    assert "resolver 10.0.0.10 valid=10s;" in text
    assert "set $target fate.hospital.example:9443;" in _location(text, "30000")


def test_a_party_known_by_name_needs_a_dns_server() -> None:
    table = routes_of([replace(HOSPITAL, coordination="fate.hospital.example").card()])
    with pytest.raises(FedFleetError, match="needs a DNS server"):
        _nginx(table, resolver="")


def test_without_names_nobody_is_looked_up() -> None:
    assert "resolver" not in _nginx()["nginx.conf"]
