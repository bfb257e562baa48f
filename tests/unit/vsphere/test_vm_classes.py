"""VM classes are changed only where they differ, and lose no reservation on the way."""

from typing import Any

import pytest

from fedfleet.vsphere import SettingsError
from fedfleet.vsphere.vm_classes import VmClass, Wanted, create_spec, update_spec


def found(**fields: Any) -> VmClass:
    known: dict[str, Any] = {"id": "fl", "cpu_count": 8, "memory_MB": 65536, "cpu_reservation": 100, "memory_reservation": 50}
    return VmClass.model_validate(known | fields)


def test_what_is_as_wanted_is_left_alone() -> None:
    assert update_spec(found(), Wanted("fl", 8, 65536, 100, 50)) == {}
    assert update_spec(found(), Wanted("fl")) == {}


def test_reservations_are_sent_with_every_change() -> None:
    """vCenter takes away a reservation that is left out."""
    assert update_spec(found(), Wanted("fl", cpu_count=4)) == {"cpu_count": 4, "cpu_reservation": 100, "memory_reservation": 50}


def test_a_reservation_of_0_is_taken_away() -> None:
    assert update_spec(found(), Wanted("fl", cpu_reservation=0)) == {"memory_reservation": 50}
    assert update_spec(found(), Wanted("fl", cpu_reservation=0, memory_reservation=0)) == {"cpu_count": 8}
    assert update_spec(found(cpu_reservation=None), Wanted("fl", cpu_reservation=0)) == {}


def test_memory_has_vcenters_own_spelling() -> None:
    assert create_spec(Wanted("fl", 2, 4096)) == {"id": "fl", "cpu_count": 2, "memory_MB": 4096}


def test_a_class_without_a_size_is_not_made() -> None:
    with pytest.raises(SettingsError, match="cpu_count and memory_mb"):
        create_spec(Wanted("fl", cpu_count=2))
