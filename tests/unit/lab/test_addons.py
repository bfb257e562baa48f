"""The manifests of the lab's addons."""

import re
from importlib.resources import files
from string import Template

import pytest
import yaml

from fedfleet_lab.addons.load_balancer import VERSION as METALLB_VERSION
from fedfleet_lab.addons.manifests import render
from fedfleet_lab.addons.name_server import VERSION as COREDNS_VERSION
from fedfleet_lab.addons.name_server import name_server_objects
from fedfleet_lab.config import LabConfig
from fedfleet_lab.paths import go_sources

CONFIG = LabConfig.parse("lab", "10.89.0.0/16", 3)


def test_a_value_that_is_missing_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="image"):
        render("load-balancer", {"addresses": "10.89.1.0/24"})


@pytest.mark.parametrize(
    ("module", "package", "version"),
    [("addons", "github.com/coredns/coredns", COREDNS_VERSION), ("metallb", "go.universe.tf/metallb", METALLB_VERSION)],
)
def test_images_have_the_versions_that_are_built(module: str, package: str, version: str) -> None:
    assert f"{package} v{version}" in (go_sources() / module / "go.mod").read_text()


def test_the_name_server_never_asks_anyone_outside() -> None:
    (settings,) = (item for item in name_server_objects(CONFIG) if item["kind"] == "ConfigMap")
    assert not re.search(r"^\s*forward\b", settings["data"]["Corefile"], re.MULTILINE)


@pytest.mark.parametrize(("nodes", "replicas"), [(1, 1), (2, 2), (3, 2)])
def test_the_name_server_has_a_replica_to_spare_where_there_is_a_node_for_it(nodes: int, replicas: int) -> None:
    objects = name_server_objects(LabConfig.parse("lab", "10.89.0.0/16", nodes))
    (deployment,) = (item for item in objects if item["kind"] == "Deployment")
    assert deployment["spec"]["replicas"] == replicas


def test_new_settings_bring_new_pods() -> None:
    (deployment,) = (item for item in name_server_objects(CONFIG) if item["kind"] == "Deployment")
    assert deployment["spec"]["template"]["metadata"]["annotations"]["fedfleet.dev/config"]


@pytest.mark.parametrize("name", ["name-server", "load-balancer"])
def test_no_role_of_the_lab_says_everything(name: str) -> None:
    text = files("fedfleet_lab.addons").joinpath("manifests", f"{name}.yml").read_text()
    for item in yaml.safe_load_all(Template(text).safe_substitute(addresses="x", image="x", replicas="1")):
        for rule in item.get("rules", []):
            assert "*" not in [*rule["verbs"], *rule["resources"], *rule["apiGroups"]]
