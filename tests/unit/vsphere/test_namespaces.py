"""Namespaces that somebody else is at work on, too."""

from dataclasses import replace

import pytest

from fedfleet.vsphere import AlreadyExistsError, Client, SettingsError, UnauthorizedError, transport
from fedfleet.vsphere.namespace_specs import StorageSpec, Wanted
from fedfleet.vsphere.namespaces import INSTANCES, INSTANCES_V2, ensure
from fedfleet.vsphere.supervisors import CLUSTERS, TOPOLOGY, Supervisor
from support.answering_server import Says, Told

SUPERVISOR = Supervisor("s-1", "north", "RUNNING", "READY", endpoint="192.0.2.1")
THERE = {
    "config_status": "RUNNING",
    "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0},
    "supervisor": "s-1",
    "access_list": [],
}
TAKEN = Says(400, {"error_type": "ALREADY_EXISTS", "messages": []})
MISSING = Says(404, {"error_type": "NOT_FOUND", "messages": []})


def test_one_that_another_run_makes_meanwhile_is_taken_and_changed_where_it_differs(client: Client, told: Told) -> None:
    told.say("GET", f"/api{INSTANCES_V2}/fl", MISSING, Says(200, THERE))
    told.say("POST", f"/api{INSTANCES_V2}", TAKEN)
    told.say("PATCH", f"/api{INSTANCES}/fl", Says(204))
    outcome = ensure(client, SUPERVISOR, Wanted("fl", description="ours"), timeout=5)
    assert outcome.changed
    assert [one.body for one in told.requests() if one.method == "PATCH"] == [{"description": "ours"}]


def test_one_that_the_user_may_not_see_is_somebody_elses(client: Client, told: Told) -> None:
    told.say("GET", f"/api{INSTANCES_V2}/fl", MISSING)
    told.say("POST", f"/api{INSTANCES_V2}", TAKEN)
    with pytest.raises(AlreadyExistsError, match="Somebody has a vSphere Namespace fl"):
        ensure(client, SUPERVISOR, Wanted("fl"), timeout=5)


def test_one_that_is_refused_is_somebody_elses_too(client: Client, told: Told) -> None:
    told.say(
        "GET",
        f"/api{INSTANCES_V2}/fl",
        Says(403, {"error_type": "UNAUTHORIZED", "messages": [{"id": "x", "default_message": "not yours"}]}),
    )
    with pytest.raises(UnauthorizedError, match=r"Somebody has a vSphere Namespace fl.*not yours"):
        ensure(client, SUPERVISOR, Wanted("fl"), timeout=5)


def test_one_in_error_is_told_everything_again_and_nothing_is_taken_away(client: Client, told: Told) -> None:
    broken = THERE | {
        "config_status": "ERROR",
        "description": "ours",
        "vm_service_spec": {"vm_classes": ["small"], "content_libraries": ["lib"]},
    }
    mended = broken | {"config_status": "RUNNING", "storage_specs": [{"policy": "p-1"}]}
    told.say("GET", f"/api{INSTANCES_V2}/fl", Says(200, broken), Says(200, mended))
    told.say("PATCH", f"/api{INSTANCES}/fl", Says(204))
    wanted = Wanted("fl", storage=(StorageSpec(policy="p-1"),), vm_classes=frozenset({"small"}))
    assert ensure(client, SUPERVISOR, wanted, timeout=5).changed
    service = {"vm_classes": ["small"], "content_libraries": ["lib"]}
    (sent,) = (one.body for one in told.requests() if one.method == "PATCH")
    assert sent == {"description": "ours", "storage_specs": [{"policy": "p-1"}], "vm_service_spec": service}


def test_what_another_site_undid_in_the_same_moment_is_said_again(client: Client, told: Told) -> None:
    def having(*classes: str) -> Says:
        return Says(200, THERE | {"vm_service_spec": {"vm_classes": list(classes)}})

    told.say("GET", f"/api{INSTANCES_V2}/fl", having(), having("other"), having("ours", "other"))
    told.say("PATCH", f"/api{INSTANCES}/fl", Says(204))
    outcome = ensure(client, SUPERVISOR, Wanted("fl", vm_classes=frozenset({"ours"})), timeout=5)
    sent = [one.body["vm_service_spec"]["vm_classes"] for one in told.requests() if one.method == "PATCH"]
    assert sent == [["ours"], ["other", "ours"]]
    assert outcome.after is not None
    assert outcome.after.settings()["vm_classes"] == ["other", "ours"]


def test_one_of_another_supervisor_is_not_touched(client: Client, told: Told) -> None:
    told.say("GET", f"/api{INSTANCES_V2}/fl", Says(200, THERE | {"supervisor": "s-2"}))
    with pytest.raises(SettingsError, match=r"Namespace fl belongs to another Supervisor.*north \(s-1\).*s-2"):
        ensure(client, SUPERVISOR, Wanted("fl", description="ours"), timeout=5)
    assert {one.method for one in told.requests()} == {"GET"}


def network(told: Told, provider: str) -> None:
    told.say("GET", f"/api{TOPOLOGY.format(supervisor='s-1')}", Says(200, [{"zone": "z", "clusters": ["domain-c1"]}]))
    told.say("GET", f"/api{CLUSTERS}/domain-c1", Says(200, {"network_provider": provider}))


def test_one_with_nsx_vpc_says_so_when_it_is_made(client: Client, told: Told) -> None:
    network(told, "NSX_VPC")
    told.say("GET", f"/api{INSTANCES_V2}/fl", MISSING, Says(200, THERE))
    told.say("POST", f"/api{INSTANCES_V2}", Says(204))
    assert ensure(client, SUPERVISOR, Wanted("fl"), timeout=5).changed
    (sent,) = (one.body for one in told.requests() if one.method == "POST")
    assert sent["network_spec"] == {"network_provider": "NSX_VPC", "vpc_network": {"vpc_config": {}}}


@pytest.mark.parametrize(
    ("provider", "supervisor", "wanted", "expected"),
    [
        ("NSXT_CONTAINER_PLUGIN", SUPERVISOR, Wanted("fl", network="primary"), "no network, because NSXT_CONTAINER_PLUGIN makes"),
        ("VSPHERE_NETWORK", SUPERVISOR, Wanted("fl", vpc="/orgs/o"), "neither a VPC nor its networks"),
        ("NSX_VPC", replace(SUPERVISOR, id="domain-c1", by_cluster=True), Wanted("fl"), "Namespaces.Manage"),
    ],
)
def test_a_network_that_the_supervisor_does_not_have_is_refused_in_a_plan_too(
    client: Client, told: Told, provider: str, supervisor: Supervisor, wanted: Wanted, expected: str
) -> None:
    network(told, provider)
    with pytest.raises(SettingsError, match=expected):
        ensure(client, supervisor, wanted, timeout=5, dry_run=True)


def test_a_creation_is_asked_for_again_while_vcenter_is_busy(client: Client, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_FIRST_PAUSE", 0.001)
    told.say("GET", f"/api{INSTANCES_V2}/fl", MISSING, Says(200, THERE))
    told.say("POST", f"/api{INSTANCES_V2}", Says(503), Says(503), Says(204))
    assert ensure(client, SUPERVISOR, Wanted("fl"), timeout=5).changed
    assert len([one for one in told.requests() if one.method == "POST"]) == 3
