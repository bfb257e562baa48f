"""Nodes that lose their power, connections that are cut, disks and volumes that fail, done to the lab's federation on purpose: all comes back."""

from pathlib import Path

import pytest

from fedfleet.drills.history import DRILLS
from support.drill_runs import holds
from support.federation import Federation
from support.lab import RunningLab

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1800)]

LAB = [
    "node-crash",
    "exchange-node-crash",
    "fate-flow-killed",
    "network-cut-established",
    "api-cut",
    "disk-destroyed",
    "volume-full",
    "volume-read-only",
]
DATACENTRE = ["vm-crash", "vm-off", "host-failure"]
# One cluster for all sites; what drills do to machines, no site's own account may.
SHARED, ADMINISTRATOR = ("-e", "lab_topology=shared"), ("-e", "lab_administrator=true")


@pytest.mark.parametrize("name", LAB)
def test_what_fails_below_the_sites_of_a_lab_comes_back(federation: Federation, name: str) -> None:
    holds(federation, name)


@pytest.fixture(scope="module")
def in_datacentre(datacentre_with_images: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """The federation of inventories/vcenter, all of it on one cluster."""
    deployed = Federation.copied("vcenter", tmp_path_factory.mktemp("inventories"), datacentre_with_images, "standalone")
    deployed.play(*SHARED).expect()
    return deployed


@pytest.mark.parametrize("name", DATACENTRE)
def test_what_fails_below_the_sites_of_a_data_centre_comes_back(in_datacentre: Federation, name: str) -> None:
    holds(in_datacentre, name, *SHARED, *ADMINISTRATOR)
    password = (in_datacentre.lab.cache / "lab" / in_datacentre.lab.name / "vcenter" / "administrator.password").read_text()
    assert [path for path in (in_datacentre.inventory / DRILLS).rglob("*") if holds_text(path, password)] == []


def holds_text(path: Path, text: str) -> bool:
    return path.is_file() and text in path.read_text()
