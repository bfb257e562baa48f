from typing import Any

import pytest

from fedfleet.preflight.doors import balancer_signs, door_findings, ingress_findings
from fedfleet.preflight.findings import Severity
from fedfleet.preflight.needs import Door, StorageNeed
from fedfleet.preflight.storage import StorageThere, storage_findings

BALANCED = Door("nginx-public", "LoadBalancer", variable="fate_public_service_type")


def storage_class(name: str, *, grows: bool = True, default: bool = False, provisioner: str = "csi.example.org") -> dict[str, Any]:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else None
    return {"metadata": {"name": name, "annotations": annotations}, "allowVolumeExpansion": grows, "provisioner": provisioner}


def named(name: str, **fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}} | fields


def storage(*classes: dict[str, Any], need: StorageNeed, **there: Any) -> Any:
    return storage_findings(StorageThere(classes, **there), need)


def service(name: str, kind: str, *, namespace: str = "others", address: str = "", node_port: int = 0) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": kind, "ports": [{"port": 1, "nodePort": node_port}]},
        "status": {"loadBalancer": {"ingress": [{"ip": address}]} if address else {}},
    }


def test_an_intent_whose_class_is_not_there_is_named_with_the_classes_that_are() -> None:
    (finding,) = storage(storage_class("gold"), need=StorageNeed({"stream": "silver"}))
    assert (finding.what, finding.expected, finding.found) == ("StorageClass for stream", "silver", "gold")


def test_intents_that_share_a_class_are_one_gap() -> None:
    (finding,) = storage(need=StorageNeed({"stream": "silver", "files": "silver"}))
    assert finding.what == "StorageClass for files and stream"


def test_an_empty_name_takes_the_default_class() -> None:
    assert storage(storage_class("gold", default=True), need=StorageNeed({"files": ""})) == []


def test_an_empty_name_without_a_default_class_is_missing() -> None:
    (finding,) = storage(storage_class("gold"), need=StorageNeed({"files": ""}))
    assert finding.expected == "a default class"


def test_a_class_whose_volumes_cannot_grow_is_refused_unless_the_inventory_accepts_it() -> None:
    rigid = storage_class("gold", grows=False)
    assert [finding.found for finding in storage(rigid, need=StorageNeed({"files": "gold"}))] == ["no allowVolumeExpansion"]
    assert storage(rigid, need=StorageNeed({"files": "gold"}, expansion=False)) == []


def test_a_class_that_is_made_later_is_not_looked_for() -> None:
    assert storage(need=StorageNeed({"files": "new"}, created_later=frozenset({"new"}))) == []


def test_a_class_whose_driver_runs_nowhere_cannot_bind() -> None:
    drivers = [named("csi.example.org")]
    need = StorageNeed({"files": "gold"})
    (finding,) = storage(storage_class("gold"), need=need, drivers=drivers, csi_nodes=[named("one", spec={"drivers": None})])
    assert finding.found == "its CSI driver csi.example.org runs on no node"
    runs = [named("one", spec={"drivers": [{"name": "csi.example.org"}]})]
    assert storage(storage_class("gold"), need=need, drivers=drivers, csi_nodes=runs) == []


@pytest.mark.parametrize(
    ("phase", "modes", "fine"),
    [("Available", ["ReadWriteOnce"], True), ("Bound", ["ReadWriteOnce"], False), ("Available", ["ReadOnlyMany"], False)],
)
def test_volumes_made_by_hand_must_be_free_and_writable(phase: str, modes: list[str], fine: bool) -> None:
    volume = named("one", spec={"storageClassName": "hand", "accessModes": modes}, status={"phase": phase})
    hand = storage_class("hand", provisioner="kubernetes.io/no-provisioner")
    assert (storage(hand, need=StorageNeed({"files": "hand"}), volumes=[volume]) == []) is fine


def test_a_service_with_an_address_shows_a_load_balancer() -> None:
    assert door_findings([BALANCED], [service("web", "LoadBalancer", address="10.0.0.1")], "fate-1", []) == []


def test_services_that_wait_for_an_address_show_that_there_is_none() -> None:
    (finding,) = door_findings([BALANCED], [service("web", "LoadBalancer")], "fate-1", ["IPAddressPool"])
    assert finding.is_error
    assert "others/web" in finding.found
    assert "fate_public_service_type" in finding.fix


def test_without_any_sign_of_a_load_balancer_it_is_a_warning() -> None:
    (finding,) = door_findings([BALANCED], [], "fate-1", [])
    assert finding.severity is Severity.WARNING
    assert door_findings([BALANCED], [], "fate-1", ["IPAddressPool"]) == []


def test_nodes_of_a_cloud_are_a_sign() -> None:
    assert balancer_signs([], [{"spec": {"providerID": "vsphere://42"}}, {"spec": {}}]) == ["vsphere"]


def test_a_node_port_that_somebody_else_has_is_refused() -> None:
    door = Door("nginx-public", "NodePort", 30943, ("192.0.2.1",), "fate_public_node_ports")
    (finding,) = door_findings([door], [service("web", "NodePort", node_port=30943)], "fate-1", [])
    assert (finding.expected, finding.found) == ("30943 free", "taken by others/web")
    own = service("nginx-public", "NodePort", namespace="fate-1", node_port=30943)
    assert door_findings([door], [own], "fate-1", []) == []


@pytest.mark.parametrize("kind", ["NodePort", "HostAddresses"])
def test_ports_of_nodes_need_an_address(kind: str) -> None:
    (finding,) = door_findings([Door("nginx-public", kind, variable="fate_public_node_address")], [], "fate-1", [])
    assert finding.what == "address of nginx-public"


def test_a_missing_ingress_class_is_named_with_those_that_are_there() -> None:
    (finding,) = ingress_findings([named("contour")], "traefik", routes=False)
    assert (finding.expected, finding.found) == ("traefik", "contour")


OPENSHIFT = named("openshift-default") | {"spec": {"controller": "openshift.io/ingress-to-route"}}


def test_openshifts_class_needs_routes() -> None:
    assert ingress_findings([OPENSHIFT], "openshift-default", routes=True) == []
    (finding,) = ingress_findings([OPENSHIFT], "openshift-default", routes=False)
    assert finding.is_error
    assert finding.found == "a cluster without route.openshift.io/v1"


def test_another_class_needs_none() -> None:
    assert ingress_findings([named("traefik") | {"spec": {"controller": "traefik.io/ingress-controller"}}], "traefik", routes=False) == []


def test_ingresses_that_name_no_class_need_a_default_one_or_openshift() -> None:
    default = named("nginx")
    default["metadata"]["annotations"] = {"ingressclass.kubernetes.io/is-default-class": "true"}
    assert ingress_findings([default], "", routes=False) == []
    assert ingress_findings([], "", routes=True) == []
    (finding,) = ingress_findings([named("contour")], "", routes=False)
    assert not finding.is_error
    assert finding.found == "contour"
