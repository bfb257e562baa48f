"""Every request that we send is one that VMware's own bindings could have sent: its URL, its query, its body."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from com.vmware import cis_client, content_client, vcenter_client
from com.vmware.cis import tagging_client
from com.vmware.content import library_client
from com.vmware.vcenter import namespace_management_client, namespaces_client, storage_client
from com.vmware.vcenter.namespace_management import supervisors_client

from fedfleet.vsphere import Client, content_libraries, inventory, namespaces, storage_policies, supervisors, tags, vm_classes
from fedfleet.vsphere.namespace_specs import Access, StorageSpec, Wanted, networks
from support import vsphere_wire as bindings
from support.answering_server import Asked, Says, Told, serving

STUBS = [
    cis_client._SessionStub,
    content_client._LibraryStub,
    content_client._LocalLibraryStub,
    content_client._SubscribedLibraryStub,
    library_client._ItemStub,
    namespace_management_client._ClustersStub,
    namespace_management_client._VirtualMachineClassesStub,
    namespaces_client._AccessStub,
    namespaces_client._InstancesStub,
    storage_client._PoliciesStub,
    vcenter_client._DatastoreStub,
    vcenter_client._VMStub,
    supervisors_client._SummaryStub,
    supervisors_client._TopologyStub,
    tagging_client._CategoryStub,
    tagging_client._TagStub,
    tagging_client._TagAssociationStub,
]
OPERATIONS = [one for stub in STUBS for one in bindings.operations(stub)]

SUPERVISOR = supervisors.Supervisor("s-1", "sup", "RUNNING", "READY")
OLD_SUPERVISOR = supervisors.Supervisor("domain-c8", "sup", "RUNNING", "READY", by_cluster=True)
NAMESPACE = {
    "cluster": "domain-c8",
    "config_status": "RUNNING",
    "messages": [],
    "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0},
    "description": "as it is",
    "access_list": [{"subject_type": "USER", "subject": "old", "domain": "vsphere.local", "role": "VIEW"}],
    "storage_specs": [],
}
VM_CLASS = {
    "id": "fl",
    "cpu_count": 2,
    "memory_MB": 4096,
    "description": "",
    "namespaces": [],
    "vms": [],
    "config_status": "READY",
    "messages": [],
}
LIBRARY = {"id": "lib-1", "name": "kr", "type": "SUBSCRIBED", "subscription_info": {"subscription_url": "https://a/lib.json"}}
WANTED = Wanted(
    "ns",
    description="new",
    access=(Access(subject_type="GROUP", subject="ops", domain="vsphere.local", role="EDIT"),),
    storage=(StorageSpec(policy="p-1", limit=1024), StorageSpec(policy="p-2")),
    vm_classes=frozenset({"fl"}),
    content_libraries=frozenset({"lib-1"}),
    network="primary",
)
MISSING = Says(404, {"error_type": "NOT_FOUND", "messages": []})


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def client(told: Told, tmp_path: Path) -> Iterator[Client]:
    with Client.connect("127.0.0.1", "dev@vsphere.local", "secret", ca_file=tmp_path / "ca.pem", port=told.port) as opened:
        yield opened


def faults(asked: Asked) -> list[str]:
    """What no call of the bindings would have sent."""
    path = asked.path.removeprefix("/api")
    fitting = [one for one in OPERATIONS if one.fits(asked.method, path)]
    # ".../instances/v2" is also ".../instances/{namespace}" of a namespace called v2: the bindings' longer one is meant.
    fitting = sorted(fitting, key=lambda one: one.template.count("{"))[:1]
    if not fitting:
        return [f"{asked.method} {path}: no such call"]
    return [f"{fitting[0].name}: {text}" for text in fitting[0].faults(asked.body)]


def see_supervisors(told: Told, client: Client) -> None:
    info = {"name": "sup", "config_status": "RUNNING", "kubernetes_status": "READY"}
    told.say("GET", "/api" + supervisors.SUMMARIES, Says(200, {"items": [{"supervisor": "s-1", "info": info}]}))
    told.say("GET", "/api" + supervisors.TOPOLOGY.format(supervisor="s-1"), Says(200, [{"zone": "z", "clusters": ["domain-c8"]}]))
    cluster = {"api_server_cluster_endpoint": "10.0.0.8", "api_server_management_endpoint": "10.0.1.8"}
    told.say("GET", f"/api{supervisors.CLUSTERS}/domain-c8", Says(200, cluster))
    assert supervisors.find(client).endpoint == "10.0.0.8"


def see_supervisors_of_an_old_vcenter(told: Told, client: Client) -> None:
    summary = {"cluster": "domain-c8", "cluster_name": "compute", "config_status": "RUNNING", "kubernetes_status": "READY"}
    told.say("GET", "/api" + supervisors.CLUSTERS, Says(200, [summary]))
    cluster = {"api_server_cluster_endpoint": "10.0.0.8", "api_server_management_endpoint": "10.0.1.8"}
    told.say("GET", f"/api{supervisors.CLUSTERS}/domain-c8", Says(200, cluster))
    found = supervisors.find(client, "compute")
    assert (found.id, found.by_cluster, found.endpoint) == ("domain-c8", True, "10.0.0.8")


def make_a_namespace(told: Told, client: Client) -> None:
    told.say("GET", "/api/vcenter/namespaces/instances/v2/ns", MISSING, MISSING, Says(200, NAMESPACE))
    told.say("POST", "/api/vcenter/namespaces/instances/v2", Says(204))
    assert namespaces.ensure(client, SUPERVISOR, WANTED, timeout=10).changed


def make_a_namespace_with_nsx_vpc(told: Told, client: Client) -> None:
    told.say("GET", "/api" + supervisors.TOPOLOGY.format(supervisor="s-1"), Says(200, [{"zone": "z", "clusters": ["domain-c8"]}]))
    told.say("GET", f"/api{supervisors.CLUSTERS}/domain-c8", Says(200, {"network_provider": "NSX_VPC"}))
    told.say("GET", "/api/vcenter/namespaces/instances/v2/ns", MISSING, Says(200, NAMESPACE), MISSING, Says(200, NAMESPACE))
    told.say("POST", "/api/vcenter/namespaces/instances/v2", Says(204))
    for vpc, cidrs in (("/orgs/o/projects/p/vpcs/v", []), ("", ["172.26.0.0/16"])):
        wanted = Wanted("ns", vpc=vpc, vpc_cidrs=networks(cidrs))
        assert namespaces.ensure(client, SUPERVISOR, wanted, timeout=10).changed


def make_a_namespace_at_an_old_vcenter(told: Told, client: Client) -> None:
    told.say("GET", "/api/vcenter/namespaces/instances/ns", MISSING, Says(200, NAMESPACE))
    told.say("POST", "/api/vcenter/namespaces/instances", Says(204))
    assert namespaces.ensure(client, OLD_SUPERVISOR, WANTED, timeout=10).changed


def change_a_namespace(told: Told, client: Client) -> None:
    told.say("GET", "/api/vcenter/namespaces/instances/v2/ns", Says(200, NAMESPACE))
    told.say("PATCH", "/api/vcenter/namespaces/instances/ns", Says(204))
    told.say("POST", "/api/vcenter/namespaces/instances/ns/access/vsphere.local/ops?type=GROUP", Says(204))
    told.say("DELETE", "/api/vcenter/namespaces/instances/ns/access/vsphere.local/old?type=USER", Says(204))
    assert namespaces.ensure(client, SUPERVISOR, WANTED, timeout=10, exclusive=True).changed


def change_a_role(told: Told, client: Client) -> None:
    told.say("GET", "/api/vcenter/namespaces/instances/v2/ns", Says(200, NAMESPACE))
    told.say("PUT", "/api/vcenter/namespaces/instances/ns/access/vsphere.local/old?type=USER", Says(204))
    owner = Access(subject_type="USER", subject="old", domain="vsphere.local", role="OWNER")
    assert namespaces.ensure(client, SUPERVISOR, Wanted("ns", access=(owner,)), timeout=10).changed


def remove_a_namespace(told: Told, client: Client) -> None:
    told.say("GET", "/api/vcenter/namespaces/instances/ns", Says(200, NAMESPACE), MISSING)
    told.say("DELETE", "/api/vcenter/namespaces/instances/ns", Says(204))
    assert namespaces.remove(client, "ns", timeout=10).changed


def list_namespaces(told: Told, client: Client) -> None:
    told.say("GET", "/api/vcenter/namespaces/instances", Says(200, [{"namespace": "b"}, {"namespace": "a"}]))
    assert namespaces.names(client) == ["a", "b"]


def make_and_change_a_vm_class(told: Told, client: Client) -> None:
    path = "/api" + vm_classes.CLASSES
    told.say("GET", path, Says(200, [VM_CLASS]))
    told.say("GET", f"{path}/fl", MISSING, Says(200, VM_CLASS))
    told.say("POST", path, Says(204))
    told.say("PATCH", f"{path}/fl", Says(204))
    assert [one.id for one in vm_classes.list_all(client)] == ["fl"]
    wanted = vm_classes.Wanted("fl", 2, 8192, 100, 100, "for tests")
    assert vm_classes.ensure(client, wanted).before is None
    assert vm_classes.ensure(client, wanted).before is not None


def remove_a_vm_class(told: Told, client: Client) -> None:
    path = f"/api{vm_classes.CLASSES}/fl"
    told.say("GET", path, Says(200, VM_CLASS), MISSING)
    told.say("DELETE", path, Says(204))
    assert vm_classes.remove(client, "fl", timeout=10).changed


def list_policies(told: Told, client: Client) -> None:
    told.say("GET", "/api" + storage_policies.POLICIES, Says(200, [{"policy": "p-1", "name": "Gold", "description": ""}]))
    assert storage_policies.identifiers(client, ["Gold"]) == {"Gold": "p-1"}
    told.say(
        "POST",
        f"/api{storage_policies.POLICIES}/p-1?action=check-compatibility",
        Says(200, {"compatible_datastores": [{"datastore": "datastore-1"}]}),
    )
    assert storage_policies.fitting(client, "p-1", ["datastore-1", "datastore-2"]) == {"datastore-1"}


def find_by_name(told: Told, client: Client) -> None:
    told.say("GET", f"/api{inventory.DATASTORES}?names=fast", Says(200, [{"datastore": "datastore-1", "name": "fast"}]))
    told.say("GET", f"/api{inventory.MACHINES}?names=node", Says(200, [{"vm": "vm-1", "name": "node"}]))
    assert inventory.datastores(client, ["fast"]) == {"fast": "datastore-1"}
    assert inventory.machines(client, "node") == ["vm-1"]


def subscribe_to_a_library(told: Told, client: Client) -> None:
    told.say("POST", "/api/content/library?action=find", Says(200, []), Says(200, ["lib-1"]))
    told.say("GET", "/api/content/library/lib-1", Says(200, LIBRARY), Says(200, LIBRARY), Says(200, LIBRARY | {"last_sync_time": "2026"}))
    told.say("POST", "/api/content/subscribed-library?action=probe", Says(200, {"status": "SUCCESS"}))
    told.say("POST", "/api/content/subscribed-library", Says(201, "lib-1"))
    told.say("PATCH", "/api/content/subscribed-library/lib-1", Says(204))
    told.say("POST", "/api/content/subscribed-library/lib-1?action=sync", Says(204))
    told.say("GET", "/api/content/library/item?library_id=lib-1", Says(200, ["item-1"]))
    told.say("DELETE", "/api/content/subscribed-library/lib-1", Says(204))
    told.say("GET", "/api/vcenter/namespaces/instances", Says(200, [{"namespace": "ns"}]))
    told.say("GET", "/api/vcenter/namespaces/instances/ns", Says(200, NAMESPACE))
    told.say("GET", "/api/content/library", Says(200, ["lib-1"]))
    wanted = content_libraries.Wanted(
        "kr",
        "datastore-1",
        "releases",
        "https://a/lib.json",
        on_demand=False,
        ssl_thumbprint="AA",
        ca_pem="PEM",
        username="u",
        password="p",
    )
    assert content_libraries.ensure(client, wanted).changed
    assert content_libraries.ensure(client, wanted).changed
    library = content_libraries.get(client, "lib-1")
    assert library is not None
    content_libraries.sync(client, library.model_copy(update={"last_sync_time": None}), 10)
    assert [one.name for one in content_libraries.list_all(client)] == ["kr"]
    assert content_libraries.remove(client, "kr").changed


def make_a_local_library(told: Told, client: Client) -> None:
    told.say("POST", "/api/content/library?action=find", Says(200, []))
    told.say("POST", "/api/content/local-library", Says(201, "lib-2"))
    told.say("GET", "/api/content/library/lib-2", Says(200, {"id": "lib-2", "name": "own", "type": "LOCAL"}))
    assert content_libraries.ensure(client, content_libraries.Wanted("own", "datastore-1")).changed


def tag_datastores(told: Told, client: Client) -> None:
    category = {
        "id": "c-1",
        "name": "fl",
        "description": tags.OURS,
        "cardinality": "MULTIPLE",
        "associable_types": ["Datastore"],
        "used_by": [],
    }
    told.say("GET", "/api/cis/tagging/category", Says(200, ["c-1"]))
    told.say("GET", "/api/cis/tagging/category/c-1", Says(200, category))
    told.say("POST", "/api/cis/tagging/category", Says(201, "c-1"))
    told.say("POST", "/api/cis/tagging/tag", Says(201, "t-1"))
    told.say("POST", "/api/cis/tagging/tag?action=list-tags-for-category", Says(200, ["t-1"]))
    tag = {"id": "t-1", "category_id": "c-1", "name": "gold", "description": tags.OURS, "used_by": []}
    told.say("GET", "/api/cis/tagging/tag/t-1", Says(200, tag))
    attached = [{"type": "Datastore", "id": "datastore-1"}, {"type": "HostSystem", "id": "host-1"}]
    told.say("POST", "/api/cis/tagging/tag-association/t-1?action=list-attached-objects", Says(200, attached))
    told.say("POST", "/api/cis/tagging/tag-association/t-1?action=attach", Says(204))
    told.say("DELETE", "/api/cis/tagging/tag/t-1", Says(204))
    told.say("DELETE", "/api/cis/tagging/category/c-1", Says(204))
    made = tags.make_category(client, "fl")
    assert tags.find_category(client, "fl") == made
    assert tags.make_tag(client, made, "gold") == tags.find_tag(client, made, "gold")
    found = tags.find_tag(client, made, "gold")
    assert found is not None
    assert tags.tagged_datastores(client, found) == {"datastore-1"}
    tags.attach(client, found, "datastore-2")
    told.say("POST", "/api/cis/tagging/tag?action=list-tags-for-category", Says(200, ["t-1"]), Says(200, []))
    tags.take_back(client, "fl", "gold")
    assert [one.path for one in told.requests() if one.method == "DELETE"] == ["/api/cis/tagging/tag/t-1", "/api/cis/tagging/category/c-1"]


WORK: list[Callable[[Told, Client], None]] = [
    see_supervisors,
    see_supervisors_of_an_old_vcenter,
    make_a_namespace,
    make_a_namespace_at_an_old_vcenter,
    make_a_namespace_with_nsx_vpc,
    change_a_namespace,
    change_a_role,
    remove_a_namespace,
    list_namespaces,
    make_and_change_a_vm_class,
    remove_a_vm_class,
    list_policies,
    find_by_name,
    subscribe_to_a_library,
    make_a_local_library,
    tag_datastores,
]


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_what_is_sent_is_what_the_bindings_send(told: Told, client: Client, work: Callable[[Told, Client], None]) -> None:
    work(told, client)
    assert [text for asked in told.asked for text in faults(asked)] == []
    assert len(told.requests()) > 0


def test_a_field_that_is_none_would_be_found() -> None:
    body: dict[str, Any] = {"supervisor": "s-1", "namespace": "ns", "storage": []}
    asked = Asked("POST", "/api/vcenter/namespaces/instances/v2", body, {})
    assert faults(asked) == ["create_v2: body.storage: no such field in com.vmware.vcenter.namespaces.instances.create_spec_v2"]


def test_a_call_that_is_none_would_be_found() -> None:
    assert faults(Asked("POST", "/api/vcenter/namespaces/instances/v3/x", {}, {})) != []


def test_a_plan_sends_nothing_but_questions(told: Told, client: Client) -> None:
    told.say("GET", "/api/vcenter/namespaces/instances/v2/ns", Says(200, NAMESPACE))
    told.say("GET", "/api/vcenter/namespaces/instances/ns", Says(200, NAMESPACE))
    assert namespaces.ensure(client, SUPERVISOR, WANTED, timeout=10, dry_run=True).changed
    assert namespaces.remove(client, "ns", timeout=10, dry_run=True).changed
    assert vm_classes.ensure(client, vm_classes.Wanted("new", 1, 1), dry_run=True).changed
    assert {one.method for one in told.requests()} == {"GET"}
