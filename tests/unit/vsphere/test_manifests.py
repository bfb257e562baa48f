"""What is applied for a workload cluster, in each of the APIs that there are."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from fedfleet.vsphere import SettingsError, tkc_manifests, vks_manifests
from fedfleet.vsphere.cluster_classes import ClusterClass, choose, is_old, namespace_of
from fedfleet.vsphere.workload_specs import Pool, Proxy, Taint, Volume, Wanted, check

POOL = Pool(
    "np1",
    2,
    "best-effort-large",
    volumes=(Volume("containerd", "/var/lib/containerd", "60Gi"),),
    labels={"tier": "worker"},
    taints=(Taint("dedicated", "fl", "NoSchedule"),),
)
WANTED = Wanted(
    "fl-a",
    "fl-site-a",
    "v1.34.2+vmware.2",
    "best-effort-small",
    "sp-fl",
    (POOL,),
    release="v1.34.2---vmware.2-vkr.1",
    cluster_class="builtin-generic-v3.6.0",
    class_namespace="vmware-system-vks-public",
)


def variables(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in found}


def test_a_cluster_of_vks() -> None:
    (cluster,) = vks_manifests.build(WANTED)
    topology = cluster["spec"]["topology"]
    assert cluster["apiVersion"] == "cluster.x-k8s.io/v1beta2"
    assert topology["classRef"] == {"name": "builtin-generic-v3.6.0", "namespace": "vmware-system-vks-public"}
    assert topology["version"] == "v1.34.2+vmware.2"
    assert variables(topology["variables"]) == {
        "vmClass": "best-effort-small",
        "storageClass": "sp-fl",
        "vsphereOptions": {"persistentVolumes": {"availableStorageClasses": ["sp-fl"], "defaultStorageClass": "sp-fl"}},
    }
    (pool,) = topology["workers"]["machineDeployments"]
    assert (pool["class"], pool["name"], pool["replicas"]) == ("node-pool", "np1", 2)
    assert variables(pool["variables"]["overrides"]) == {
        "vmClass": "best-effort-large",
        "volumes": [{"name": "containerd", "mountPath": "/var/lib/containerd", "capacity": "60Gi", "storageClass": "sp-fl"}],
        "node": {"labels": {"tier": "worker"}, "taints": [{"key": "dedicated", "value": "fl", "effect": "NoSchedule"}]},
    }


def test_services_are_always_there() -> None:
    """A webhook refuses a cluster without."""
    assert vks_manifests.build(WANTED)[0]["spec"]["clusterNetwork"]["services"]["cidrBlocks"]


def test_the_older_api_names_the_class_its_own_way() -> None:
    topology = vks_manifests.build(WANTED, "cluster.x-k8s.io/v1beta1")[0]["spec"]["topology"]
    assert (topology["class"], topology["classNamespace"]) == ("builtin-generic-v3.6.0", "vmware-system-vks-public")
    assert "classRef" not in topology


@pytest.mark.parametrize("name", ["tanzukubernetescluster", "builtin-generic-v3.1.0"])
def test_older_classes_get_the_older_variables(name: str) -> None:
    (cluster,) = vks_manifests.build(replace(WANTED, cluster_class=name, class_namespace=""))
    topology = cluster["spec"]["topology"]
    assert set(variables(topology["variables"])) == {"vmClass", "storageClass", "defaultStorageClass", "storageClasses"}
    overrides = variables(topology["workers"]["machineDeployments"][0]["variables"]["overrides"])
    assert overrides["nodePoolVolumes"][0]["capacity"] == {"storage": "60Gi"}
    assert overrides["nodePoolLabels"] == [{"key": "tier", "value": "worker"}]
    assert {"volumes", "node"}.isdisjoint(overrides)


def test_trust_and_proxy_are_variables_of_the_system() -> None:
    wanted = replace(WANTED, proxy=Proxy("http://p:1", "http://p:2", ("a",)), trusted_cas={"registry": "PEM"})
    system = variables(vks_manifests.build(wanted)[0]["spec"]["topology"]["variables"])["osConfiguration"]
    assert system == {
        "systemProxy": {"http": "http://p:1", "https": "http://p:2", "noProxy": ["a"]},
        "trust": {"additionalTrustedCAs": [{"caCert": {"content": "PEM"}}]},
    }


def test_older_classes_take_trust_from_a_secret_in_base64_twice() -> None:
    secret, cluster = vks_manifests.build(replace(WANTED, cluster_class="tanzukubernetescluster", trusted_cas={"registry": "PEM"}))
    assert secret["metadata"]["name"] == "fl-a-user-trusted-ca-secret"
    assert base64.b64decode(base64.b64decode(secret["data"]["registry"])) == b"PEM"
    assert variables(cluster["spec"]["topology"]["variables"])["trust"] == {"additionalTrustedCAs": [{"name": "registry"}]}


def test_the_operating_system_is_asked_for_at_each_part() -> None:
    topology = vks_manifests.build(replace(WANTED, os_name="ubuntu"))[0]["spec"]["topology"]
    asked = {"run.tanzu.vmware.com/resolve-os-image": "os-name=ubuntu"}
    assert topology["controlPlane"]["metadata"]["annotations"] == asked
    assert topology["workers"]["machineDeployments"][0]["metadata"]["annotations"] == asked


def test_a_tanzu_cluster() -> None:
    """As the lab's API server takes it, which has the real v1alpha2 (tests/lab)."""
    (cluster,) = tkc_manifests.build(WANTED, "run.tanzu.vmware.com/v1alpha2")
    release = {"reference": {"name": "v1.34.2---vmware.2-vkr.1"}}
    topology = cluster["spec"]["topology"]
    assert topology["controlPlane"] == {"replicas": 1, "vmClass": "best-effort-small", "storageClass": "sp-fl", "tkr": release}
    assert topology["nodePools"][0]["volumes"] == [
        {"name": "containerd", "mountPath": "/var/lib/containerd", "capacity": {"storage": "60Gi"}}
    ]
    assert cluster["spec"]["settings"]["storage"] == {"classes": ["sp-fl"], "defaultClass": "sp-fl"}


def test_the_third_tanzu_cluster_is_sent_what_the_second_is() -> None:
    """Nothing of VMware's says what v1alpha3 has, so there is nothing else to hold it against."""
    third, second = (tkc_manifests.build(WANTED, f"run.tanzu.vmware.com/{version}")[0] for version in ("v1alpha3", "v1alpha2"))
    assert (third["apiVersion"], third["spec"]) == ("run.tanzu.vmware.com/v1alpha3", second["spec"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(WANTED, control_plane_replicas=2), "2 control plane nodes"),
        (replace(WANTED, pools=()), "no pool"),
        (replace(WANTED, pools=(POOL, POOL)), "two pools called np1"),
        (replace(WANTED, storage_class="sp-fl-latebinding"), "sp-fl"),
    ],
)
def test_what_cannot_be_made_is_said_before_anything_is_sent(wrong: Wanted, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        check(wrong)


def test_the_newest_class_for_the_version_is_chosen() -> None:
    known = [
        ClusterClass("builtin-generic-v3.4.0", "vmware-system-vks-public", "v1.30", "v1.34"),
        ClusterClass("builtin-generic-v3.10.0", "vmware-system-vks-public", "v1.33", "v1.36"),
        ClusterClass("tanzukubernetescluster", "fl-site-a"),
    ]
    assert choose(known, "v1.34.2+vmware.2").name == "builtin-generic-v3.10.0"
    assert choose(known, "v1.32.1").name == "builtin-generic-v3.4.0"
    assert choose(known, "v1.34.2", "tanzukubernetescluster").namespace == "fl-site-a"
    with pytest.raises(SettingsError, match=r"v3\.4\.0 \(v1\.30 to v1\.34\)"):
        choose(known[:2], "v1.29.1")


def test_each_class_is_known_by_its_variables_and_its_place() -> None:
    assert [is_old(name) for name in ("tanzukubernetescluster", "builtin-generic-v3.1.0", "builtin-generic-v3.2.0")] == [True, True, False]
    assert [namespace_of(name) for name in ("builtin-generic-v3.3.0", "builtin-generic-v3.4.0")] == ["", "vmware-system-vks-public"]
    with pytest.raises(SettingsError, match="mine"):
        is_old("mine")
