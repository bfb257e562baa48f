"""Drills find the machine under a site's pods in vCenter, pull its plug, and put it back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.experiment import Experiment
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.journal import CleanUp, Journal, Outcome
from fedfleet.drills.machines import find_machine, machine_runs, switch_machine, switch_machines_on
from fedfleet.drills.runner import Runner
from fedfleet.drills.scene import Scene
from fedfleet.kube import KubeError
from fedfleet.sites import InventorySite, VcenterLogin
from support.drilled import experiment, probe, site
from support.soap import make_vm, result, soap
from support.vcenter import ADMINISTRATOR, INVENTORY, RunningVCenter

Place = Callable[..., Scene]
READY = {"conditions": [{"type": "Ready", "status": "True"}]}


class Cluster:
    """Nodes, by name with their provider's identifier, and FATE Flow's pod on the first of them."""

    def __init__(self, nodes: dict[str, str]) -> None:
        self._nodes = [{"metadata": {"name": name}, "spec": {"providerID": identifier}} for name, identifier in nodes.items()]

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_args: object) -> None:
        pass

    def list(self, kind: str, namespace: str = "", labels: Any = None, api_version: str = "") -> list[Any]:
        del namespace, labels, api_version
        pod = {"metadata": {"name": "python-0"}, "spec": {"nodeName": self._nodes[0]["metadata"]["name"]}, "status": READY}
        return self._nodes if kind == "Node" else [pod]

    def get(self, kind: str, name: str, api_version: str = "") -> Any:
        del kind, api_version
        return next(node for node in self._nodes if node["metadata"]["name"] == name)


@pytest.fixture
def login(vcenter: RunningVCenter) -> VcenterLogin:
    known = vcenter.simulator
    return VcenterLogin(known.host, ADMINISTRATOR.user, ADMINISTRATOR.password, str(known.authority.pair.certificate), known.port)


@pytest.fixture
def place(tmp_path: Path, login: VcenterLogin, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Makes a site with these nodes, by name with their provider's identifier."""

    def make(**nodes: str) -> Scene:
        monkeypatch.setattr(InventorySite, "connect", lambda _site: Cluster(nodes))
        return Scene(site(tmp_path), vcenter=login)

    return make


def action(func: str, **arguments: str) -> dict[str, Any]:
    provider = {"type": "python", "module": "fedfleet.drills.machines", "func": func, "arguments": arguments}
    return {"name": f"{func} {' '.join(arguments.values())}", "type": "action", "provider": provider}


def drilled(drill: Experiment, scene: Scene, folder: Path) -> Journal:
    folder.mkdir()
    return Runner(drill, scene, folder, watchdog=lambda _folder, _pid: None).run()


@pytest.mark.parametrize("by", ["path", "name", "uuid"])
def test_a_machine_loses_its_power_and_has_it_again(vcenter: RunningVCenter, place: Place, tmp_path: Path, by: str) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, f"drilled-{by}")
        result(vm.PowerOnVM_Task())
        scene = place(**{vm.name: f"vsphere://{vm.config.uuid}" if by == "uuid" else ""})
        off = {"path": f"{INVENTORY.datacenter}/vm/{vm.name}"} if by == "path" else {}
        drill = experiment([probe("it runs", "true")], [action("switch_machine", state="off", **off)], [action("switch_machines_on")])
        done = drilled(drill, scene, tmp_path / "drill")
        assert (done.fedfleet.outcome, done.fedfleet.clean_up) == (Outcome.HELD, CleanUp.DONE), done.fedfleet.sentence
        assert done.run[0].output == {"machine": vm.name, "host": vm.runtime.host.name, "before": "poweredOn", "after": "poweredOff"}
        assert done.rollbacks[0].output == {"switched_on": [vm.name], "missing": []}
        assert vm.runtime.powerState == "poweredOn"
    texts = [path.read_text() for path in (tmp_path / "drill").iterdir()]
    assert not [text for text in texts if ADMINISTRATOR.password in text]


def test_a_machine_that_is_looked_for_is_known_to_commands(vcenter: RunningVCenter, place: Place) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "found")
        scene = place(found="")
        assert find_machine(scene) == {"machine": "found", "host": vm.runtime.host.name}
        names = {name: scene.environment[name] for name in ("DRILL_NODE", "DRILL_MACHINE", "DRILL_HOST")}
        assert names == {"DRILL_NODE": "found", "DRILL_MACHINE": "found", "DRILL_HOST": vm.runtime.host.name}


def test_whether_it_runs_is_told_with_where_and_after_how_long(vcenter: RunningVCenter, place: Place) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "awaited")
        result(vm.PowerOnVM_Task())
        scene = place(awaited="")
        host = vm.runtime.host.name
        switch_machine(scene, "off")
        assert (machine_runs(scene).holds, machine_runs(scene).detail) == (False, f"awaited is poweredOff on {host}")
        switch_machine(scene, "on")
        assert machine_runs(scene, within=30).detail == f"awaited is poweredOn on {host} after 0 s"
        assert not machine_runs(scene, elsewhere=True).holds


def test_what_the_drill_switched_off_is_on_before_the_cluster_is_asked(
    vcenter: RunningVCenter, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "the-only-control-plane")
        result(vm.PowerOnVM_Task())
        scene = place(**{vm.name: ""})
        switch_machine(scene, "off")
        lists = Cluster.list

        def only_while_on(cluster: Cluster, kind: str, **given: Any) -> list[Any]:
            if vm.runtime.powerState != "poweredOn":
                raise KubeError("The API does not answer")
            return lists(cluster, kind, **given)

        monkeypatch.setattr(Cluster, "list", only_while_on)
        assert switch_machines_on(scene) == {"switched_on": [vm.name], "missing": []}


def test_machines_that_are_no_more_are_not_missed_unless_all_are(vcenter: RunningVCenter, place: Place) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "left")
        assert switch_machines_on(place(replaced="", left="")) == {
            "switched_on": ["left"],
            "missing": ["replaced"],
        }
        assert vm.runtime.powerState == "poweredOn"
    with pytest.raises(NoFaultError, match="shows none of the machines"):
        switch_machines_on(place(replaced=""))
