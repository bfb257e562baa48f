"""What we read and where we ask is what VMware's own bindings of vCenter say."""

from typing import Any

import pytest
from com.vmware import content_client, vcenter_client
from com.vmware.cis import tagging_client
from com.vmware.content import library_client
from com.vmware.vapi import std_client
from com.vmware.vcenter import namespace_management_client, namespaces_client, storage_client
from com.vmware.vcenter.namespace_management import supervisors_client
from pydantic import BaseModel

from fedfleet.vsphere import content_libraries, inventory, namespace_specs, storage_policies, supervisors, tags, vm_classes
from support import vsphere_wire as bindings

_CLUSTERS = namespace_management_client.Clusters
_SUMMARY = supervisors_client.Summary
_INSTANCES = namespaces_client.Instances

READ: list[tuple[type[BaseModel], Any]] = [
    (supervisors.Localizable, std_client.LocalizableMessage),
    (supervisors.Message, _CLUSTERS.Message),
    (supervisors.Message, _SUMMARY.Message),
    (supervisors.Message, _INSTANCES.Message),
    (supervisors.SummaryInfo, _SUMMARY.Info),
    (supervisors.SummaryItem, _SUMMARY.ListItem),
    (supervisors.SummaryList, _SUMMARY.ListResult),
    (supervisors.ZoneTopology, supervisors_client.Topology.Info),
    (supervisors.ClusterSummary, _CLUSTERS.Summary),
    (supervisors.ClusterInfo, _CLUSTERS.Info),
    (supervisors.Cidr, namespace_management_client.Ipv4Cidr),
    (supervisors.WorkloadNetworks, _CLUSTERS.WorkloadNetworksInfo),
    (supervisors.WorkloadNetwork, namespace_management_client.Networks.Info),
    (supervisors.PortgroupNetwork, namespace_management_client.Networks.VsphereDVPGNetworkInfo),
    (supervisors.NsxNetworks, _CLUSTERS.NCPClusterNetworkInfo),
    (supervisors.ClusterNetwork, _CLUSTERS.Info),
    (namespace_specs.Access, _INSTANCES.Access),
    (namespace_specs.StorageSpec, _INSTANCES.StorageSpec),
    (namespace_specs.VMServiceSpec, _INSTANCES.VMServiceSpec),
    (namespace_specs.LibrarySpec, _INSTANCES.ContentLibrarySpec),
    (namespace_specs.Stats, _INSTANCES.Stats),
    (inventory.DatastoreListed, vcenter_client.Datastore.Summary),
    (inventory.MachineListed, vcenter_client.VM.Summary),
    (vm_classes.VmClass, namespace_management_client.VirtualMachineClasses.Info),
    (storage_policies.CompatibilityInfo, storage_client.Policies.CompatibilityInfo),
    (storage_policies.CompatibleDatastore, storage_client.Policies.CompatibleDatastoreInfo),
    (namespace_specs.Quotas, namespaces_client.ResourceQuotaOptionsV1),
    (storage_policies.StoragePolicy, storage_client.Policies.Summary),
    (content_libraries.Library, content_client.LibraryModel),
    (content_libraries.SubscriptionInfo, library_client.SubscriptionInfo),
    (content_libraries.StorageBacking, library_client.StorageBacking),
    (content_libraries.ProbeResult, content_client.SubscribedLibrary.ProbeResult),
    (tags.Category, tagging_client.CategoryModel),
    (tags.Tag, tagging_client.TagModel),
    (tags.Attached, std_client.DynamicID),
]
# LibraryModel is also what creates and updates take, so that the bindings call every field optional; "will always be present in the result of get".
_ALWAYS_TOLD = {"Library.id", "Library.name", "Library.type"}


@pytest.mark.parametrize(("model", "struct"), READ, ids=lambda one: f"{one.__module__.rpartition('.')[2]}.{one.__qualname__}")
def test_what_is_read_is_what_vcenter_says(model: type[BaseModel], struct: Any) -> None:
    wrong = list(bindings.unread(model, struct.get_binding_type()))
    assert [text for text in wrong if text.partition(":")[0] not in _ALWAYS_TOLD] == []


def test_a_namespace_is_read_from_either_version_of_its_info() -> None:
    for struct in (_INSTANCES.Info, _INSTANCES.InfoV2):
        own = {"cluster", "supervisor"}
        wrong = [text for text in bindings.unread(namespace_specs.Info, struct.get_binding_type()) if "has no" in text]
        assert len(wrong) == 1
        assert any(f"Info.{name}:" in wrong[0] for name in own)
