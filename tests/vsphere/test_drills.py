"""A drill pulls the plug of a virtual machine through vCenter, and its rollback puts it back."""

from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.faults import NoFaultError, switch_vm
from fedfleet.drills.journal import CleanUp, Outcome
from fedfleet.drills.runner import Runner
from support.drilled import experiment, probe, scene
from support.soap import make_vm, result, soap
from support.vcenter import ADMINISTRATOR, INVENTORY, RunningVCenter


@pytest.fixture
def named(vcenter: RunningVCenter, monkeypatch: pytest.MonkeyPatch) -> RunningVCenter:
    """The vCenter that the environment names."""
    simulator = vcenter.simulator
    known = {"HOST": simulator.host, "USER": ADMINISTRATOR.user, "PASSWORD": ADMINISTRATOR.password}
    for name, value in (known | {"CA": str(simulator.authority.pair.certificate)}).items():
        monkeypatch.setenv(f"VCENTER_{name}", value)
    return vcenter


def switch(name: str, state: str, vcenter: RunningVCenter) -> dict[str, Any]:
    arguments = {"path": f"{INVENTORY.datacenter}/vm/{name}", "state": state, "port": vcenter.simulator.port}
    provider = {"type": "python", "module": "fedfleet.drills.faults", "func": "switch_vm", "arguments": arguments}
    return {"name": f"Switch it {state}", "type": "action", "provider": provider}


def test_a_machine_loses_its_power_and_has_it_again(named: RunningVCenter, tmp_path: Path) -> None:
    with soap(named) as instance:
        vm = make_vm(instance, "drilled")
        result(vm.PowerOnVM_Task())
        (tmp_path / "drill").mkdir()
        drill = experiment([probe("it runs", "true")], [switch("drilled", "off", named)], [switch("drilled", "on", named)])
        done = Runner(drill, scene(tmp_path), tmp_path / "drill", watchdog=lambda _folder, _pid: None).run()
        assert (done.fedfleet.outcome, done.fedfleet.clean_up) == (Outcome.HELD, CleanUp.DONE), done.fedfleet.sentence
        assert done.run[0].output == {"machine": "drilled", "before": "poweredOn", "after": "poweredOff"}
        assert done.rollbacks[0].output == {"machine": "drilled", "before": "poweredOff", "after": "poweredOn"}
        assert vm.runtime.powerState == "poweredOn"


def test_without_a_vcenter_nothing_is_switched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VCENTER_PASSWORD", raising=False)
    with pytest.raises(NoFaultError, match="VCENTER_PASSWORD"):
        switch_vm(scene(tmp_path), "DC0/vm/one", "off")
