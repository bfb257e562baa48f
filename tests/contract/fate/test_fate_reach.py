"""Who reaches a party, and whom it reaches."""

import json
import re

import pytest
import yaml

from support.commands import ROOT
from support.manifests import Manifests, named, names


def nginx_conf(manifests: Manifests) -> str:
    """The configuration of the party's nginx."""
    return str(named(manifests, "ConfigMap", "nginx-config")["data"]["nginx.conf"])


def test_everything_is_denied_that_no_policy_allows(manifests: Manifests) -> None:
    deny = named(manifests, "NetworkPolicy", "default-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def doors(manifests: Manifests) -> dict[tuple[str, int, int], set[str]]:
    """The networks that come in at a component's ports, by the first and the last port."""
    found: dict[tuple[str, int, int], set[str]] = {}
    for policy in manifests:
        if policy["kind"] == "NetworkPolicy":
            for rule in policy["spec"].get("ingress", []):
                networks = {source["ipBlock"]["cidr"] for source in rule["from"] if "ipBlock" in source}
                for port in rule["ports"] if networks else ():
                    component = policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
                    found.setdefault((component, port["port"], port.get("endPort", port["port"])), set()).update(networks)
    return found


def test_outside_comes_in_at_two_ports_only(manifests: Manifests) -> None:
    anybody = {door for door, networks in doors(manifests).items() if "0.0.0.0/0" in networks}
    broker = "pulsar-proxy" if "pulsar-proxy" in names(manifests, "Deployment") else "pulsar"
    assert anybody <= {("nginx", 9443, 9443), (broker, 6651, 6651)}


def test_executors_of_a_spark_outside_come_to_drivers_broker_and_tables_and_to_nothing_else_of_fate_flow(
    rendered: dict[str, Manifests],
) -> None:
    own = {door for door, networks in doors(rendered["external-spark"]).items() if networks == {"10.20.3.0/24"}}
    drivers = {("python", 22000, 22099), ("python", 22100, 22199)}
    assert own == drivers | {("pulsar", 6650, 6650), ("namenode", 9000, 9000), ("datanode", 9866, 9866)}
    assert {door for door, networks in doors(rendered["external"]).items() if networks == {"10.20.3.0/24"}} == drivers


def test_drivers_and_executors_keep_to_the_ports_that_the_policies_name(rendered: dict[str, Manifests]) -> None:
    conf = named(rendered["external-spark"], "ConfigMap", "fateflow-config")["data"]["spark-defaults.conf"]
    settings = dict(line.split(" ", 1) for line in conf.splitlines() if line.startswith("spark.") and "port" in line)
    assert settings == {
        "spark.driver.port": "22000",
        "spark.driver.blockManager.port": "22100",
        "spark.blockManager.port": "22200",
        "spark.port.maxRetries": "99",
    }


def test_executors_outside_find_the_party_s_hdfs_by_a_name_they_know(rendered: dict[str, Manifests]) -> None:
    told = {
        variant: yaml.safe_load(named(rendered[variant], "ConfigMap", "fateflow-config")["data"]["service_conf.yaml"])["storage"]["hdfs"]
        for variant in ("lab", "external-spark")
    }
    assert told["lab"] == {"name_node": "hdfs://namenode:9000"}
    assert told["external-spark"] == {"name_node": "hdfs://namenode.fate-30000.svc.cluster.local:9000"}


def test_public_services_are_those_two(manifests: Manifests) -> None:
    public = {
        one["metadata"]["name"] for one in manifests if one["kind"] == "Service" and one["spec"].get("type") in {"LoadBalancer", "NodePort"}
    }
    assert public <= {"nginx-public", "pulsar-public-tls"}


def test_an_admitted_party_reaches_the_exchange_and_nothing_else(rendered: dict[str, Manifests]) -> None:
    blocks = {
        (target["ipBlock"]["cidr"], port["port"])
        for policy in rendered["lab"]
        if policy["kind"] == "NetworkPolicy"
        for rule in policy["spec"].get("egress", [])
        for target in rule["to"]
        if "ipBlock" in target
        for port in rule["ports"]
    }
    assert blocks == {("192.0.2.10/32", 443), ("192.0.2.11/32", 9443)}


def test_nothing_in_the_cluster_is_taken_for_the_exchange_where_it_is_elsewhere(rendered: dict[str, Manifests]) -> None:
    for way in ("broker", "coordination"):
        (rule,) = named(rendered["lab"], "NetworkPolicy", f"to-the-exchange-{way}")["spec"]["egress"]
        assert [set(target) for target in rule["to"]] == [{"ipBlock"}]


@pytest.mark.parametrize(("way", "pods", "port"), [("broker", "traffic-server", 443), ("coordination", "nginx", 9443)])
def test_an_exchange_of_the_same_cluster_is_its_pods_in_its_namespace_at_their_port(
    rendered: dict[str, Manifests], way: str, pods: str, port: int
) -> None:
    _, inner = named(rendered["same-cluster"], "NetworkPolicy", f"to-the-exchange-{way}")["spec"]["egress"]
    assert inner == {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "fate-exchange"}},
                "podSelector": {
                    "matchLabels": {"app.kubernetes.io/name": pods, "app.kubernetes.io/part-of": "fedfleet-exchange"},
                },
            }
        ],
        "ports": [{"protocol": "TCP", "port": port}],
    }
    # The ports are the pods', which role exchange fixes.
    assert f"{{name: {way}, containerPort: {port}}}" in (ROOT / "roles" / "exchange" / "templates" / f"{pods}.yml.j2").read_text()


def test_services_end_in_the_domain_of_their_cluster(rendered: dict[str, Manifests]) -> None:
    table = yaml.safe_load(named(rendered["same-cluster"], "ConfigMap", "fateflow-config")["data"]["pulsar_route_table.yaml"])
    assert table["default"]["proxy"] == "exchange-broker.fate-30000.svc.k8s.example.org:443"


def test_a_pulsar_of_the_site_s_own_goes_to_the_exchange_itself(rendered: dict[str, Manifests]) -> None:
    table = yaml.safe_load(named(rendered["external"], "ConfigMap", "fateflow-config")["data"]["pulsar_route_table.yaml"])
    assert table["default"]["proxy"] == "192.0.2.10:443"


def test_a_party_that_is_not_admitted_reaches_nobody(rendered: dict[str, Manifests]) -> None:
    policies = [one for one in rendered["not-admitted"] if one["kind"] == "NetworkPolicy"]
    assert "ipBlock" not in json.dumps([one["spec"].get("egress", []) for one in policies])


def test_a_party_that_is_not_admitted_says_so_at_once(rendered: dict[str, Manifests]) -> None:
    conf = nginx_conf(rendered["not-admitted"])
    assert 'default "";' in conf
    assert "it has not been admitted" in conf
    assert "proxy_ssl_" not in conf


def test_the_exchanges_name_in_the_party_outlives_its_address(rendered: dict[str, Manifests]) -> None:
    table = yaml.safe_load(named(rendered["lab"], "ConfigMap", "fateflow-config")["data"]["pulsar_route_table.yaml"])
    assert table["default"]["proxy"] == "exchange-broker.fate-30000.svc.cluster.local:443"
    assert named(rendered["lab"], "EndpointSlice", "exchange-broker")["endpoints"][0]["addresses"] == ["192.0.2.10"]
    assert "192.0.2" not in named(rendered["lab"], "ConfigMap", "pulsar-config")["data"]["standalone.conf"]


def test_partners_may_take_part_in_jobs_and_not_start_them(rendered: dict[str, Manifests]) -> None:
    conf = nginx_conf(rendered["lab"])
    (pattern,) = re.findall(r'location ~ "(\^/v2/[^"]+)"', conf)
    for path in (
        "partner/job/create",
        "partner/task/collect",
        "partner/task/resource/return",
        "scheduler/task/report",
        "scheduler/job/stop",
    ):
        assert re.match(pattern, f"/v2/{path}"), path
    for path in (
        "job/submit", "job/query", "data/download", "scheduler/job/create", "scheduler/job/rerun", "worker/task/status",
        "partner/job/create/", "partner/job/createx", "partner/../job/submit",
    ):  # fmt: skip
        assert not re.match(pattern, f"/v2/{path}"), path


def test_brokers_show_and_demand_certificates(rendered: dict[str, Manifests]) -> None:
    lines = named(rendered["lab"], "ConfigMap", "pulsar-config")["data"]["standalone.conf"].splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert settings["tlsRequireTrustedClientCertOnConnect"] == "true"
    assert settings["tlsAllowInsecureConnection"] == "false"
    assert settings["brokerClient_tlsHostnameVerificationEnable"] == "true"
    assert settings["advertisedAddress"] == "30000.fed.example.org"
    assert settings["replicatorPrefix"] == "pulsar.repl.30000"
    assert int(settings["tlsCertRefreshCheckDurationSec"]) <= 10


def test_node_ports_are_the_ones_the_site_chose(rendered: dict[str, Manifests]) -> None:
    assert named(rendered["node-port"], "Service", "nginx-public")["spec"]["ports"][0]["nodePort"] == 30943
    assert named(rendered["node-port"], "Service", "pulsar-public-tls")["spec"]["ports"][0]["nodePort"] == 30651
