"""Room is looked for only for machines that come on top of those that are there."""

import pytest

from fedfleet.preflight.capacity import Pool
from fedfleet.preflight.growth import running, to_make

SHOWN = {
    "name": "fl-30000-a",
    "version": "v1.34.2+vmware.2",
    "control_plane": {"replicas": 1, "vm_class": "small"},
    "pools": {"workers": {"replicas": 3, "vm_class": "2xlarge", "volumes": []}},
}
HAVE = running(SHOWN)


def wanted(workers: int = 3, vm_class: str = "2xlarge", control_plane: int = 1) -> list[Pool]:
    return [Pool("control plane", "small", control_plane), Pool("workers", vm_class, workers, 32)]


@pytest.mark.parametrize(
    ("pools", "version", "made"),
    [
        (wanted(), "v1.34", (0, 0)),
        (wanted(), "", (0, 0)),
        (wanted(workers=6), "v1.34", (0, 3)),
        (wanted(workers=2), "v1.34", (0, 0)),
        (wanted(vm_class="4xlarge"), "v1.34", (0, 1)),
        (wanted(workers=5, vm_class="4xlarge"), "v1.34", (0, 3)),
        (wanted(workers=2, vm_class="4xlarge"), "v1.34", (0, 0)),
        (wanted(), "v1.35", (1, 1)),
        (wanted(control_plane=3), "v1.34", (2, 0)),
        ([*wanted(), Pool("more", "small", 2)], "v1.35", (1, 1, 2)),
    ],
)
def test_only_what_comes_on_top_is_to_be_made(pools: list[Pool], version: str, made: tuple[int, ...]) -> None:
    assert tuple(pool.count for pool in to_make(pools, HAVE, version)) == made


def test_all_of_a_cluster_that_is_not_there_is_to_be_made() -> None:
    assert running({}) is None
    assert to_make(wanted(), None, "v1.34") == tuple(wanted())


def test_a_version_in_part_is_run_by_what_begins_so() -> None:
    assert HAVE is not None
    assert HAVE.runs("v1.34")
    assert not HAVE.runs("v1.35")
