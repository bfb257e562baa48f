"""VMware's own bindings read what the simulator answers, and the same reads hold against a vCenter where one is named."""

from collections.abc import Iterator

import pytest
from com.vmware.cis import tagging_client
from com.vmware.cis_client import Session
from com.vmware.content import library_client
from com.vmware.content_client import Library, LibraryModel, LocalLibrary, SubscribedLibrary
from com.vmware.vapi.std import errors_client
from com.vmware.vapi.std_client import DynamicID
from com.vmware.vcenter import storage_client
from com.vmware.vcenter.namespace_management import software_client, supervisors_client
from com.vmware.vcenter.namespace_management_client import Clusters, VirtualMachineClasses
from com.vmware.vcenter.namespaces import user_client
from com.vmware.vcenter.namespaces_client import Access, Instances
from com.vmware.vcenter_client import VM, Cluster, Datacenter, Datastore, Host, Network

from support.bindings import Bindings, of_real_vcenter, of_simulator, real_vcenter
from support.soap import make_vm, soap
from support.vcenter import INVENTORY, RunningVCenter


@pytest.fixture(scope="module", params=["simulator", "vCenter"] if real_vcenter() else ["simulator"])
def some(request: pytest.FixtureRequest, vcenter: RunningVCenter) -> Iterator[Bindings]:
    """The simulator with one of each kind, or a real vCenter as it is."""
    if request.param == "vCenter":
        with of_real_vcenter() as real:
            yield real
        return
    with of_simulator(vcenter) as simulated:
        furnish(vcenter)
        yield simulated


def furnish(vcenter: RunningVCenter) -> None:
    access = [{"subject_type": "USER", "subject": "editor", "domain": "vsphere.local", "role": "EDIT"}]
    datastore = vcenter.get("/vcenter/datastore")[0]["datastore"]
    backings = [{"type": "DATASTORE", "datastore_id": datastore}]
    url = "https://127.0.0.9/bindings.json"
    vcenter.lab("PUT", "/publications", {url: [{"id": "one", "name": "v1.34.4", "type": "ovf"}]})
    subscription = {"authentication_method": "NONE", "subscription_url": url}
    body = {"name": "bindings-subscribed", "storage_backings": backings, "subscription_info": subscription}
    library = vcenter.do("POST", "/content/subscribed-library", body)
    vcenter.do("POST", f"/content/subscribed-library/{library}?action=sync")
    vcenter.do(
        "POST",
        "/vcenter/namespaces/instances",
        {
            "cluster": vcenter.cluster,
            "namespace": "bindings",
            "access_list": access,
            "storage_specs": [{"policy": vcenter.policy, "limit": 1024}],
            "vm_service_spec": {"vm_classes": ["guaranteed-small"], "content_libraries": [library]},
            "resource_spec": {"cpu_limit": 1000},
            "networks": ["workload-1"],
        },
    )
    details = {"id": "some.id", "default_message": "something", "args": ["one"]}
    vcenter.lab("PATCH", "/namespaces/bindings", {"config_status": "RUNNING", "messages": [{"severity": "WARNING", "details": details}]})
    message = {"id": "some.id", "severity": "INFO", "details": details}
    status = {"api_endpoint": "127.0.0.9", "config_status": "RUNNING", "kubernetes_status": "READY", "messages": [message]}
    vcenter.lab("PUT", "/supervisor", status)
    with soap(vcenter) as instance:
        make_vm(instance, "bindings")


def test_sessions_decode(some: Bindings) -> None:
    assert some(Session).get().user


def test_namespaces_decode(some: Bindings) -> None:
    for one in some(Instances).list():
        info = some(Instances).get(one.namespace)
        assert info.config_status == one.config_status


def test_namespaces_of_the_second_version_decode(some: Bindings) -> None:
    for one in some(Instances).list_v2():
        assert some(Instances).get_v2(one.namespace).supervisor == one.supervisor


def test_roles_decode(some: Bindings) -> None:
    for one in some(Instances).list():
        for item in some(Instances).get(one.namespace).access_list:
            assert some(Access).get(one.namespace, item.domain, item.subject, item.subject_type).role == item.role


def test_own_namespaces_decode(some: Bindings) -> None:
    assert all(one.namespace for one in some(user_client.Instances).list())


def test_supervisors_decode(some: Bindings) -> None:
    for item in some(supervisors_client.Summary).list().items:
        assert some(supervisors_client.Summary).get(item.supervisor).name == item.info.name
        assert some(supervisors_client.Topology).get(item.supervisor)
        assert some(supervisors_client.Conditions).get(item.supervisor) is not None


def test_clusters_with_a_supervisor_decode(some: Bindings) -> None:
    for one in some(Clusters).list():
        assert some(Clusters).get(one.cluster).config_status == one.config_status
        assert some(software_client.Clusters).get(one.cluster).current_version
    assert isinstance(some(software_client.Clusters).list(), list)


def test_vm_classes_decode(some: Bindings) -> None:
    for one in some(VirtualMachineClasses).list():
        assert some(VirtualMachineClasses).get(one.id).memory_mb == one.memory_mb


def test_storage_policies_decode(some: Bindings) -> None:
    assert all(one.policy and one.name for one in some(storage_client.Policies).list())


def test_libraries_and_their_items_decode(some: Bindings) -> None:
    for library in some(Library).list():
        assert some(Library).get(library).type in ("LOCAL", "SUBSCRIBED")
        # The bindings' own `list` loses the library on its way.
        for item in some(library_client.Item).find(library_client.Item.FindSpec(library_id=library)):
            assert some(library_client.Item).get(item).library_id == library
    for library in some(SubscribedLibrary).list():
        assert some(SubscribedLibrary).get(library).subscription_info.subscription_url


@pytest.mark.parametrize("kind", [Cluster, Datacenter, Datastore, Host, Network, VM])
def test_lists_of_the_inventory_decode(some: Bindings, kind: type) -> None:
    found = some(kind).list()
    assert all(one.name for one in found)


def test_tags_decode(some: Bindings) -> None:
    for category in some(tagging_client.Category).list():
        assert some(tagging_client.Category).get(category).id == category
        for tag in some(tagging_client.Tag).list_tags_for_category(category):
            assert some(tagging_client.Tag).get(tag).category_id == category


def test_what_the_bindings_send_is_taken(vcenter: RunningVCenter) -> None:
    with of_simulator(vcenter) as simulated:
        instances = simulated(Instances)
        storage = [Instances.StorageSpec(policy=vcenter.policy, limit=2048)]
        spec = Instances.CreateSpecV2(supervisor=INVENTORY.supervisor.id, namespace="sent", storage_specs=storage)
        instances.create_v2(spec)
        instances.update("sent", Instances.UpdateSpec(description="by the bindings"))
        assert instances.get("sent").description == "by the bindings"
        instances.set("sent", Instances.SetSpec(storage_specs=storage))
        assert (instances.get("sent").description, instances.get("sent").storage_specs[0].limit) == ("", 2048)
        simulated(Access).create("sent", "vsphere.local", "editor", "USER", Access.CreateSpec(role="EDIT"))
        instances.delete("sent")
        assert instances.get("sent").config_status == "REMOVING"


def test_classes_libraries_and_tags_that_the_bindings_send_are_taken(vcenter: RunningVCenter) -> None:
    with of_simulator(vcenter) as simulated:
        classes = simulated(VirtualMachineClasses)
        classes.create(VirtualMachineClasses.CreateSpec(id="sent", cpu_count=2, memory_mb=2048))
        classes.update("sent", VirtualMachineClasses.UpdateSpec(memory_mb=4096))
        assert classes.get("sent").memory_mb == 4096
        classes.delete("sent")
        datastore = simulated(Datastore).list()[0].datastore
        backing = library_client.StorageBacking(type="DATASTORE", datastore_id=datastore)
        library = simulated(LocalLibrary).create(LibraryModel(name="sent", storage_backings=[backing]))
        assert simulated(Library).find(Library.FindSpec(name="sent")) == [library]
        category = simulated(tagging_client.Category).create(
            tagging_client.Category.CreateSpec(name="sent", description="", cardinality="MULTIPLE", associable_types=set())
        )
        tag = simulated(tagging_client.Tag).create(tagging_client.Tag.CreateSpec(name="sent", description="", category_id=category))
        association = simulated(tagging_client.TagAssociation)
        association.attach(tag, DynamicID(type="Datastore", id=datastore))
        assert association.list_attached_tags(DynamicID(type="Datastore", id=datastore)) == [tag]
        simulated(LocalLibrary).delete(library)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("no-such-namespace", errors_client.Error.Type.NOT_FOUND), ("vmware-system-mine", errors_client.Error.Type.UNAUTHORIZED)],
)
def test_refusals_are_the_bindings_errors(vcenter: RunningVCenter, name: str, kind: str) -> None:
    with of_simulator(vcenter) as simulated, pytest.raises(errors_client.Error) as refused:
        simulated(Instances).delete(name)
    assert refused.value.error_type == kind
    assert "simulated" in refused.value.messages[0].default_message
