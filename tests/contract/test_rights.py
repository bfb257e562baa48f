"""What preflight asks for, and the platform team is asked to grant, is what the roles do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = Path(__file__).resolve().parents[2] / "roles"
KIND = re.compile(r"^kind: *(\w+)", re.MULTILINE)
MADE = {"create", "patch", "get"}
# Plurals of the kinds in the roles' templates.
PLURALS = {
    "ClusterRole": "clusterroles",
    "ClusterRoleBinding": "clusterrolebindings",
    "ConfigMap": "configmaps",
    "DaemonSet": "daemonsets",
    "Deployment": "deployments",
    "EndpointSlice": "endpointslices",
    "Ingress": "ingresses",
    "IngressClass": "ingressclasses",
    "Namespace": "namespaces",
    "NetworkPolicy": "networkpolicies",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "Role": "roles",
    "RoleBinding": "rolebindings",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
    "StatefulSet": "statefulsets",
    "StorageClass": "storageclasses",
}


def rules(role: str, *names: str) -> list[dict[str, Any]]:
    found = yaml.safe_load((ROLES / role / "vars" / "main.yml").read_text())
    return [rule for name in names for rule in (found[name] if isinstance(found[name], list) else [found[name]])]


def granted(found: list[dict[str, Any]]) -> dict[str, set[str]]:
    verbs: dict[str, set[str]] = {}
    for rule in found:
        for resource in rule["resources"]:
            verbs.setdefault(resource, set()).update(rule["verbs"])
    return verbs


INSIDE = granted(rules("cluster", "__cluster_rules"))
OUTSIDE = granted(rules("cluster", "__cluster_rules_outside") + rules("ingress", "__ingress_rules") + rules("storage", "__storage_rule"))


def kinds(role: str) -> set[str]:
    return {kind for path in (ROLES / role / "templates").rglob("*.j2") for kind in KIND.findall(path.read_text())}


@pytest.mark.parametrize("role", ["exchange", "fate"])
def test_everything_in_the_namespace_may_be_made_by_the_role_that_is_asked_for(role: str) -> None:
    assert {kind for kind in kinds(role) if not INSIDE.get(PLURALS[kind], set()) >= MADE | {"delete", "list"}} == set()


@pytest.mark.parametrize("role", ["ingress", "storage"])
def test_everything_outside_is_asked_for(role: str) -> None:
    assert {kind for kind in kinds(role) if not OUTSIDE.get(PLURALS[kind], set()) >= MADE} == set()


def test_what_helps_nodes_of_a_tkc_is_asked_for() -> None:
    asked = granted(rules("cluster", "__cluster_rules_tkc"))
    template = (ROLES / "cluster" / "templates" / "images-volume.yml.j2").read_text()
    assert {kind for kind in KIND.findall(template) if not asked.get(PLURALS[kind], set()) >= MADE} == {"Namespace"}


def test_no_template_has_a_kind_that_is_not_looked_at() -> None:
    found = {kind for role in ROLES.iterdir() if (role / "templates").is_dir() for kind in kinds(role.name)}
    assert found - set(PLURALS) == set(), "add its plural, and to the rules what the site does with it"
