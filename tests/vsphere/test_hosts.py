"""ESXi hosts: one that fails, as the lab has it, and VMs that move from one to another."""

from pyVmomi import vim

from support.soap import make_vm, named, result, soap
from support.vcenter import INVENTORY, RunningVCenter

FIRST, SECOND = (host.name for host in INVENTORY.hosts[:2])


def test_a_host_that_fails_answers_its_vcenter_no_more_until_it_is_repaired(own_vcenter: RunningVCenter) -> None:
    with soap(own_vcenter) as instance:
        host = named(instance, vim.HostSystem, FIRST)
        for failed, connection, power in ((True, "notResponding", "unknown"), (False, "connected", "poweredOn")):
            own_vcenter.lab("PUT", f"/hosts/{FIRST}", {"failed": failed})
            assert (host.runtime.connectionState, host.runtime.powerState) == (connection, power)
        assert named(instance, vim.HostSystem, SECOND).runtime.connectionState == "connected"


def test_a_host_that_is_not_there_cannot_fail(vcenter: RunningVCenter) -> None:
    answer = vcenter.http.put("/lab/hosts/esx9", json={"failed": True}, headers={"x-lab-token": vcenter.simulator.token()})
    assert answer.status_code == 404
    assert "esx9" in answer.text


def test_a_vm_moves_to_another_host_while_it_is_on(own_vcenter: RunningVCenter) -> None:
    with soap(own_vcenter) as instance:
        vm = make_vm(instance, "roaming", host=FIRST)
        result(vm.PowerOnVM_Task())
        result(vm.RelocateVM_Task(vim.vm.RelocateSpec(host=named(instance, vim.HostSystem, SECOND))))
        assert (vm.runtime.host.name, vm.runtime.powerState) == (SECOND, "poweredOn")
