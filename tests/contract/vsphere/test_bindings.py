"""What is sent to vCenter and read from it has the names and addresses of VMware's own bindings (vmware-vcenter 9.1)."""

import importlib
from typing import Any

import pytest
import requests
from vmware.vapi.bindings.stub import StubConfiguration
from vmware.vapi.lib.connect import get_requests_connector

from fedfleet.vsphere import namespaces, storage_policies, supervisors
from fedfleet.vsphere.namespaces import Access, Namespace, wanted_fields

_CLIENTS = "com.vmware.vcenter"
WHOLE = Namespace("fl", "for people", {"p1": 1024}, ("small",), ("library",), (Access("north", "vsphere.local"),))


def fields(module: str, name: str) -> set[str]:
    """The names that a structure of the bindings has on the wire."""
    found: Any = importlib.import_module(f"{_CLIENTS}.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    return set(found.get_binding_type().get_field_names())


def addresses(module: str, stub: str) -> set[tuple[str, str]]:
    """Method and URL template of every operation of a service."""
    stubs = getattr(importlib.import_module(f"{_CLIENTS}.{module}"), stub)
    connector = get_requests_connector(requests.Session(), msg_protocol="rest", url="https://nowhere.invalid/api")
    metadata = stubs(StubConfiguration(connector))._rest_metadata.values()
    return {(operation.http_method, operation._url_template) for operation in metadata if operation is not None}


def test_a_namespaces_fields_are_those_of_create_and_update() -> None:
    sent = set(wanted_fields(WHOLE))
    assert sent <= fields("namespaces_client", "Instances.UpdateSpec")
    assert sent | {"supervisor", "namespace"} <= fields("namespaces_client", "Instances.CreateSpecV2")


@pytest.mark.parametrize(
    ("part", "structure"),
    [
        ("storage_specs", "Instances.StorageSpec"),
        ("access_list", "Instances.Access"),
        ("vm_service_spec", "Instances.VMServiceSpec"),
    ],
)
def test_the_parts_of_it_too(part: str, structure: str) -> None:
    sent = wanted_fields(WHOLE)[part]
    assert set(sent[0] if isinstance(sent, list) else sent) <= fields("namespaces_client", structure)


def test_what_is_read_of_a_namespace_is_there() -> None:
    read = {"config_status", "messages", "description", "storage_specs", "vm_service_spec", "access_list"}
    assert read <= fields("namespaces_client", "Instances.InfoV2")
    assert {"severity", "details"} <= fields("namespaces_client", "Instances.Message")


def test_what_is_read_of_a_supervisor_is_there() -> None:
    read = {"name", "config_status", "kubernetes_status", "stats", "APIEndpoint"}
    assert read <= fields("namespace_management.supervisors_client", "Summary.Info")
    assert {"clusters"} <= fields("namespace_management.supervisors_client", "Topology.Info")
    assert {"api_server_cluster_endpoint"} <= fields("namespace_management_client", "Clusters.Info")


def test_what_is_read_of_a_policy_is_there() -> None:
    assert {"policy", "name"} <= fields("storage_client", "Policies.Summary")


@pytest.mark.parametrize(
    ("module", "stub", "method", "address"),
    [
        ("namespaces_client", "_InstancesStub", "POST", f"{namespaces.INSTANCES}/v2"),
        ("namespaces_client", "_InstancesStub", "GET", f"{namespaces.INSTANCES}/v2/{{namespace}}"),
        ("namespaces_client", "_InstancesStub", "PATCH", f"{namespaces.INSTANCES}/{{namespace}}"),
        ("namespaces_client", "_InstancesStub", "DELETE", f"{namespaces.INSTANCES}/{{namespace}}"),
        ("namespace_management.supervisors_client", "_SummaryStub", "GET", f"{supervisors.MANAGEMENT}/supervisors/{{supervisor}}/summary"),
        (
            "namespace_management.supervisors_client",
            "_TopologyStub",
            "GET",
            f"{supervisors.MANAGEMENT}/supervisors/{{supervisor}}/topology",
        ),
        ("namespace_management_client", "_ClustersStub", "GET", f"{supervisors.MANAGEMENT}/clusters/{{cluster}}"),
        ("storage_client", "_PoliciesStub", "GET", storage_policies.POLICIES),
    ],
)
def test_every_address_is_vmwares(module: str, stub: str, method: str, address: str) -> None:
    assert (method, address.removeprefix("/api")) in addresses(module, stub)
