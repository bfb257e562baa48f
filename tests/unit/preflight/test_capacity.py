"""What a vSphere cluster lacks is told in numbers."""

from dataclasses import replace

import pytest

from fedfleet.preflight.capacity import Ask, Pool, Size, datastore_findings, host_findings, limit_findings, quota_findings
from fedfleet.vsphere.hosts import Host
from fedfleet.vsphere.inventory import Datastore
from fedfleet.vsphere.namespace_specs import Info, Quotas, Stats

GIB = 1 << 30
WORKER = Size(8, 64 << 10)
ASK = Ask(((Pool("control plane", "small", 1), Size(2, 4 << 10)), (Pool("workers", "2xlarge", 3, 32), WORKER)))
ONE, TWO = (Host(f"esx{number}", "", 16, 32000, 128 << 10) for number in (1, 2))
WHERE = "the vSphere cluster"
INFO = Info(config_status="RUNNING", stats=Stats(cpu_used=0, memory_used=10 << 10, storage_used=0))


def told(hosts: list[Host], ask: Ask = ASK) -> list[tuple[str, str, bool]]:
    return [(one.what, one.found, one.is_error) for one in host_findings(hosts, ask, WHERE)]


def test_enough_is_no_finding() -> None:
    assert host_findings([ONE, TWO], ASK, WHERE) == []
    assert (ASK.cpus, ASK.memory_mib, ASK.volumes_gib) == (26, 196 << 10, 96)


def test_memory_that_is_not_there_is_an_error_with_what_is_short_and_the_hosts_that_are_out() -> None:
    out = replace(TWO, out="in maintenance mode")
    memory = ("memory of the vSphere cluster", "128 GiB on 1 of 2 hosts, 68 short; esx2 is in maintenance mode", True)
    cores = (
        "CPU of the vSphere cluster",
        "16 cores on 1 of 2 hosts, 10 short: machines will wait for each other; esx2 is in maintenance mode",
        False,
    )
    assert told([ONE, out]) == [memory, cores]


def test_memory_that_others_use_is_a_warning() -> None:
    assert told([ONE, replace(TWO, used_mib=64 << 10)]) == [("free memory of the vSphere cluster", "192 of 256 GiB free, 4 short", False)]


def test_what_is_to_be_set_aside_for_guaranteed_classes_must_be_free() -> None:
    guaranteed = Ask(((ASK.pools[1][0], replace(WORKER, memory_reservation=100)),))
    assert [(what, error) for what, _, error in told([ONE, replace(TWO, used_mib=100 << 10)], guaranteed)] == [
        ("reserved memory of the vSphere cluster", True)
    ]


@pytest.mark.parametrize("small", [replace(ONE, cores=4), replace(ONE, memory_mib=32 << 10)])
def test_a_machine_that_no_host_holds_is_an_error(small: Host) -> None:
    (what, found, error) = told([small] * 8)[0]
    assert (what, error) == ("host for the largest machine", True)
    assert f"{small.cores} cores" in found


def test_hosts_that_cannot_be_seen_are_a_warning_and_no_host_that_lacks() -> None:
    (found,) = host_findings([], ASK, WHERE)
    assert (found.what, found.is_error) == ("hosts of the vSphere cluster", False)
    assert "the room was not checked" in found.found


def test_where_no_machine_is_to_be_made_nothing_is_too_small() -> None:
    nothing = Ask(tuple((replace(pool, count=0), size) for pool, size in ASK.pools))
    used = INFO.model_copy(update={"resource_spec": Quotas(memory_limit=1 << 10)})
    assert host_findings([replace(ONE, cores=1, memory_mib=1, used_mib=1)], nothing, WHERE) == []
    assert host_findings([], nothing, WHERE) == []
    assert quota_findings(used, nothing) == []


def test_no_host_at_all_is_told_as_that() -> None:
    assert "no host takes machines; esx1 is not responding" in told([replace(ONE, out="not responding")])[0][1]


def test_a_policy_that_no_datastore_fits_is_an_error() -> None:
    (found,) = datastore_findings([], ASK, "gold")
    assert (found.what, found.where, found.is_error) == ("storage policy without a datastore", "storage policy gold", True)


def test_space_that_is_short_is_told_with_the_largest_datastore() -> None:
    some = [Datastore("d-1", "slow", 200 * GIB, 20 * GIB), Datastore("d-2", "fast", 100 * GIB, 40 * GIB)]
    (found,) = datastore_findings(some, ASK, "gold")
    assert (found.found, found.is_error) == ("60 of 300 GiB free on slow, fast, 36 short; most on fast", False)
    (never,) = datastore_findings([Datastore("d-1", "tiny", 50 * GIB, 50 * GIB)], ASK, "gold")
    assert never.is_error
    assert datastore_findings([Datastore("d-1", "large", 500 * GIB, 400 * GIB)], ASK, "gold") == []


def test_a_storage_limit_below_the_machines_volumes_is_an_error() -> None:
    (found,) = limit_findings(ASK.volumes_gib, "gold", 50 << 10)
    assert found.found == "51200 MiB, 47104 short before any volume of the site's"
    assert limit_findings(ASK.volumes_gib, "gold", 0) == []


def test_limits_of_a_namespace_that_is_there_are_held_against_the_machines() -> None:
    limited = INFO.model_copy(update={"resource_spec": Quotas(memory_limit=100 << 10, storage_request_limit=1 << 20)})
    (found,) = quota_findings(limited, ASK)
    assert found.what == "memory limit of the namespace"
    assert found.found == f"{100 << 10} MiB, of which {10 << 10} are used: {106 << 10} short"
    assert quota_findings(INFO, ASK) == []
    assert quota_findings(None, ASK) == []
