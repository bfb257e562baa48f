"""Content libraries are made once, whoever asks, and others' are left as they are."""

from typing import Any
from uuid import UUID

import pytest

from fedfleet.vsphere import Client, InUseError, RefusedChangeError
from fedfleet.vsphere.content_libraries import LIBRARY, LOCAL, SUBSCRIBED, Wanted, ensure, remove
from support.answering_server import Says, Told

FIND = f"/api{LIBRARY}?action=find"
THEIRS: dict[str, Any] = {"id": "lib-1", "name": "kr", "description": "theirs", "type": "LOCAL"}


def tokens(told: Told) -> list[str]:
    return [one.headers["Client-Token"] for one in told.requests() if one.path == f"/api{LOCAL}"]


def test_whoever_asks_for_a_library_of_that_name_asks_for_the_same_one(client: Client, told: Told) -> None:
    told.say("POST", FIND, Says(200, []))
    told.say("POST", f"/api{LOCAL}", Says(201, "lib-1"))
    told.say("GET", f"/api{LIBRARY}/lib-1", Says(200, THEIRS))
    for _ in range(2):
        assert ensure(client, Wanted("kr", "datastore-1")).changed
    first, second = tokens(told)
    assert first == second == str(UUID(first))


def test_a_token_of_a_library_that_is_gone_does_not_bring_it_back(client: Client, told: Told) -> None:
    told.say("POST", FIND, Says(200, []))
    told.say("POST", f"/api{LOCAL}", Says(201, "gone"), Says(201, "lib-1"))
    told.say("GET", f"/api{LIBRARY}/lib-1", Says(200, THEIRS))
    found = ensure(client, Wanted("kr", "datastore-1")).after
    assert found is not None
    assert found.id == "lib-1"
    assert len(set(tokens(told))) == 2


def test_what_another_site_made_in_the_same_moment_is_not_changed(client: Client, told: Told) -> None:
    theirs = THEIRS | {"type": "SUBSCRIBED", "subscription_info": {"subscription_url": "https://theirs/lib.json"}}
    told.say("POST", FIND, Says(200, []))
    told.say("POST", f"/api{SUBSCRIBED}?action=probe", Says(200, {"status": "SUCCESS"}))
    told.say("POST", f"/api{SUBSCRIBED}", Says(201, "lib-1"))
    told.say("GET", f"/api{LIBRARY}/lib-1", Says(200, theirs))
    wanted = Wanted("kr", "datastore-1", description="ours", url="https://ours/lib.json", username="dev", password="s3cret")
    with pytest.raises(RefusedChangeError, match=r'Somebody else made content library kr.*ours/lib.json.*described as "theirs"') as caught:
        ensure(client, wanted, adopt=False)
    assert "s3cret" not in str(caught.value)
    assert "PATCH" not in {one.method for one in told.requests()}


def test_one_that_a_namespace_uses_stays(client: Client, told: Told) -> None:
    told.say("POST", FIND, Says(200, ["lib-1"]))
    told.say("GET", f"/api{LIBRARY}/lib-1", Says(200, THEIRS))
    told.say("GET", "/api/vcenter/namespaces/instances", Says(200, [{"namespace": "neighbour"}]))
    info = {"config_status": "RUNNING", "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0}}
    told.say("GET", "/api/vcenter/namespaces/instances/neighbour", Says(200, info | {"content_libraries": [{"content_library": "lib-1"}]}))
    with pytest.raises(InUseError, match="namespaces neighbour"):
        remove(client, "kr")
    assert not remove(client, "kr", described="ours").changed
    assert "DELETE" not in {one.method for one in told.requests()}
