"""Namespaces that somebody else is at work on, too."""

import pytest

from fedfleet.vsphere import AlreadyExistsError, Client
from fedfleet.vsphere.namespace_specs import Wanted
from fedfleet.vsphere.namespaces import INSTANCES, INSTANCES_V2, ensure
from fedfleet.vsphere.supervisors import Supervisor
from support.answering_server import Says, Told

SUPERVISOR = Supervisor("s-1", "north", "RUNNING", "READY", endpoint="192.0.2.1")
THERE = {
    "config_status": "RUNNING",
    "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0},
    "cluster": "domain-c1",
    "access_list": [],
}
TAKEN = Says(400, {"error_type": "ALREADY_EXISTS", "messages": []})
MISSING = Says(404, {"error_type": "NOT_FOUND", "messages": []})


def test_one_that_another_run_makes_meanwhile_is_taken_and_changed_where_it_differs(client: Client, told: Told) -> None:
    told.say("GET", f"/api{INSTANCES}/fl", MISSING, Says(200, THERE))
    told.say("POST", f"/api{INSTANCES_V2}", TAKEN)
    told.say("PATCH", f"/api{INSTANCES}/fl", Says(204))
    outcome = ensure(client, SUPERVISOR, Wanted("fl", description="ours"), timeout=5)
    assert outcome.changed
    assert [one.body for one in told.requests() if one.method == "PATCH"] == [{"description": "ours"}]


def test_one_that_the_user_may_not_see_is_somebody_elses(client: Client, told: Told) -> None:
    told.say("GET", f"/api{INSTANCES}/fl", MISSING)
    told.say("POST", f"/api{INSTANCES_V2}", TAKEN)
    with pytest.raises(AlreadyExistsError):
        ensure(client, SUPERVISOR, Wanted("fl"), timeout=5)
