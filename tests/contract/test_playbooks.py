"""Every playbook says whose progress it reports, and what changes a site holds it first."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from support.commands import ROOT

PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
# They change nothing that makes up a site.
HARMLESS = {"inventory", "preflight", "rbac", "workload"}


def plays(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text())
    return [play for play in found if "hosts" in play]


def holds(play: dict[str, Any]) -> bool:
    role = {"name": "fedfleet.federation.cluster", "tasks_from": "lock"}
    return any(role.items() <= (task.get("ansible.builtin.import_role") or {}).items() for task in play["tasks"])


@pytest.mark.parametrize("name", [path.stem for path in PLAYBOOKS])
def test_progress_lines_say_whose_they_are(name: str) -> None:
    assert [
        play["name"] for play in plays(name) if (play.get("environment") or {}).get("FEDFLEET_SITE") != "{{ inventory_hostname }}"
    ] == []


@pytest.mark.parametrize("name", [path.stem for path in PLAYBOOKS if path.stem not in HARMLESS])
def test_what_changes_sites_holds_all_of_them_before_the_first_is_touched(name: str) -> None:
    first = plays(name)[0]
    wanted = {group for play in plays(name) for group in play["hosts"].split(":")}
    assert wanted <= set(first["hosts"].split(":"))
    assert holds(first)


def roles(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        yield from roles(task.get("block", []))
        yield from (task[action] for action in ("ansible.builtin.import_role", "ansible.builtin.include_role") if action in task)


@pytest.mark.parametrize("name", [path.stem for path in PLAYBOOKS])
def test_the_inventory_is_held_against_specs_once(name: str) -> None:
    assert [role for play in plays(name) for role in roles(play["tasks"]) if role.get("rolespec_validate") is not False] == []


def test_a_site_with_rights_in_one_namespace_may_hold_it() -> None:
    rules = yaml.safe_load((ROOT / "roles" / "cluster" / "vars" / "main.yml").read_text())["__cluster_rules"]
    (lease,) = [rule for rule in rules if "leases" in rule["resources"]]
    assert lease["groups"] == ["coordination.k8s.io"]
    assert {"get", "create", "patch", "delete"} <= set(lease["verbs"])
