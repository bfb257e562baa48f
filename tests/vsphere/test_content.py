"""Storage policies, content libraries and their items, tags, and lists of the inventory."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.vcenter import INVENTORY, RunningVCenter, refusal

LOCAL, SUBSCRIBED, LIBRARY, ITEM = "/content/local-library", "/content/subscribed-library", "/content/library", "/content/library/item"
TAGGING = "/cis/tagging"


def backing(vcenter: RunningVCenter) -> list[dict[str, str]]:
    return [{"type": "DATASTORE", "datastore_id": vcenter.get("/vcenter/datastore")[0]["datastore"]}]


def subscribe(vcenter: RunningVCenter, name: str, url: str) -> str:
    info = {"authentication_method": "NONE", "automatic_sync_enabled": False, "on_demand": True, "subscription_url": url}
    body = {"name": name, "storage_backings": backing(vcenter), "subscription_info": info | {"password": "subscription-password"}}
    return str(vcenter.do("POST", SUBSCRIBED, body))


def test_policies_are_those_of_the_policy_service(vcenter: RunningVCenter) -> None:
    names = {one["policy"]: one["name"] for one in vcenter.get("/vcenter/storage/policies")}
    assert names["aa6d5a82-1c88-45da-85d3-3d74b91a5bad"] == "vSAN Default Storage Policy"
    (some,) = vcenter.get("/vcenter/storage/policies?policies=aa6d5a82-1c88-45da-85d3-3d74b91a5bad")
    assert set(some) == {"policy", "name", "description"}


def test_a_local_library_is_made_found_and_removed(vcenter: RunningVCenter) -> None:
    answer = vcenter.call("POST", LOCAL, {"name": "images", "storage_backings": backing(vcenter)})
    assert answer.status_code == 201
    library = answer.json()
    found = vcenter.get(f"{LIBRARY}/{library}")
    assert (found["name"], found["type"]) == ("images", "LOCAL")
    assert library in vcenter.get(LOCAL)
    assert vcenter.do("POST", f"{LIBRARY}?action=find", {"name": "images"}) == [library]
    assert vcenter.call("DELETE", f"{LOCAL}/{library}").status_code == 204
    assert refusal(vcenter.call("GET", f"{LIBRARY}/{library}")) == (404, "NOT_FOUND")


def test_a_library_lies_on_a_datastore_that_exists(vcenter: RunningVCenter) -> None:
    body = {"name": "nowhere", "storage_backings": [{"type": "DATASTORE", "datastore_id": "datastore-0"}]}
    assert refusal(vcenter.call("POST", LOCAL, body)) == (400, "INVALID_ARGUMENT")


def test_libraries_may_share_a_name_and_a_token_makes_one(vcenter: RunningVCenter) -> None:
    def made(**headers: str) -> httpx.Response:
        body = {"name": "twins", "storage_backings": backing(vcenter)}
        session = {"vmware-api-session-id": vcenter.session()}
        return vcenter.http.post(f"/api{LOCAL}", json=body, headers=session | headers)

    token = {"Client-Token": str(uuid4())}
    first, again, other = made(**token).json(), made(**token).json(), made().json()
    assert first == again
    assert set(vcenter.do("POST", f"{LIBRARY}?action=find", {"name": "twins"})) == {first, other}
    assert "token" not in vcenter.call("GET", f"{LIBRARY}/{first}").text
    assert refusal(made(**{"Client-Token": "twins"})) == (400, "INVALID_ARGUMENT")


def test_nothing_is_found_by_nothing(vcenter: RunningVCenter) -> None:
    assert refusal(vcenter.call("POST", f"{LIBRARY}?action=find", {})) == (400, "INVALID_ARGUMENT")


def test_a_library_in_use_stays(vcenter: RunningVCenter) -> None:
    library = vcenter.do("POST", LOCAL, {"name": "used", "storage_backings": backing(vcenter)})
    spec = {"cluster": vcenter.cluster, "namespace": "library-user", "content_libraries": [{"content_library": library}]}
    vcenter.do("POST", "/vcenter/namespaces/instances", spec)
    assert refusal(vcenter.call("DELETE", f"{LOCAL}/{library}")) == (400, "NOT_ALLOWED_IN_CURRENT_STATE")


def test_a_subscribed_library_gets_what_is_published(vcenter: RunningVCenter) -> None:
    url = "https://127.0.0.9/lib.json"
    library = subscribe(vcenter, "releases", url)
    assert refusal(vcenter.call("POST", f"{SUBSCRIBED}/{library}?action=sync")) == (400, "RESOURCE_INACCESSIBLE")
    vcenter.lab("PUT", "/publications", {url: [{"id": "source-1", "name": "v1.34.4", "type": "ovf"}]})
    assert vcenter.call("POST", f"{SUBSCRIBED}/{library}?action=sync").status_code == 204
    (item,) = vcenter.get(f"{ITEM}?library_id={library}")
    found = vcenter.get(f"{ITEM}/{item}")
    assert (found["name"], found["source_id"], found["library_id"]) == ("v1.34.4", "source-1", library)
    assert vcenter.do("POST", f"{ITEM}?action=find", {"name": "v1.34.4", "library_id": library}) == [item]
    assert vcenter.get(f"{LIBRARY}/{library}")["last_sync_time"]


def test_a_subscriptions_password_is_never_told(vcenter: RunningVCenter) -> None:
    library = subscribe(vcenter, "secret", "https://127.0.0.9/secret.json")
    assert "subscription-password" not in vcenter.call("GET", f"{SUBSCRIBED}/{library}").text


def test_libraries_keep_to_their_kind(vcenter: RunningVCenter) -> None:
    library = subscribe(vcenter, "kind", "https://127.0.0.9/kind.json")
    assert refusal(vcenter.call("GET", f"{LOCAL}/{library}")) == (400, "INVALID_ELEMENT_TYPE")
    assert refusal(vcenter.call("POST", ITEM, {"library_id": library, "name": "mine"})) == (400, "INVALID_ELEMENT_TYPE")


def make_tag(vcenter: RunningVCenter, category: str, cardinality: str = "SINGLE") -> tuple[str, str]:
    spec: dict[str, Any] = {"name": category, "description": "", "cardinality": cardinality, "associable_types": ["Datastore"]}
    made = vcenter.do("POST", f"{TAGGING}/category", spec)
    return made, vcenter.do("POST", f"{TAGGING}/tag", {"name": "first", "description": "", "category_id": made})


def test_tags_are_attached_listed_and_detached(vcenter: RunningVCenter) -> None:
    _, tag = make_tag(vcenter, "storage")
    datastore = {"type": "Datastore", "id": vcenter.get("/vcenter/datastore")[0]["datastore"]}
    assert vcenter.call("POST", f"{TAGGING}/tag-association/{tag}?action=attach", {"object_id": datastore}).status_code == 204
    assert vcenter.do("POST", f"{TAGGING}/tag-association/{tag}?action=list-attached-objects") == [datastore]
    assert tag in vcenter.do("POST", f"{TAGGING}/tag-association?action=list-attached-tags", {"object_id": datastore})
    vcenter.do("POST", f"{TAGGING}/tag-association/{tag}?action=detach", {"object_id": datastore})
    assert vcenter.do("POST", f"{TAGGING}/tag-association/{tag}?action=list-attached-objects") == []


def test_a_category_says_what_its_tags_are_for(vcenter: RunningVCenter) -> None:
    category, tag = make_tag(vcenter, "strict")
    path = f"{TAGGING}/tag-association/{{}}?action=attach"
    host = {"type": "HostSystem", "id": vcenter.get("/vcenter/host")[0]["host"]}
    assert refusal(vcenter.call("POST", path.format(tag), {"object_id": host})) == (400, "INVALID_ARGUMENT")
    datastore = {"type": "Datastore", "id": vcenter.get("/vcenter/datastore")[1]["datastore"]}
    other = vcenter.do("POST", f"{TAGGING}/tag", {"name": "second", "description": "", "category_id": category})
    vcenter.do("POST", path.format(tag), {"object_id": datastore})
    assert refusal(vcenter.call("POST", path.format(other), {"object_id": datastore})) == (400, "INVALID_ARGUMENT")


def test_a_category_takes_its_tags_with_it(vcenter: RunningVCenter) -> None:
    category, tag = make_tag(vcenter, "brief")
    assert vcenter.do("POST", f"{TAGGING}/tag?action=list-tags-for-category", {"category_id": category}) == [tag]
    vcenter.do("DELETE", f"{TAGGING}/category/{category}")
    assert refusal(vcenter.call("GET", f"{TAGGING}/tag/{tag}")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("datacenter", [INVENTORY.datacenter]),
        ("cluster", [INVENTORY.cluster]),
        ("host", [host.name for host in INVENTORY.hosts]),
        ("datastore", [one.name for one in INVENTORY.datastores]),
        ("network", list(INVENTORY.networks)),
    ],
)
def test_the_inventory_has_its_names_and_no_others(vcenter: RunningVCenter, kind: str, names: list[str]) -> None:
    assert [one["name"] for one in vcenter.get(f"/vcenter/{kind}")] == names
    assert [one["name"] for one in vcenter.get(f"/vcenter/{kind}?names={names[-1]}")] == [names[-1]]
    assert vcenter.get(f"/vcenter/{kind}?names=no-such-name") == []


def test_there_are_no_vms_that_nobody_made(own_vcenter: RunningVCenter) -> None:
    assert own_vcenter.get("/vcenter/vm") == []


def test_a_datastore_has_its_capacity(vcenter: RunningVCenter) -> None:
    (found,) = vcenter.get("/vcenter/datastore?names=north-slow")
    assert (found["capacity"], found["type"]) == (8 << 40, "VMFS")


def test_a_filter_that_the_simulator_does_not_know_is_refused(vcenter: RunningVCenter) -> None:
    assert refusal(vcenter.call("GET", "/vcenter/vm?power_states=POWERED_ON")) == (400, "INVALID_ARGUMENT")
