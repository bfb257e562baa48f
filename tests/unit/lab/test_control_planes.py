"""Control planes in nodes: which comes or goes next, what each starts with, and what stands before them."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from fedfleet_lab.cluster.flags import EtcdMember, Seat, api_server, controller_manager, etcd
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.cluster.pki import Pair
from fedfleet_lab.config import LabConfig
from fedfleet_lab.datacentre.api_address import settings
from fedfleet_lab.datacentre.control_planes import lacking, surplus
from fedfleet_lab.datacentre.desired import Pool
from fedfleet_lab.datacentre.machines import CONTROL_PLANE, Place, Vm
from fedfleet_lab.node.control_plane import Membership
from fedfleet_lab.paths import LabPaths

CELL = replace(
    LabConfig.parse_datacentre("lab", "10.89.0.0/16").cell(1),
    names=((1, "fl-a-x"), (2, "fl-a-workers-y"), (3, "fl-a-z")),
    control_planes=(1, 3),
)
POOL = Pool("", 3, "best-effort-small", "gold", "v1.34")
BUILT = POOL.built


def planes(*built: str) -> list[Vm]:
    return [
        Vm(f"cp{number}", on=True, place=Place(1, number, CONTROL_PLANE, "fl/fl-a", "", made), handle=None)
        for number, made in enumerate(built, 1)
    ]


def names(vms: list[Vm]) -> set[str]:
    return {vm.name for vm in vms}


@pytest.mark.parametrize(
    ("built", "ill", "made"),
    [
        ([], set(), 1),
        ([BUILT], set(), 1),
        ([BUILT], {"cp1"}, 0),
        ([BUILT] * 2, set(), 1),
        ([BUILT] * 2, {"cp2"}, 0),
        ([BUILT] * 3, set(), 0),
        # The next version: a fourth comes before an old one goes.
        (["old", BUILT, BUILT], set(), 1),
        (["old", BUILT, BUILT, BUILT], set(), 0),
    ],
)
def test_control_planes_come_one_at_a_time_and_only_while_all_are_well(built: list[str], ill: set[str], made: int) -> None:
    vms = planes(*built)
    assert lacking(POOL, vms, names(vms) - ill) == made


def test_the_control_plane_that_goes_is_of_the_older_make() -> None:
    vms = planes(BUILT, "old", BUILT, BUILT)
    going = surplus(POOL, vms, names(vms))
    assert going is not None
    assert going.name == "cp2"


def test_no_control_plane_goes_while_another_is_not_well_or_none_is_too_many() -> None:
    vms = planes(BUILT, "old", BUILT, BUILT)
    assert surplus(POOL, vms, names(vms) - {"cp4"}) is None
    assert surplus(POOL, vms[:3], names(vms)) is None


def test_the_nodes_with_a_control_plane_are_remembered() -> None:
    assert [node.name for node in CELL.control_nodes] == ["fl-a-x", "fl-a-z"]
    assert LabConfig.load(CELL.name, CELL.dump()) == CELL


def test_the_load_balancer_passes_on_to_control_planes_alone() -> None:
    lines = settings(CELL, Path("/ca"), Path("/pem")).splitlines()
    servers = [line.split()[1:] for line in lines if line.startswith("  server ")]
    assert servers == [["fl-a-x", "10.89.32.11:6443"], ["fl-a-z", "10.89.32.13:6443"]]
    assert f"  bind {CELL.host}:6443" in lines


def test_the_first_etcd_member_forms_a_cluster_and_the_next_joins_it(tmp_path: Path) -> None:
    member = EtcdMember("fl-a-z", CELL.control_nodes[1].address, tmp_path)
    pair = Pair(Path("c"), Path("k"))
    alone, joining = (etcd(member, pair, Path("ca"), others) for others in ({}, {"fl-a-x": "https://10.89.32.11:2380"}))
    assert (alone["initial-cluster-state"], alone["initial-cluster"]) == ("new", "fl-a-z=https://10.89.32.13:2380")
    assert joining["initial-cluster-state"] == "existing"
    assert joining["initial-cluster"] == "fl-a-x=https://10.89.32.11:2380,fl-a-z=https://10.89.32.13:2380"


def test_whom_a_member_joins_is_noted_for_its_boot(tmp_path: Path) -> None:
    place = LabPaths(tmp_path, "labc1").node("fl-a-z")
    assert Membership.read(place).others == {}
    noted = Membership({"fl-a-x": "https://10.89.32.11:2380"})
    noted.write(place)
    assert Membership.read(place) == noted


def test_a_control_plane_in_a_node_elects_its_leader_and_serves_under_both_addresses(tmp_path: Path) -> None:
    identities, node = Identities(CELL, LabPaths(tmp_path, CELL.name)), CELL.control_nodes[0]
    seat = Seat(node.address, node)
    assert controller_manager(identities, seat)["leader-elect"] == "true"
    assert controller_manager(identities, Seat(CELL.host))["leader-elect"] == "false"
    found = api_server(identities, seat)
    assert (found["advertise-address"], found["etcd-servers"]) == (node.address, "https://127.0.0.1:2379")
    served = identities.api_server(node)
    assert {str(CELL.host), str(node.address), node.name} <= subject_names(served)


def subject_names(pair: Pair) -> set[str]:
    certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}
