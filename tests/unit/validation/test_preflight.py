from typing import Any

import pytest

from fedfleet.errors import FedFleetError
from fedfleet.validation.preflight import (
    PreflightError,
    Sizing,
    StorageNeed,
    ingress_shortfalls,
    sizing_shortfalls,
    storage_shortfalls,
)
from fedfleet.validation.quantities import cores_of, gibibytes_of


def node(cpu: str = "4", memory: str = "8Gi", *, ready: bool = True, taint: str = "", cordoned: bool = False) -> dict[str, Any]:
    return {
        "spec": {"unschedulable": cordoned, "taints": [{"effect": taint}] if taint else None},
        "status": {
            "allocatable": {"cpu": cpu, "memory": memory},
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    }


def storage_class(name: str, *, grows: bool = True, default: bool = False) -> dict[str, Any]:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else None
    return {"metadata": {"name": name, "annotations": annotations}, "allowVolumeExpansion": grows}


def test_a_cluster_as_large_as_needed_lacks_nothing() -> None:
    assert sizing_shortfalls([node(), node()], Sizing(nodes=2, cores=8, memory_gib=16)) == []


def test_it_says_by_how_much_memory_is_short() -> None:
    (shortfall,) = sizing_shortfalls([node(memory="6Gi")], Sizing(nodes=1, cores=1, memory_gib=16))
    assert shortfall.found == "6.0 GiB, 10.0 short"


@pytest.mark.parametrize("unusable", [node(ready=False), node(taint="NoSchedule"), node(cordoned=True)])
def test_a_node_that_takes_no_pods_does_not_count(unusable: dict[str, Any]) -> None:
    missing = sizing_shortfalls([node(), unusable], Sizing(nodes=2, cores=1, memory_gib=1))
    assert [shortfall.what for shortfall in missing] == ["nodes"]


def test_an_intent_whose_class_is_not_there_is_named_with_the_classes_that_are() -> None:
    (shortfall,) = storage_shortfalls([storage_class("gold")], StorageNeed({"stream": "silver"}))
    assert (shortfall.what, shortfall.needed, shortfall.found) == ("StorageClass for stream", "silver", "gold")


def test_intents_that_share_a_class_are_one_gap() -> None:
    (shortfall,) = storage_shortfalls([], StorageNeed({"stream": "silver", "files": "silver"}))
    assert shortfall.what == "StorageClass for files and stream"


def test_an_empty_name_takes_the_default_class() -> None:
    assert storage_shortfalls([storage_class("gold", default=True)], StorageNeed({"files": ""})) == []


def test_an_empty_name_without_a_default_class_is_missing() -> None:
    (shortfall,) = storage_shortfalls([storage_class("gold")], StorageNeed({"files": ""}))
    assert shortfall.needed == "a default class"


def test_a_class_whose_volumes_cannot_grow_is_refused() -> None:
    (shortfall,) = storage_shortfalls([storage_class("gold", grows=False)], StorageNeed({"files": "gold"}))
    assert "allowVolumeExpansion" in shortfall.found


def test_a_class_whose_volumes_cannot_grow_is_taken_when_the_inventory_accepts_it() -> None:
    assert storage_shortfalls([storage_class("gold", grows=False)], StorageNeed({"files": "gold"}, expansion=False)) == []


def test_a_class_that_is_made_later_is_not_looked_for() -> None:
    assert storage_shortfalls([], StorageNeed({"files": "new"}, created_later=frozenset({"new"}))) == []


def test_a_missing_ingress_class_is_named_with_those_that_are_there() -> None:
    (shortfall,) = ingress_shortfalls([{"metadata": {"name": "contour"}}], "traefik")
    assert (shortfall.needed, shortfall.found) == ("traefik", "contour")


def test_all_gaps_are_in_one_message() -> None:
    missing = sizing_shortfalls([], Sizing(nodes=1, cores=2, memory_gib=4))
    message = str(PreflightError(missing, "cluster lab"))
    assert all(word in message for word in ("3 things", "nodes", "CPU", "memory", "cluster lab"))


@pytest.mark.parametrize(("quantity", "cores"), [("2", 2.0), ("1900m", 1.9), ("1e1", 10.0)])
def test_cores(quantity: str, cores: float) -> None:
    assert cores_of(quantity) == pytest.approx(cores)


@pytest.mark.parametrize(("quantity", "gibibytes"), [("1048576Ki", 1.0), ("2Gi", 2.0), ("1073741824", 1.0), ("1G", 0.931323)])
def test_gibibytes(quantity: str, gibibytes: float) -> None:
    assert gibibytes_of(quantity) == pytest.approx(gibibytes, rel=1e-5)


def test_what_is_no_quantity_is_refused() -> None:
    with pytest.raises(FedFleetError, match="quantity"):
        cores_of("many")
