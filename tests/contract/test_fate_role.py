"""What role fate would apply, in each profile: held against what every workload of FedFleet owes a cluster."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from support.commands import ROOT, run

EXCHANGE = {
    "broker": {"address": "192.0.2.10", "port": 443, "server_name": "proxy.fed.example.org"},
    "coordination": {"address": "192.0.2.11", "port": 9443, "server_name": "exchange.fed.example.org"},
}
EXTERNAL = {
    "fate_database_external": {"host": "db.example.org", "port": 3306, "name": "fate", "user": "fate", "secret": "db", "key": "pw"},
    "fate_spark_external": {"master": "spark://spark.example.org:7077"},
    "fate_hdfs_external": {"name_node": "hdfs://hdfs.example.org:9000"},
    "fate_pulsar_external": {"host": "pulsar.example.org"},
    "fate_public_endpoint": {"broker": {"address": "198.51.100.7", "port": 6651}},
    "fate_external_networks": [{"cidr": "10.20.0.0/16", "ports": [3306, 6650, 7077, 8080, 9000, 9870]}],
}
VARIANTS: dict[str, dict[str, Any]] = {
    "lab": {"site_profile": "lab", "fate_exchange": EXCHANGE},
    "not-admitted": {"site_profile": "lab", "fate_profile": "standalone"},
    "pilot": {"site_profile": "pilot", "fate_exchange": EXCHANGE, "fate_image_board": "registry.example.org/fateboard:2.1.1"},
    "production": {
        "site_profile": "production",
        "fate_exchange": EXCHANGE,
        "storage_classes": {"database": "gold", "stream": "gold", "files": "silver", "dataset": "bulk", "notebook": "silver"},
        "fate_sizing": {"volumes": {"datanode": "500Gi"}},
        "fedfleet_image_pull_secrets": ["registry"],
        "fate_node_selector": {"pool": "fate"},
        "fate_priority_class": "important",
    },
    "external": {"site_profile": "pilot", "fate_exchange": EXCHANGE, **EXTERNAL},
    "same-cluster": {
        "site_profile": "lab",
        "fate_profile": "standalone",
        "fate_exchange": EXCHANGE,
        "fate_exchange_namespace": "fate-exchange",
        "cluster_domain": "k8s.example.org",
    },
    "node-port": {"site_profile": "pilot", "fate_public_service_type": "NodePort", "fate_public_node_address": "198.51.100.9"},
}
SITE = {
    "party_id": 30000,
    "federation_name": "demo",
    "federation_domain": "fed.example.org",
    "fedfleet_registry": "registry.example.org",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}

Manifests = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Manifests]:
    """Every variant, rendered by the role itself in one run of Ansible."""
    folder = tmp_path_factory.mktemp("fate-role")
    plays = [
        {
            "name": f"Render {name}",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": SITE | variables | {"fate_manifests_file": str(folder / f"{name}.yml")},
            "tasks": [
                {"name": "Render", "ansible.builtin.include_role": {"name": "fedfleet.federation.fate", "tasks_from": "render"}},
            ],
        }
        for name, variables in VARIANTS.items()
    ]
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump(plays))
    run("ansible-playbook", "-i", "localhost,", str(playbook), timeout=120).expect()
    return {name: [one for one in yaml.safe_load_all((folder / f"{name}.yml").read_text()) if one] for name in VARIANTS}


@pytest.fixture(params=VARIANTS)
def manifests(request: pytest.FixtureRequest, rendered: dict[str, Manifests]) -> Manifests:
    """One variant after the other."""
    return rendered[request.param]


def workloads(manifests: Manifests) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and pod template of every workload."""
    for one in manifests:
        if one["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job"}:
            yield one["metadata"]["name"], one["spec"]["template"]


def containers(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Every container of a pod, those that run before the others included."""
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]


def named(manifests: Manifests, kind: str, name: str) -> dict[str, Any]:
    """The one object of that kind and name."""
    (found,) = [one for one in manifests if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def names(manifests: Manifests, kind: str) -> set[str]:
    """The names of all objects of a kind."""
    return {one["metadata"]["name"] for one in manifests if one["kind"] == kind}


def nginx_conf(manifests: Manifests) -> str:
    """The configuration of the party's nginx."""
    return str(named(manifests, "ConfigMap", "nginx-config")["data"]["nginx.conf"])


def test_nothing_lies_outside_the_partys_namespace(manifests: Manifests) -> None:
    assert {one["metadata"].get("namespace") for one in manifests} == {"fate-30000"}
    assert not {one["kind"] for one in manifests} & {"Namespace", "ClusterRole", "ClusterRoleBinding", "StorageClass", "Secret"}


def test_no_object_is_there_twice(manifests: Manifests) -> None:
    seen = [(one["kind"], one["metadata"]["name"]) for one in manifests]
    assert len(seen) == len(set(seen))


def test_every_image_names_its_version(manifests: Manifests) -> None:
    images = {container["image"] for _, template in workloads(manifests) for container in containers(template)}
    assert images
    for image in images:
        assert re.fullmatch(r"[a-z0-9./:-]+:[a-z0-9][a-z0-9.-]*", image), image
        assert not image.endswith(":latest")


def test_every_container_is_probed_in_all_three_ways(manifests: Manifests) -> None:
    for name, template in workloads(manifests):
        for container in template["spec"]["containers"]:
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                assert probe in container, f"{name}: {probe}"
            for probe in ("readinessProbe", "livenessProbe"):
                assert container[probe].get("timeoutSeconds", 1) >= 3, f"{name}: a busy node answers slowly"


def test_every_container_has_requests_and_a_memory_limit(manifests: Manifests) -> None:
    for name, template in workloads(manifests):
        for container in containers(template):
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
            assert "memory" in container["resources"]["limits"], name


def test_every_pod_is_admitted_by_the_restricted_standard(manifests: Manifests) -> None:
    for name, template in workloads(manifests):
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        for container in containers(template):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert security["readOnlyRootFilesystem"] is True, name
        for volume in pod.get("volumes", []):
            assert set(volume) - {"name"} <= {"configMap", "secret", "emptyDir", "persistentVolumeClaim"}, f"{name}: {volume}"


def test_no_pod_holds_a_token_or_the_services_addresses(manifests: Manifests) -> None:
    for name, template in workloads(manifests):
        assert template["spec"]["automountServiceAccountToken"] is False, name
        assert template["spec"]["enableServiceLinks"] is False, name


def test_every_pod_may_end_in_order(manifests: Manifests) -> None:
    for name, template in workloads(manifests):
        assert template["spec"]["terminationGracePeriodSeconds"] >= 15, name


def test_selectors_find_their_pods(manifests: Manifests) -> None:
    labels = {template["metadata"]["labels"]["app.kubernetes.io/name"] for _, template in workloads(manifests)}
    for one in manifests:
        if one["kind"] == "Service" and "selector" in one["spec"]:
            assert one["spec"]["selector"]["app.kubernetes.io/name"] in labels, one["metadata"]["name"]


def test_services_lead_to_ports_that_exist(manifests: Manifests) -> None:
    ports: dict[str, set[str]] = {}
    for _, template in workloads(manifests):
        component = template["metadata"]["labels"]["app.kubernetes.io/name"]
        ports[component] = {port["name"] for container in containers(template) for port in container.get("ports", [])}
    for one in manifests:
        if one["kind"] == "Service" and "selector" in one["spec"]:
            component = one["spec"]["selector"]["app.kubernetes.io/name"]
            assert {port["targetPort"] for port in one["spec"]["ports"]} <= ports[component], one["metadata"]["name"]


def test_every_claim_that_is_used_is_made(manifests: Manifests) -> None:
    used = {
        volume["persistentVolumeClaim"]["claimName"]
        for _, template in workloads(manifests)
        for volume in template["spec"].get("volumes", [])
        if "persistentVolumeClaim" in volume
    }
    assert used <= names(manifests, "PersistentVolumeClaim")


def test_changed_configuration_restarts_its_pods_and_a_certificate_does_not(manifests: Manifests) -> None:
    for name, template in workloads(manifests):
        volumes = template["spec"].get("volumes", [])
        if any("configMap" in volume for volume in volumes):
            assert re.fullmatch("[0-9a-f]{16}", template["metadata"]["annotations"]["fedfleet.dev/config"]), name
        assert "certificate" not in json.dumps(template["metadata"].get("annotations", {})), name


def test_everything_is_denied_that_no_policy_allows(manifests: Manifests) -> None:
    deny = named(manifests, "NetworkPolicy", "default-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_outside_comes_in_at_two_ports_only(manifests: Manifests) -> None:
    doors = {
        (policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"], port["port"])
        for policy in manifests
        if policy["kind"] == "NetworkPolicy"
        for rule in policy["spec"].get("ingress", [])
        if any("ipBlock" in source for source in rule["from"])
        for port in rule["ports"]
    }
    assert doors <= {("nginx", 9443), ("pulsar", 6651)}


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


def test_the_databases_password_is_in_no_manifest(manifests: Manifests) -> None:
    conf = yaml.safe_load(named(manifests, "ConfigMap", "fateflow-config")["data"]["service_conf.yaml"])
    assert re.fullmatch(r"\$\{file:/etc/fate-database/[a-z]+\}", conf["database"]["mysql"]["passwd"])


def test_the_spark_profile_is_the_reference_cluster(rendered: dict[str, Manifests]) -> None:
    have = {name for name, _ in workloads(rendered["lab"])}
    assert have == {"mysql", "pulsar", "namenode", "datanode", "spark-master", "spark-worker", "nginx", "python", "notebook"}


def test_the_standalone_profile_computes_in_fate_flow(rendered: dict[str, Manifests]) -> None:
    assert {name for name, _ in workloads(rendered["not-admitted"])} == {"mysql", "pulsar", "nginx", "python", "notebook"}


def test_what_the_site_has_is_not_brought_along(rendered: dict[str, Manifests]) -> None:
    manifests = rendered["external"]
    assert {name for name, _ in workloads(manifests)} == {"nginx", "python", "notebook"}
    conf = yaml.safe_load(named(manifests, "ConfigMap", "fateflow-config")["data"]["service_conf.yaml"])
    assert conf["database"]["mysql"]["host"] == "db.example.org"
    assert conf["federation"]["pulsar"]["host"] == "pulsar.example.org"
    assert conf["storage"]["hdfs"]["name_node"] == "hdfs://hdfs.example.org:9000"
    assert named(manifests, "NetworkPolicy", "to-the-sites-own-services")["spec"]["egress"][0]["to"] == [
        {"ipBlock": {"cidr": "10.20.0.0/16"}}
    ]


def test_production_keeps_one_spark_worker_a_node(rendered: dict[str, Manifests]) -> None:
    for name in ("spark-worker", "datanode"):
        (template,) = [template for other, template in workloads(rendered["production"]) if other == name]
        (rule,) = template["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert rule["topologyKey"] == "kubernetes.io/hostname"
        assert rule["labelSelector"]["matchLabels"] == {"app.kubernetes.io/name": name}


def test_production_has_the_reference_sizing(rendered: dict[str, Manifests]) -> None:
    for name, template in workloads(rendered["production"]):
        (container,) = template["spec"]["containers"]
        limits = container["resources"]["limits"]
        least = (8, 16) if name == "spark-worker" else (4, 8)
        assert (int(limits["cpu"]), int(limits["memory"].removesuffix("Gi"))) >= least, name
    for one in rendered["production"]:
        if one["kind"] == "PersistentVolumeClaim":
            assert int(one["spec"]["resources"]["requests"]["storage"].removesuffix("Gi")) >= 5, one["metadata"]["name"]


def test_production_survives_a_drained_node(rendered: dict[str, Manifests]) -> None:
    replicated = {
        one["metadata"]["name"]
        for one in rendered["production"]
        if one["kind"] in {"Deployment", "StatefulSet"} and one["spec"]["replicas"] > 1
    }
    assert names(rendered["production"], "PodDisruptionBudget") == replicated


def test_single_numbers_of_a_profile_can_differ(rendered: dict[str, Manifests]) -> None:
    claim = named(rendered["production"], "PersistentVolumeClaim", "data-datanode-2")
    assert claim["spec"] == {"accessModes": ["ReadWriteOnce"], "storageClassName": "bulk", "resources": {"requests": {"storage": "500Gi"}}}


def test_pods_go_where_the_site_says(rendered: dict[str, Manifests]) -> None:
    for name, template in workloads(rendered["production"]):
        assert template["spec"]["nodeSelector"] == {"pool": "fate"}, name
        assert template["spec"]["priorityClassName"] == "important", name
        assert template["spec"]["imagePullSecrets"] == [{"name": "registry"}], name


def test_node_ports_are_the_ones_the_site_chose(rendered: dict[str, Manifests]) -> None:
    assert named(rendered["node-port"], "Service", "nginx-public")["spec"]["ports"][0]["nodePort"] == 30943
    assert named(rendered["node-port"], "Service", "pulsar-public-tls")["spec"]["ports"][0]["nodePort"] == 30651
