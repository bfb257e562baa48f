"""What pyvmomi finds, makes and switches."""

from typing import Any

import pytest
from pyVmomi import VmomiSupport, pbm, vim, vmodl
from pyVmomi.SoapAdapter import SoapStubAdapter

from fedfleet_lab.datacentre import vms
from fedfleet_lab.datacentre.vms import Vms
from support.cluster import eventually
from support.soap import extra_config, finished, make_vm, named, names, result, soap
from support.vcenter import ADMINISTRATOR, INVENTORY, READER, RunningVCenter


def test_names_log_in_over_soap(vcenter: RunningVCenter) -> None:
    with soap(vcenter, READER) as instance:
        assert instance.content.sessionManager.currentSession.userName == READER.user


def test_a_wrong_password_is_refused_over_soap(vcenter: RunningVCenter) -> None:
    with pytest.raises(vim.fault.InvalidLogin), soap(vcenter, password="wrong"):
        pass


def test_without_a_login_nothing_is_read(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        folder = instance.content.rootFolder
        instance.content.sessionManager.Logout()
        with pytest.raises(vim.fault.NotAuthenticated):
            _ = folder.childEntity
        instance.content.sessionManager.Login(ADMINISTRATOR.user, ADMINISTRATOR.password)


def test_it_says_that_it_is_simulated(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        about = instance.content.about
        assert (about.version, about.apiVersion, about.build) == (INVENTORY.version, INVENTORY.api_version, INVENTORY.build)
        assert "simulated" in about.fullName


def test_soap_has_the_inventorys_names_and_numbers(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        assert names(instance, vim.Datacenter) == [INVENTORY.datacenter]
        assert sorted(names(instance, vim.HostSystem)) == sorted(host.name for host in INVENTORY.hosts)
        cluster = named(instance, vim.ClusterComputeResource, INVENTORY.cluster)
        assert (cluster.summary.totalCpu, cluster.summary.totalMemory) == (2 * 16 * 2000, 2 * (64 << 30))
        host = named(instance, vim.HostSystem, INVENTORY.hosts[0].name)
        assert (host.summary.hardware.numCpuCores, host.hardware.memorySize) == (16, 64 << 30)
        assert named(instance, vim.Datastore, "north-slow").summary.capacity == 8 << 40


def test_a_vm_is_made_as_it_was_asked_for(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "made", cpus=4, memory=8192, host="esx2.north", **{"guestinfo.site": "north"})
        assert (vm.config.hardware.numCPU, vm.config.hardware.memoryMB) == (4, 8192)
        assert extra_config(vm)["guestinfo.site"] == "north"
        assert vm.runtime.host.name == "esx2.north"
        assert vm.runtime.powerState == "poweredOff"
        assert vm.summary.runtime.faultToleranceState == "notConfigured"


def test_a_clone_is_made_as_it_was_asked_for(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        template = make_vm(instance, "cloned-from")
        extra = [vim.option.OptionValue(key="guestinfo.node", value="one")]
        spec = vim.vm.CloneSpec(
            location=vim.vm.RelocateSpec(), powerOn=True, config=vim.vm.ConfigSpec(numCPUs=8, memoryMB=16384, extraConfig=extra)
        )
        clone = result(template.CloneVM_Task(folder=template.parent, name="cloned", spec=spec))
        assert (clone.config.hardware.numCPU, clone.config.hardware.memoryMB) == (8, 16384)
        assert extra_config(clone)["guestinfo.node"] == "one"
        assert clone.runtime.powerState == "poweredOn"


def test_power_is_switched(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "switched")
        result(vm.PowerOnVM_Task())
        assert vm.runtime.powerState == "poweredOn"
        assert isinstance(finished(vm.PowerOnVM_Task()).info.error, vim.fault.InvalidPowerState)
        result(vm.ResetVM_Task())
        result(vm.PowerOffVM_Task())
        assert vm.runtime.powerState == "poweredOff"


def test_a_reset_is_seen_by_when_the_vm_was_last_switched_on(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "reset")
        result(vm.PowerOnVM_Task())
        before = vm.summary.runtime.bootTime
        result(vm.ResetVM_Task())
        assert vm.runtime.powerState == "poweredOn"
        assert vm.summary.runtime.bootTime > before


def test_the_lab_tells_its_sessions_apart(vcenter: RunningVCenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vms, "_PORT", vcenter.simulator.port)
    simulator = vcenter.simulator
    known = Vms(simulator.host, ADMINISTRATOR.user, ADMINISTRATOR.password, simulator.authority.pair.certificate)
    before = known.session()
    assert known.session() == before
    known.connect()
    assert known.session() != before


def test_a_vm_is_reconfigured_and_destroyed(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "reconfigured")
        result(vm.ReconfigVM_Task(vim.vm.ConfigSpec(numCPUs=6, memoryMB=2048)))
        assert (vm.config.hardware.numCPU, vm.config.hardware.memoryMB) == (6, 2048)
        result(vm.Destroy_Task())
        assert "reconfigured" not in names(instance, vim.VirtualMachine)


def test_changes_of_power_are_told_to_who_waits(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "watched")
        collector = instance.content.propertyCollector
        query = vmodl.query.PropertyCollector
        spec = query.FilterSpec(
            objectSet=[query.ObjectSpec(obj=vm)],
            propSet=[query.PropertySpec(type=vim.VirtualMachine, pathSet=["runtime.powerState"])],
        )
        watch = collector.CreateFilter(spec, partialUpdates=False)
        first = collector.WaitForUpdatesEx("")
        result(vm.PowerOnVM_Task())
        second = collector.WaitForUpdatesEx(first.version, query.WaitOptions(maxWaitSeconds=10))
        (change,) = second.filterSet[0].objectSet[0].changeSet
        assert (change.name, change.val) == ("runtime.powerState", "poweredOn")
        watch.Destroy()


def test_vms_are_listed_by_rest_too(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        vm = make_vm(instance, "listed", cpus=3, memory=1024)
        (found,) = vcenter.get("/vcenter/vm?names=listed")
        assert found == {"vm": vm._GetMoId(), "name": "listed", "power_state": "POWERED_OFF", "cpu_count": 3, "memory_size_MiB": 1024}


def test_a_policy_made_over_soap_is_listed_by_rest_and_taken_by_namespaces(vcenter: RunningVCenter) -> None:
    with soap(vcenter) as instance:
        policy = make_policy(vcenter, instance, "North Gold")
        assert {"policy": policy, "name": "North Gold", "description": "made by a test"} in vcenter.get("/vcenter/storage/policies")
        spec = {"cluster": vcenter.cluster, "namespace": "gold", "storage_specs": [{"policy": policy}]}
        vcenter.do("POST", "/vcenter/namespaces/instances", spec)
        kept = {one["policy"]: one["k8s_compliant_name"] for one in vcenter.lab("GET", "/state")["storage_policies"]}
        assert kept[policy] == "north-gold"


def make_policy(vcenter: RunningVCenter, instance: Any, name: str) -> str:
    """A storage policy by tag, made over SOAP; the session's cookie goes into the header of every call."""
    cookie = instance._stub.cookie
    VmomiSupport.GetRequestContext()["vcSessionCookie"] = cookie.split('"')[1] if '"' in cookie else cookie.split("=")[1].split(";")[0]
    simulator = vcenter.simulator
    stub = SoapStubAdapter(host=simulator.host, port=simulator.port, path="/pbm", version="pbm.version.v8_0_3_0", sslContext=vcenter.trust)
    stub.cookie = cookie
    manager = pbm.ServiceInstance("ServiceInstance", stub).RetrieveContent().profileManager
    tags = pbm.capability.PropertyInstance(
        id="com.vmware.storage.tag.storage.property", value=pbm.capability.types.DiscreteSet(values=["gold"])
    )
    rule = pbm.capability.CapabilityInstance(
        id=pbm.capability.CapabilityMetadata.UniqueId(namespace="http://www.vmware.com/storage/tag", id="storage"),
        constraint=[pbm.capability.ConstraintInstance(propertyInstance=[tags])],
    )
    part = pbm.profile.SubProfileCapabilityConstraints.SubProfile(name="tags", capability=[rule])
    capability = pbm.profile.SubProfileCapabilityConstraints(subProfiles=[part])
    spec = pbm.profile.CapabilityBasedProfileCreateSpec(
        name=name,
        description="made by a test",
        category="REQUIREMENT",
        resourceType=pbm.profile.ResourceType(resourceType="STORAGE"),
        constraints=capability,
    )
    return str(manager.Create(spec).uniqueId)


def test_a_restart_keeps_vms_policies_and_all_that_rest_made(own_vcenter: RunningVCenter) -> None:
    vcenter = own_vcenter
    with soap(vcenter) as instance:
        policy = make_policy(vcenter, instance, "Kept")
        make_vm(instance, "gone")
        kept = make_vm(instance, "kept", cpus=4, memory=8192, host="esx2.north", **{"guestinfo.site": "north"})
        before = (kept._GetMoId(), kept.config.uuid, kept.config.instanceUuid)
        result(kept.PowerOnVM_Task())
        result(named(instance, vim.VirtualMachine, "gone").Destroy_Task())
    spec = {"cluster": vcenter.cluster, "namespace": "kept", "storage_specs": [{"policy": policy}]}
    vcenter.do("POST", "/vcenter/namespaces/instances", spec)
    state = vcenter.lab("GET", "/state")
    vcenter.restart()
    assert vcenter.lab("GET", "/state") == state
    assert vcenter.simulator.state.stat().st_mode & 0o777 == 0o600
    with soap(vcenter) as instance:
        assert names(instance, vim.VirtualMachine) == ["kept"]
        vm = named(instance, vim.VirtualMachine, "kept")
        assert (vm._GetMoId(), vm.config.uuid, vm.config.instanceUuid) == before
        assert (vm.config.hardware.numCPU, vm.config.hardware.memoryMB) == (4, 8192)
        assert extra_config(vm)["guestinfo.site"] == "north"
        assert (vm.runtime.host.name, vm.runtime.powerState) == ("esx2.north", "poweredOn")


def test_what_was_switched_is_on_disk_soon_without_a_clean_end(own_vcenter: RunningVCenter) -> None:
    with soap(own_vcenter) as instance:
        result(make_vm(instance, "crashed").PowerOnVM_Task())
    state = own_vcenter.simulator.state
    eventually(lambda: state.exists() and '"power_state": "poweredOn"' in state.read_text(), "the state has the VM's power")
