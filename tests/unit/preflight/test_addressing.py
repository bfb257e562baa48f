"""Names and ranges that cannot be are told before a cluster is made of them."""

from pathlib import Path

import pytest

from fedfleet.preflight.addressing import Surroundings, name_findings, range_findings, used_name_findings
from fedfleet.preflight.findings import Severity
from fedfleet.vsphere.cluster_names import NamesFile

PODS, SERVICES = "172.20.0.0/16", "172.21.0.0/16"
NODES = "network workload-1 of nodes"
AROUND = Surroundings({NODES: "10.20.0.1/255.255.255.0"}, "10.96.0.0/16", {"vCenter": "10.1.0.5", "API of the Supervisor": "10.1.0.9"})


def told(pods: str = PODS, services: str = SERVICES, around: Surroundings = AROUND) -> list[tuple[str, str, Severity]]:
    return [(one.what, one.found, one.severity) for one in range_findings(pods, services, around)]


def test_ranges_that_touch_nothing_are_no_finding() -> None:
    assert told() == []
    assert told(around=Surroundings()) == []


def test_pods_and_services_in_each_other_are_an_error() -> None:
    ((what, found, severity),) = told(services="172.20.128.0/17")
    assert (what, severity) == ("addresses of pods (cluster_pods)", Severity.ERROR)
    assert found == "172.20.0.0/16, which has in it Services (cluster_services): 172.20.128.0/17"


@pytest.mark.parametrize(("services", "what"), [("10.20.0.0/16", f"{NODES}: 10.20.0.0/24"), ("10.1.0.0/29", "vCenter: 10.1.0.5")])
def test_a_range_with_nodes_or_what_they_have_to_reach_is_an_error(services: str, what: str) -> None:
    assert told(services=services) == [("addresses of Services (cluster_services)", f"{services}, which has in it {what}", Severity.ERROR)]


def test_services_of_the_supervisor_in_a_range_are_a_warning() -> None:
    ((_, found, severity),) = told(services="10.96.0.0/12")
    assert severity is Severity.WARNING
    assert "Services of the Supervisor: 10.96.0.0/16" in found


def test_a_name_is_no_address_that_could_be_in_a_range() -> None:
    assert told(around=Surroundings(addresses={"vCenter": "vcenter.example"})) == []


@pytest.mark.parametrize("text", ["172.20.0.0/33", "172.20.1.0/16", "pods"])
def test_what_is_no_range_is_said(text: str) -> None:
    ((what, found, _),) = told(pods=text)
    assert what == "addresses of pods"
    assert text in found


@pytest.mark.parametrize("name", ["fl-30000", "a", "a" * 63])
def test_names_that_vsphere_takes_are_no_finding(name: str) -> None:
    assert name_findings(name, f"{name}"[:63]) == []


@pytest.mark.parametrize("name", ["", "FL-30000", "fl_30000", "-fl", "fl-", "fl.30000", "a" * 64, "fl-30000\n"])
def test_names_that_vsphere_refuses_are_told(name: str) -> None:
    assert [one.where for one in name_findings(name, name)] == ["cluster_vsphere_namespace", "cluster_name"]


def test_names_of_vspheres_own_are_refused() -> None:
    (found,) = name_findings("vmware-system-fl", "vmware-system-fl")
    assert "vSphere's own" in found.expected


def test_a_name_that_a_cluster_had_is_found_before_its_namespace_is_made_anew(tmp_path: Path) -> None:
    file = NamesFile(tmp_path / "names", "vcenter.example")
    assert used_name_findings("fl", "fl-a", file) == []
    file.add("fl", "fl-a")
    (found,) = used_name_findings("fl", "fl-a", file)
    assert found.is_error
    assert found.fix == "give the new cluster another name, such as fl-b (cluster_name)"
