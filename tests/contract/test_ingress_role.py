"""What role ingress would apply for Traefik: nothing in clear text, and no more rights than the site wants it to have."""

from typing import Any

import pytest

from support.manifests import Manifests, named, render, workloads

NAMES = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Manifests]:
    variants = {
        "default": {},
        "narrow": {
            "ingress_namespaces": ["fate-1", "fate-2"],
            "ingress_https_port": 8443,
            "fedfleet_image_pull_policy": "Always",
            "ingress_node_selector": {"zone": "front"},
            "ingress_tolerations": [{"key": "front", "operator": "Exists"}],
        },
    }
    return render("ingress", "traefik.yml.j2", variants, tmp_path_factory.mktemp("ingress-role"))


def arguments(manifests: Manifests) -> list[str]:
    container: dict[str, Any] = named(manifests, "Deployment", "traefik")["spec"]["template"]["spec"]["containers"][0]
    return list(container["args"])


def readers_of(resource: str, manifests: Manifests) -> set[tuple[str, str]]:
    """Kind and namespace of each role that may read a resource."""
    return {
        (one["kind"], one["metadata"].get("namespace", ""))
        for one in manifests
        if one["kind"] in {"Role", "ClusterRole"} and any(resource in rule["resources"] for rule in one["rules"])
    }


@pytest.mark.parametrize(("variant", "port"), [("default", 443), ("narrow", 8443)])
def test_who_asks_in_clear_text_is_sent_to_tls(rendered: dict[str, Manifests], variant: str, port: int) -> None:
    said = arguments(rendered[variant])
    assert f"--entrypoints.web.http.redirections.entrypoint.to=:{port}" in said
    assert "--entrypoints.web.http.redirections.entrypoint.scheme=https" in said
    assert "--entrypoints.websecure.http.tls=true" in said


def test_secrets_of_the_whole_cluster_are_read_only_where_no_namespace_is_named(rendered: dict[str, Manifests]) -> None:
    assert readers_of("secrets", rendered["default"]) == {("ClusterRole", "")}
    assert readers_of("secrets", rendered["narrow"]) == {("Role", "fedfleet-ingress"), ("Role", "fate-1"), ("Role", "fate-2")}


def test_traefik_looks_where_it_may(rendered: dict[str, Manifests]) -> None:
    assert "--providers.kubernetesingress.namespaces=fedfleet-ingress,fate-1,fate-2" in arguments(rendered["narrow"])
    assert [said for said in arguments(rendered["default"]) if ".namespaces=" in said] == []


@pytest.mark.parametrize("variant", ["default", "narrow"])
def test_every_role_is_bound(rendered: dict[str, Manifests], variant: str) -> None:
    found = {
        kind: {(one["metadata"]["name"], one["metadata"].get("namespace")) for one in rendered[variant] if one["kind"] == kind}
        for kind in NAMES
    }
    assert found["Role"] == found["RoleBinding"]
    assert found["ClusterRole"] == found["ClusterRoleBinding"]


def test_its_pods_go_where_the_site_says(rendered: dict[str, Manifests]) -> None:
    ((_, template),) = workloads(rendered["narrow"])
    assert template["spec"]["nodeSelector"] == {"zone": "front"}
    assert template["spec"]["tolerations"] == [{"key": "front", "operator": "Exists"}]
    assert template["spec"]["containers"][0]["imagePullPolicy"] == "Always"
