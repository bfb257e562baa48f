"""What the provisioner makes of the API server's answers."""

import json

import httpx
import pytest

from fedfleet_lab.datastore.kinds import CLAIM, VOLUME
from fedfleet_lab.kubeapi import ApiError, KubeApi


def api(status: int, body: object) -> KubeApi:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, json=body, request=request))
    return KubeApi(httpx.Client(base_url="https://api.test", transport=transport))


def test_listed_objects_say_what_they_are() -> None:
    # As the API server answers: items of a list have neither kind nor apiVersion.
    listed = {"kind": "PersistentVolumeClaimList", "metadata": {"resourceVersion": "7"}, "items": [{"metadata": {"name": "a"}}]}
    items, version = api(200, listed).list(CLAIM)
    assert items == [{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"}}]
    assert version == "7"


def test_an_empty_list_is_empty() -> None:
    assert api(200, {"metadata": {"resourceVersion": "7"}, "items": None}).list(VOLUME) == ([], "7")


def test_what_is_not_there_is_none_and_what_is_there_already_is_not_made_twice() -> None:
    assert api(404, {"message": "not found"}).get(VOLUME.path(name="a")) is None
    assert not api(409, {"message": "exists"}).create(VOLUME, {"metadata": {"name": "a"}})


def test_a_refusal_says_what_was_asked_and_why_not() -> None:
    with pytest.raises(ApiError, match=r"403.*forbidden to you.*PATCH /api/v1/persistentvolumes/a") as caught:
        api(403, {"message": "forbidden to you"}).patch(VOLUME.path(name="a"), {})
    assert caught.value.status == 403


def test_events_of_a_watch_come_one_a_line() -> None:
    lines = "\n".join(json.dumps({"type": kind, "object": {"n": kind}}) for kind in ("ADDED", "DELETED"))
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=lines, request=request))
    found = list(KubeApi(httpx.Client(base_url="https://api.test", transport=transport)).watch(CLAIM, "7"))
    assert found == [("ADDED", {"n": "ADDED"}), ("DELETED", {"n": "DELETED"})]
