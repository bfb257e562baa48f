"""Workers are replaced one after the other, after the control plane, and what a node runs is what it was made with."""

from dataclasses import replace
from importlib.resources import files

import pytest
import yaml

from fedfleet_lab.artefacts import KUBERNETES, kubernetes_of
from fedfleet_lab.artefacts.catalogue import KUBERNETES_RELEASES
from fedfleet_lab.config import LabConfig, Volume
from fedfleet_lab.datacentre.desired import Desired, Pool
from fedfleet_lab.datacentre.machines import CONTROL_PLANE, WORKER, Place, Vm, noted, place_of
from fedfleet_lab.datacentre.rollout import additions, departures, progress, waits_for_control_plane
from fedfleet_lab.errors import LabError
from fedfleet_lab.paths import go_sources
from fedfleet_lab.recipes import EVERYTHING, ON_DEMAND

NEWER = "v1.34.4+vmware.1-vkr.1"


def pool(replicas: int, name: str = "workers") -> Pool:
    return Pool(name, replicas, "best-effort-small", "gold", NEWER)


def workers(*makes: str) -> list[Vm]:
    """Workers by how each was made: `new` as the pool is now, `old` otherwise."""
    return [
        Vm(
            f"w{number}",
            on=True,
            place=Place(1, number, WORKER, "fl/fl-a", "workers", pool(1).built if made == "new" else made),
            handle=None,
        )
        for number, made in enumerate(makes, 1)
    ]


def everyone(vms: list[Vm]) -> set[str]:
    return {vm.name for vm in vms}


def going(replicas: int, vms: list[Vm], ready: set[str]) -> list[str]:
    return [vm.name for vm in departures(pool(replicas), vms, ready)]


@pytest.mark.parametrize(
    ("replicas", "makes", "made"),
    [
        (3, [], 3),
        (3, ["new"], 2),
        (2, ["new", "new"], 0),
        (1, ["new", "new"], 0),
        # Replaced: one more than wanted, and no more.
        (2, ["old", "old"], 1),
        (2, ["old", "old", "new"], 0),
        (2, ["old", "new"], 1),
        (2, ["old", "new", "new"], 0),
        # Replaced and scaled down at once: an old one goes first.
        (1, ["old", "old"], 0),
        (0, ["old"], 0),
        # Replaced and scaled up at once.
        (3, ["old", "old"], 2),
    ],
)
def test_never_more_than_one_worker_above_what_is_wanted(replicas: int, makes: list[str], made: int) -> None:
    assert additions(pool(replicas), workers(*makes)) == made


def test_an_old_worker_goes_once_a_new_one_is_ready() -> None:
    vms = workers("old", "old", "new")
    assert going(2, vms, {"w1", "w2"}) == []
    assert going(2, vms, everyone(vms)) == ["w1"]


def test_a_new_worker_that_is_not_ready_yet_is_left_alone() -> None:
    assert going(2, workers("old", "new", "new"), {"w1", "w2"}) == []


def test_an_old_worker_that_is_not_ready_goes_at_once() -> None:
    assert going(2, workers("old", "old", "new"), {"w2"}) == ["w1"]


def test_of_too_many_those_go_that_are_not_ready() -> None:
    assert going(1, workers("new", "new", "new"), {"w2", "w3"}) == ["w1", "w3"]
    assert going(0, workers("new", "new"), {"w1", "w2"}) == ["w2", "w1"]


def test_a_whole_roll_out_never_leaves_fewer_ready_than_wanted() -> None:
    vms, steps = workers("old", "old", "old"), 0
    while any(vm.place.built == "old" for vm in vms):
        steps += 1
        vms += [
            Vm(f"n{steps}", on=True, place=Place(1, 9, WORKER, "fl/fl-a", "workers", pool(1).built), handle=None)
            for _ in range(additions(pool(3), vms))
        ]
        assert len(vms) <= 4
        gone = going(3, vms, everyone(vms))
        vms = [vm for vm in vms if vm.name not in gone]
        assert len(vms) >= 3
    assert [vm.name for vm in vms] == ["n1", "n2", "n3"]


def control(version: str) -> Vm:
    return Vm("cp", on=True, place=Place(1, 1, CONTROL_PLANE, "fl/fl-a", kubernetes=version), handle=None)


def worker(version: str, of: str = "workers") -> Vm:
    return Vm("w", on=True, place=Place(1, 2, WORKER, "fl/fl-a", of, kubernetes=version), handle=None)


WANTED = Desired(("fl", "fl-a"), NEWER, pool(1, ""), (pool(2),))


def test_workers_wait_for_the_last_control_plane_of_the_older_version() -> None:
    assert waits_for_control_plane(WANTED, [control("v1.33.13"), control("v1.34.4")])
    assert not waits_for_control_plane(WANTED, [control("v1.34.4")])


def test_what_is_still_to_come_is_said_in_order() -> None:
    assert progress(WANTED, [control("v1.33.13")], [worker("v1.33.13")]).splitlines() == [
        f"Cluster is upgrading to {NEWER}",
        "  * KubeadmControlPlane upgrading to version v1.34.4",
        "  * MachineDeployment workers pending upgrade to version v1.34.4",
    ]
    assert "MachineDeployments a, b upgrading" in progress(WANTED, [control("v1.34.4")], [worker("v1.33.13", "a"), worker("v1.33.13", "b")])
    assert progress(WANTED, [control("v1.34.4")], [worker("v1.34.4")]) == ""


def test_a_vm_notes_the_version_that_it_was_made_with() -> None:
    place = worker("v1.33.13").place
    assert place_of(noted(place)) == place


def test_a_vm_notes_its_volumes() -> None:
    place = replace(worker("v1.33.13").place, volumes=(Volume(2, "containerd", "/var/lib/containerd", "32Gi", remembered=False),))
    assert place_of(noted(place)) == place


def test_a_cell_remembers_its_nodes_versions() -> None:
    cell = replace(
        LabConfig.parse_datacentre("lab", "10.89.0.0/16").cell(1),
        names=((1, "cp"), (2, "w")),
        control_planes=(1,),
        versions=((2, "v1.33.13"),),
    )
    assert [node.kubernetes for node in cell.nodes] == ["", "v1.33.13"]
    assert LabConfig.load(cell.name, cell.dump()) == cell


def test_each_version_has_programs_and_only_the_usual_one_is_built_for_every_lab() -> None:
    assert kubernetes_of("") is KUBERNETES
    assert kubernetes_of("v1.33.13").kind == "kubernetes133"
    assert set(ON_DEMAND) == set(KUBERNETES_RELEASES.values()) - {KUBERNETES}
    assert not set(ON_DEMAND) & set(EVERYTHING)
    with pytest.raises(LabError, match=r"no Kubernetes v1\.30\.0"):
        kubernetes_of("v1.30.0")


def test_the_supervisor_offers_the_versions_that_there_are_programs_of() -> None:
    content = yaml.safe_load_all(files("fedfleet_lab.datacentre").joinpath("manifests", "releases.yml").read_text())
    offered = [item for item in content if item["kind"] in ("TanzuKubernetesRelease", "OSImage")]
    for kind in ("TanzuKubernetesRelease", "OSImage"):
        found = [item["spec"].get("kubernetesVersion") or item["spec"]["version"] for item in offered if item["kind"] == kind]
        assert [version.partition("+")[0] for version in found] == list(KUBERNETES_RELEASES)


@pytest.mark.parametrize("version", KUBERNETES_RELEASES)
def test_what_a_release_is_stamped_with_is_what_it_is_built_from(version: str) -> None:
    module = (go_sources() / kubernetes_of(version).module / "go.mod").read_text()
    assert f"k8s.io/kubernetes {version}\n" in module
    assert f"GitVersion={version} " in kubernetes_of(version).programs[0].ldflags.replace("version.gitVersion", "GitVersion")
