"""What every workload of a party owes the cluster it runs in."""

import json
import re

import yaml

from support.manifests import Manifests, containers, named, names, workloads


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


def test_the_databases_password_is_in_no_manifest(manifests: Manifests) -> None:
    conf = yaml.safe_load(named(manifests, "ConfigMap", "fateflow-config")["data"]["service_conf.yaml"])
    assert re.fullmatch(r"\$\{file:/etc/fate-database/[a-z]+\}", conf["database"]["mysql"]["passwd"])
