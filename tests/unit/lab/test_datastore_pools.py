"""How pools read what btrfs-progs print, and which disks may be destroyed."""

from pathlib import Path

import pytest

from fedfleet_lab.datastore.btrfs import Quota, parse_quotas
from fedfleet_lab.datastore.errors import DatastoreError, RequestRefusedError
from fedfleet_lab.datastore.layout import Datastore
from fedfleet_lab.datastore.workqueue import WorkQueue

# btrfs-progs 6.2: `btrfs qgroup show -re --raw`
LISTING = """\
Qgroupid    Referenced    Exclusive  Max referenced  Max exclusive   Path
--------    ----------    ---------  --------------  -------------   ----
0/5              16384        16384            none           none   <toplevel>
0/256         31473664        16384        62914560           none   volumes/pvc-1
0/257         31473664        16384            none           none   snapshots/snapcontent-1
1/0                  0            0            none           none   <0 member qgroups>
"""


@pytest.fixture
def datastore(tmp_path: Path) -> Datastore:
    return Datastore(mounts=tmp_path / "mounts", disks=tmp_path / "disks", label="test")


def test_quotas_are_those_of_subvolumes() -> None:
    assert parse_quotas(LISTING) == {
        256: Quota(256, referenced=31473664, exclusive=16384, limit=62914560),
        257: Quota(257, referenced=31473664, exclusive=16384, limit=None),
    }


def test_one_pool_is_mirrored_and_one_is_not(datastore: Datastore) -> None:
    assert {pool.name: (pool.mirrored, [disk.name for disk in pool.disks]) for pool in datastore.pools} == {
        "mirrored": (True, ["disk1", "disk2"]),
        "fast": (False, ["disk3"]),
    }


def test_the_only_disk_of_a_pool_is_not_destroyed(datastore: Datastore) -> None:
    with pytest.raises(DatastoreError, match="only one of pool fast"):
        datastore.fail("disk3")


def test_unknown_disks_and_pools_are_answered_with_those_there_are(datastore: Datastore) -> None:
    with pytest.raises(DatastoreError, match="disk1, disk2, disk3"):
        datastore.disk("disk9")
    with pytest.raises(RequestRefusedError, match="mirrored, fast"):
        datastore.pool("slow")


def test_a_new_disk_is_sparse_and_as_large_as_asked_for(datastore: Datastore) -> None:
    _, disk = datastore.disk("disk1")
    assert disk.create()
    assert not disk.create()
    assert (disk.size(), disk.taken()) == (24 << 30, 0)


def test_work_is_done_once_however_often_it_was_asked_for() -> None:
    queue: WorkQueue[str] = WorkQueue()
    for item in ("a", "b", "a"):
        queue.add(item)
    queue.add("c", 0.02)
    assert sorted([queue.take(), queue.take()]) == ["a", "b"]
    assert queue.take() == "c"


def test_work_that_has_become_urgent_waits_no_longer() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a", 3600)
    queue.add("a")
    assert queue.take() == "a"
