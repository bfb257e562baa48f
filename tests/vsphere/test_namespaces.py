"""Namespaces from their making to their end."""

import pytest

from support.vcenter import ADMINISTRATOR, EDITOR, INVENTORY, NOBODY, RunningVCenter, refusal

ALL = "/vcenter/namespaces/instances"


def make(vcenter: RunningVCenter, name: str, **more: object) -> None:
    vcenter.do("POST", ALL, {"cluster": vcenter.cluster, "namespace": name, **more})


def test_a_namespace_is_configured_and_then_runs(vcenter: RunningVCenter) -> None:
    make(vcenter, "life", description="a site")
    assert vcenter.get(f"{ALL}/life")["config_status"] == "CONFIGURING"
    stats = {"cpu_used": 100, "memory_used": 200, "storage_used": 300}
    vcenter.lab("PATCH", "/namespaces/life", {"config_status": "RUNNING", "messages": [], "stats": stats})
    found = vcenter.get(f"{ALL}/life")
    assert (found["config_status"], found["description"], found["stats"]) == ("RUNNING", "a site", stats)


def test_a_namespace_is_removed_in_two_steps(vcenter: RunningVCenter) -> None:
    make(vcenter, "end")
    assert vcenter.call("DELETE", f"{ALL}/end").status_code == 204
    assert vcenter.get(f"{ALL}/end")["config_status"] == "REMOVING"
    assert refusal(vcenter.call("PATCH", f"{ALL}/end", {"description": "late"})) == (400, "NOT_ALLOWED_IN_CURRENT_STATE")
    vcenter.lab("DELETE", "/namespaces/end")
    assert refusal(vcenter.call("GET", f"{ALL}/end")) == (404, "NOT_FOUND")
    assert refusal(vcenter.call("DELETE", f"{ALL}/end")) == (404, "NOT_FOUND")


def test_messages_say_why_a_namespace_is_in_error(vcenter: RunningVCenter) -> None:
    make(vcenter, "broken")
    details = {"id": "some.id", "default_message": "no addresses left", "args": []}
    vcenter.lab("PATCH", "/namespaces/broken", {"config_status": "ERROR", "messages": [{"severity": "ERROR", "details": details}]})
    found = vcenter.get(f"{ALL}/broken")
    assert found["config_status"] == "ERROR"
    assert found["messages"] == [{"severity": "ERROR", "details": details}]


def test_all_that_was_asked_for_is_told_again(vcenter: RunningVCenter) -> None:
    spec = {
        "access_list": [{"subject_type": "GROUP", "subject": "Editors", "domain": "vsphere.local", "role": "EDIT"}],
        "storage_specs": [{"policy": vcenter.policy, "limit": 102400}],
        "vm_service_spec": {"vm_classes": ["best-effort-small", "guaranteed-large"]},
        "resource_spec": {"cpu_limit": 8000, "memory_limit": 65536},
        "networks": ["workload-1"],
        "creator": {"subject": "administrator", "domain": "vsphere.local"},
    }
    make(vcenter, "full", **spec)
    found = vcenter.get(f"{ALL}/full")
    assert {name: found[name] for name in spec} == spec
    assert found["cluster"] == vcenter.cluster


def test_the_second_version_speaks_of_the_supervisor(vcenter: RunningVCenter) -> None:
    network = {"network_provider": "VSPHERE_NETWORK", "vsphere_network": {"default_workload_network": "workload-2"}}
    body = {"supervisor": INVENTORY.supervisor.id, "namespace": "second", "network_spec": network}
    assert vcenter.call("POST", f"{ALL}/v2", body).status_code == 204
    found = vcenter.get(f"{ALL}/v2/second")
    assert found["supervisor"] == INVENTORY.supervisor.id
    assert found["network_spec"]["vsphere_network"]["default_workload_network"] == "workload-2"
    assert "second" in [one["namespace"] for one in vcenter.get(f"{ALL}/v2")]
    assert "second" in [one["namespace"] for one in vcenter.get(ALL)]


def test_patch_changes_only_what_it_names(vcenter: RunningVCenter) -> None:
    make(vcenter, "patched", description="first", storage_specs=[{"policy": vcenter.policy}])
    assert vcenter.call("PATCH", f"{ALL}/patched", {"description": "second"}).status_code == 204
    found = vcenter.get(f"{ALL}/patched")
    assert (found["description"], found["storage_specs"]) == ("second", [{"policy": vcenter.policy}])


def test_put_clears_what_it_does_not_name(vcenter: RunningVCenter) -> None:
    access = [{"subject_type": "USER", "subject": "editor", "domain": "vsphere.local", "role": "EDIT"}]
    make(vcenter, "replaced", description="first", access_list=access, storage_specs=[{"policy": vcenter.policy}])
    assert vcenter.call("PUT", f"{ALL}/replaced", {"description": "second"}).status_code == 204
    found = vcenter.get(f"{ALL}/replaced")
    assert (found["description"], found["access_list"], found["storage_specs"]) == ("second", [], [])


def test_a_change_is_configured_anew(vcenter: RunningVCenter) -> None:
    make(vcenter, "changing")
    vcenter.lab("PATCH", "/namespaces/changing", {"config_status": "RUNNING"})
    vcenter.do("PATCH", f"{ALL}/changing", {"description": "new"})
    assert vcenter.get(f"{ALL}/changing")["config_status"] == "CONFIGURING"


def test_networks_are_added_and_removed(vcenter: RunningVCenter) -> None:
    make(vcenter, "networks", networks=["workload-1"])
    change = {"networks_to_add": ["workload-2"], "networks_to_remove": ["workload-1"]}
    vcenter.do("PATCH", f"{ALL}/networks", {"network_spec": {"network_provider": "VSPHERE_NETWORK", "vsphere_network_config": change}})
    assert vcenter.get(f"{ALL}/networks")["networks"] == ["workload-2"]


def test_roles_are_given_changed_and_taken(vcenter: RunningVCenter) -> None:
    make(vcenter, "roles")
    path = f"{ALL}/roles/access/vsphere.local/editor?type=USER"
    assert refusal(vcenter.call("GET", path)) == (400, "UNSUPPORTED")
    assert vcenter.call("POST", path, {"role": "VIEW"}).status_code == 204
    assert refusal(vcenter.call("POST", path, {"role": "VIEW"})) == (400, "ALREADY_EXISTS")
    assert vcenter.call("PUT", path, {"role": "EDIT"}).status_code == 204
    assert vcenter.get(path) == {"role": "EDIT", "inherited": False}
    assert vcenter.call("DELETE", path).status_code == 204
    assert vcenter.get(f"{ALL}/roles")["access_list"] == []


@pytest.mark.parametrize("query", ["", "?type=ROBOT"])
def test_a_role_is_a_users_or_a_groups(vcenter: RunningVCenter, query: str) -> None:
    make(vcenter, f"kinds{len(query)}")
    answer = vcenter.call("POST", f"{ALL}/kinds{len(query)}/access/vsphere.local/editor{query}", {"role": "VIEW"})
    assert refusal(answer) == (400, "INVALID_ARGUMENT")


def test_users_are_told_of_their_own_running_namespaces(vcenter: RunningVCenter) -> None:
    access = [{"subject_type": "GROUP", "subject": "Editors", "domain": "vsphere.local", "role": "EDIT"}]
    make(vcenter, "own", access_list=access)
    mine = "/vcenter/namespaces-user/namespaces"
    assert "own" not in [one["namespace"] for one in vcenter.get(mine, by=EDITOR)]
    vcenter.lab("PATCH", "/namespaces/own", {"config_status": "RUNNING"})
    vcenter.lab("PUT", "/supervisor", {"api_endpoint": "127.0.0.9", "config_status": "RUNNING", "kubernetes_status": "READY"})
    assert {"namespace": "own", "master_host": "127.0.0.9"} in vcenter.get(mine, by=EDITOR)
    assert {"namespace": "own", "master_host": "127.0.0.9"} in vcenter.get(mine, by=ADMINISTRATOR)
    assert vcenter.get(mine, by=NOBODY) == []
