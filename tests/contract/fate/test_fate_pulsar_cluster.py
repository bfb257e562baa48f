"""Pulsar as a cluster: what runs, what is kept where, who is led to whom, and what one pod less does."""

import re

import pytest

from support.manifests import Manifests, named, names, workloads

CLUSTER, PRODUCTION = "pulsar-cluster", "pulsar-cluster-production"
REPLICAS = {"pulsar-zookeeper": 3, "pulsar-bookie": 3, "pulsar": 2, "pulsar-proxy": 2}
NAMESPACE = "fate-30000.svc.cluster.local"


def settings(manifests: Manifests, config: str, file: str) -> dict[str, str]:
    """The lines NAME=VALUE of a settings file."""
    lines = named(manifests, "ConfigMap", config)["data"][file].splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture
def cluster(rendered: dict[str, Manifests]) -> Manifests:
    return rendered[CLUSTER]


@pytest.fixture
def broker(cluster: Manifests) -> dict[str, str]:
    return settings(cluster, "pulsar-config", "broker.conf")


def test_it_is_in_place_of_the_one_pod(rendered: dict[str, Manifests]) -> None:
    here, standalone = ({name for name, _ in workloads(rendered[variant])} for variant in (CLUSTER, "not-admitted"))
    assert here - standalone == set(REPLICAS) - {"pulsar"}
    assert standalone - here == set()
    assert "pulsar-data" not in names(rendered[CLUSTER], "PersistentVolumeClaim")


@pytest.mark.parametrize("variant", [CLUSTER, PRODUCTION])
def test_there_are_enough_of_each_to_lose_one(rendered: dict[str, Manifests], variant: str) -> None:
    found = {one["metadata"]["name"]: one["spec"]["replicas"] for one in rendered[variant] if one["kind"] in {"Deployment", "StatefulSet"}}
    assert found.items() >= REPLICAS.items()
    assert names(rendered[variant], "PodDisruptionBudget") >= set(REPLICAS)
    for name, template in workloads(rendered[variant]):
        if name in REPLICAS:
            assert "podAntiAffinity" in template["spec"]["affinity"], name


def test_only_what_keeps_something_has_volumes_one_a_pod(cluster: Manifests) -> None:
    claims = {name for name in names(cluster, "PersistentVolumeClaim") if "pulsar" in name}
    assert claims == {f"data-pulsar-{kind}-{number}" for kind in ("zookeeper", "bookie") for number in range(3)}


def test_every_name_that_pods_are_known_by_is_there_before_they_are_ready(cluster: Manifests) -> None:
    governing = {one["spec"]["serviceName"] for one in cluster if one["kind"] == "StatefulSet" and one["metadata"]["name"] in REPLICAS}
    assert governing == {"pulsar-zookeepers", "pulsar-bookies", "pulsar-brokers"}
    for name in governing:
        service = named(cluster, "Service", name)["spec"]
        assert (service["clusterIP"], service["publishNotReadyAddresses"]) == ("None", True), name


def test_every_zookeeper_knows_the_whole_ensemble_by_name(cluster: Manifests) -> None:
    conf = settings(cluster, "pulsar-zookeeper-config", "zookeeper.conf")
    peers = [value for key, value in conf.items() if key.startswith("server.")]
    assert peers == [f"pulsar-zookeeper-{number}.pulsar-zookeepers.{NAMESPACE}:2888:3888" for number in range(3)]


def test_a_message_is_on_two_bookies_and_a_third_stands_by(broker: dict[str, str]) -> None:
    quorums = {broker[f"managedLedgerDefault{what}"] for what in ("EnsembleSize", "WriteQuorum", "AckQuorum")}
    assert quorums == {"2"}
    assert REPLICAS["pulsar-bookie"] > 2


def test_clients_inside_are_led_to_the_pod_that_owns_the_topic(cluster: Manifests, broker: dict[str, str]) -> None:
    assert broker["advertisedAddress"] == "${POD_NAME}.pulsar-brokers." + NAMESPACE
    assert broker["advertisedListeners"].split(",")[0] == f"inner:pulsar://{broker['advertisedAddress']}:6650"
    assert named(cluster, "Service", "pulsar")["spec"]["selector"] == {"app.kubernetes.io/name": "pulsar"}


def test_partners_come_in_by_the_proxies_and_reach_brokers_only(cluster: Manifests) -> None:
    assert named(cluster, "Service", "pulsar-public-tls")["spec"]["selector"] == {"app.kubernetes.io/name": "pulsar-proxy"}
    conf = settings(cluster, "pulsar-proxy-config", "proxy.conf")
    assert conf["brokerProxyAllowedHostNames"] == f"*.pulsar-brokers.{NAMESPACE}"
    assert conf["brokerProxyAllowedTargetPorts"] == "6650"
    assert conf["servicePort"] == ""


def test_brokers_and_not_proxies_go_to_the_exchange(cluster: Manifests) -> None:
    policy = named(cluster, "NetworkPolicy", "to-the-exchange-broker")["spec"]
    assert policy["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "pulsar"}}


@pytest.mark.parametrize(("config", "file"), [("pulsar-config", "broker.conf"), ("pulsar-proxy-config", "proxy.conf")])
def test_certificates_are_shown_demanded_and_renewed_as_of_a_standalone_one(cluster: Manifests, config: str, file: str) -> None:
    conf = settings(cluster, config, file)
    assert conf["tlsRequireTrustedClientCertOnConnect"] == "true"
    assert conf["tlsAllowInsecureConnection"] == "false"
    assert int(conf["tlsCertRefreshCheckDurationSec"]) <= 10


def test_replication_is_by_tls_and_checks_the_partners_name(broker: dict[str, str]) -> None:
    assert broker["brokerClient_useTls"] == "true"
    assert broker["brokerClient_tlsTrustCertsFilePath"] == "/etc/pulsar/tls/ca.cert.pem"
    assert broker["brokerClient_tlsHostnameVerificationEnable"] == "true"
    assert broker["replicatorPrefix"] == "pulsar.repl.30000"


def test_what_brokers_do_alike_is_set_once_for_both(rendered: dict[str, Manifests], broker: dict[str, str]) -> None:
    alone = settings(rendered["not-admitted"], "pulsar-config", "standalone.conf")
    assert {key for key in broker.keys() & alone.keys() if broker[key] != alone[key]} == {
        "advertisedAddress", "loadBalancerEnabled", "loadManagerClassName",
        "managedLedgerDefaultEnsembleSize", "managedLedgerDefaultWriteQuorum", "managedLedgerDefaultAckQuorum",
    }  # fmt: skip


def test_only_the_first_bookie_makes_the_metadata_and_its_volume_says_that_it_has(cluster: Manifests) -> None:
    commands = {}
    for name, template in workloads(cluster):
        for container in template["spec"].get("initContainers", []):
            if container["name"] == "metadata":
                commands[name] = container["command"]
                assert container["env"][0]["name"] == "POD_NAME"
    wanted = ["pulsar-metadata", "standalone", "pulsar-zookeeper", "pulsar-bookies", "pulsar"]
    assert commands == {"pulsar-bookie": wanted, "pulsar": wanted}


def test_settings_end_with_a_line_break_and_hold_one_setting_a_line(cluster: Manifests) -> None:
    for config in ("pulsar-config", "pulsar-bookie-config", "pulsar-zookeeper-config", "pulsar-proxy-config"):
        (text,) = named(cluster, "ConfigMap", config)["data"].values()
        assert text.endswith("\n")
        for line in text.splitlines():
            assert not line or re.match(r"#|[A-Za-z_.0-9]+=", line), line
