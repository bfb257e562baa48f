"""What no namespace can be made of is refused, and the refusal says why."""

from typing import Any

import pytest

from support.vcenter import INVENTORY, RunningVCenter, refusal, said

ALL = "/vcenter/namespaces/instances"
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("no-such-policy", {"storage_specs": [{"policy": "no-such-policy"}]}),
    ("no-such-class", {"vm_service_spec": {"vm_classes": ["no-such-class"]}}),
    ("no-such-library", {"vm_service_spec": {"content_libraries": ["no-such-library"]}}),
    ("no-such-library", {"content_libraries": [{"content_library": "no-such-library"}]}),
    ("no-such-network", {"networks": ["no-such-network"]}),
    ("KING", {"access_list": [{"subject_type": "USER", "subject": "a", "domain": "b", "role": "KING"}]}),
    ("access_list[0].domain", {"access_list": [{"subject_type": "USER", "subject": "a", "role": "EDIT"}]}),
    ("storage_specs[0].Limit", {"storage_specs": [{"policy": "p", "Limit": 3}]}),
    ("bogus", {"bogus": 1}),
    ("resource_spec.memory_limits", {"resource_spec": {"memory_limits": 1}}),
    ("description", {"description": 7}),
    ("NSXT_CONTAINER_PLUGIN", {"namespace_network": {"network_provider": "NSXT_CONTAINER_PLUGIN"}}),
]


@pytest.mark.parametrize(("named", "wrong"), WRONG)
def test_what_is_wrong_is_named(vcenter: RunningVCenter, named: str, wrong: dict[str, Any]) -> None:
    answer = vcenter.call("POST", ALL, {"cluster": vcenter.cluster, "namespace": "refused", **wrong})
    assert refusal(answer) == (400, "INVALID_ARGUMENT")
    assert named in said(answer)
    assert refusal(vcenter.call("GET", f"{ALL}/refused")) == (404, "NOT_FOUND")


@pytest.mark.parametrize("name", ["Upper", "a.b", "-a", "", "a" * 64])
def test_names_are_dns_labels(vcenter: RunningVCenter, name: str) -> None:
    answer = vcenter.call("POST", ALL, {"cluster": vcenter.cluster, "namespace": name})
    assert refusal(answer) == (400, "INVALID_ARGUMENT")


def test_the_systems_names_are_nobodys(vcenter: RunningVCenter) -> None:
    answer = vcenter.call("POST", ALL, {"cluster": vcenter.cluster, "namespace": "vmware-system-mine"})
    assert refusal(answer) == (403, "UNAUTHORIZED")


def test_a_name_is_given_once(vcenter: RunningVCenter) -> None:
    body = {"cluster": vcenter.cluster, "namespace": "once"}
    vcenter.do("POST", ALL, body)
    assert refusal(vcenter.call("POST", ALL, body)) == (400, "ALREADY_EXISTS")


def test_a_required_field_is_asked_for(vcenter: RunningVCenter) -> None:
    answer = vcenter.call("POST", ALL, {"cluster": vcenter.cluster})
    assert refusal(answer) == (400, "INVALID_ARGUMENT")
    assert '"namespace" is missing' in said(answer)


def test_an_unknown_cluster_or_supervisor_is_not_found(vcenter: RunningVCenter) -> None:
    assert refusal(vcenter.call("POST", ALL, {"cluster": "domain-c0", "namespace": "lost"})) == (404, "NOT_FOUND")
    assert refusal(vcenter.call("POST", f"{ALL}/v2", {"supervisor": "none", "namespace": "lost"})) == (404, "NOT_FOUND")


def test_another_network_provider_than_the_supervisors_is_refused_in_its_words(vcenter: RunningVCenter) -> None:
    body = {"supervisor": INVENTORY.supervisor.id, "namespace": "vpc", "network_spec": {"network_provider": "NSX_VPC"}}
    answer = vcenter.call("POST", f"{ALL}/v2", body)
    assert answer.json()["messages"][0]["id"] == "vcenter.wcp.workload.create.network.provider.mismatch"


def test_a_refused_change_changes_nothing(vcenter: RunningVCenter) -> None:
    vcenter.do("POST", ALL, {"cluster": vcenter.cluster, "namespace": "whole", "description": "before"})
    wrong = {"description": "after", "storage_specs": [{"policy": "no-such-policy"}]}
    assert refusal(vcenter.call("PUT", f"{ALL}/whole", wrong)) == (400, "INVALID_ARGUMENT")
    assert vcenter.get(f"{ALL}/whole")["description"] == "before"


def test_no_body_at_all_is_no_request(vcenter: RunningVCenter) -> None:
    headers = {"vmware-api-session-id": vcenter.session()}
    assert refusal(vcenter.http.post(f"/api{ALL}", headers=headers, content=b"{")) == (400, "INVALID_REQUEST")
