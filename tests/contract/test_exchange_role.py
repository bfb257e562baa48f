"""What role exchange would apply: its pods as the site wants them, and none that stops in the middle of an answer."""

from typing import Any

import pytest

from fedfleet.exchange.settings import NGINX_CONFIG_MAP, NGINX_TRUST_CONFIG_MAPS
from support.manifests import Manifests, named, render, workloads


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Manifests]:
    variants: dict[str, dict[str, Any]] = {
        "default": {},
        "placed": {
            "fedfleet_image_pull_policy": "Always",
            "exchange_node_selector": {"zone": "dmz"},
            "exchange_tolerations": [{"key": "dmz", "operator": "Exists"}],
        },
        "production": {"site_profile": "production"},
        "spread": {"exchange_required_spread": True},
    }
    return render("exchange", "manifests.yml.j2", variants, tmp_path_factory.mktemp("exchange-role"))


def test_pods_go_where_the_site_says(rendered: dict[str, Manifests]) -> None:
    for name, template in workloads(rendered["placed"]):
        assert template["spec"]["nodeSelector"] == {"zone": "dmz"}, name
        assert template["spec"]["tolerations"] == [{"key": "dmz", "operator": "Exists"}], name


def test_pods_go_anywhere_where_the_site_says_nothing(rendered: dict[str, Manifests]) -> None:
    assert [name for name, template in workloads(rendered["default"]) if {"nodeSelector", "tolerations"} & set(template["spec"])] == []


@pytest.mark.parametrize(("variant", "rule"), [("default", "ScheduleAnyway"), ("production", "DoNotSchedule"), ("spread", "DoNotSchedule")])
def test_no_node_takes_all_replicas_of_a_kind_with_it(rendered: dict[str, Manifests], variant: str, rule: str) -> None:
    for name, template in workloads(rendered[variant]):
        (constraint,) = template["spec"]["topologySpreadConstraints"]
        assert (constraint["topologyKey"], constraint["whenUnsatisfiable"]) == ("kubernetes.io/hostname", rule), name
        assert constraint["labelSelector"]["matchLabels"] == {"app.kubernetes.io/name": name}
        assert constraint["nodeTaintsPolicy"] == "Honor", "a lost node must not keep its replica from coming back elsewhere"


@pytest.mark.parametrize(("variant", "policy"), [("default", "IfNotPresent"), ("placed", "Always")])
def test_images_are_pulled_when_the_site_says(rendered: dict[str, Manifests], variant: str, policy: str) -> None:
    assert {template["spec"]["containers"][0]["imagePullPolicy"] for _, template in workloads(rendered[variant])} == {policy}


@pytest.mark.parametrize("component", ["nginx", "traffic-server"])
def test_a_replica_goes_on_until_everyone_knows_that_it_ends(rendered: dict[str, Manifests], component: str) -> None:
    (container,) = named(rendered["default"], "Deployment", component)["spec"]["template"]["spec"]["containers"]
    assert container["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "10"]


def test_nginx_reads_all_that_registration_writes_for_it(rendered: dict[str, Manifests]) -> None:
    volumes = named(rendered["default"], "Deployment", "nginx")["spec"]["template"]["spec"]["volumes"]
    (config,) = [volume["projected"]["sources"] for volume in volumes if volume["name"] == "config"]
    assert [source["configMap"]["name"] for source in config] == [NGINX_CONFIG_MAP, *NGINX_TRUST_CONFIG_MAPS]
