"""What a party consists of and how large it is, by profile and by what the site has."""

import pytest
import yaml

from support.manifests import Manifests, named, names, workloads


def test_the_spark_profile_is_the_reference_cluster(rendered: dict[str, Manifests]) -> None:
    have = {name for name, _ in workloads(rendered["lab"])}
    assert have == {"mysql", "pulsar", "namenode", "datanode", "spark-master", "spark-worker", "nginx", "python", "guardian", "notebook"}


def test_the_standalone_profile_computes_in_fate_flow(rendered: dict[str, Manifests]) -> None:
    assert {name for name, _ in workloads(rendered["not-admitted"])} == {"mysql", "pulsar", "nginx", "python", "guardian", "notebook"}


def test_what_the_site_has_is_not_brought_along(rendered: dict[str, Manifests]) -> None:
    manifests = rendered["external"]
    assert {name for name, _ in workloads(manifests)} == {"nginx", "python", "guardian", "notebook"}
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


@pytest.mark.parametrize(("variant", "copies"), [("lab", 1), ("production", 3)])
def test_tables_have_a_copy_on_every_datanode_up_to_three(rendered: dict[str, Manifests], variant: str, copies: int) -> None:
    site = named(rendered[variant], "ConfigMap", "hdfs-config")["data"]["hdfs-site.xml"]
    assert f"<name>dfs.replication</name><value>{copies}</value>" in site
    assert "<name>dfs.client.block.write.replace-datanode-on-failure.best-effort</name><value>true</value>" in site


def test_production_has_the_reference_sizing(rendered: dict[str, Manifests]) -> None:
    for name, template in workloads(rendered["production"]):
        if name == "guardian":
            continue
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
