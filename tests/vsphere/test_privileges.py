"""Every privilege that the guide names is needed for its step, and together they are enough; a site's account opens nothing of another's."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pyVmomi import vim

from fedfleet_lab.vcenter import Account
from fedfleet_lab.vcenter.accounts import site_account
from support.commands import ROOT
from support.modules import done, ended, refused
from support.soap import make_vm, names, soap
from support.vcenter import ADMINISTRATOR, RunningVCenter, refusal, running_vcenter

GUIDE = ROOT / "docs" / "how-to" / "vsphere.md"
GOLD = "vSAN Default Storage Policy"
URL = "https://releases.example/lib.json"
_PRIVILEGE = re.compile(r"(?:[A-Za-z]+)?(?:\.[A-Za-z]+)+")
_TABLE = re.compile(r"^\| step of a run \|.*\n\|[ |-]*\n((?:\|.*\n)+)", re.MULTILINE)


def named_in_the_guide() -> list[str]:
    """The privileges of the guide's table, each once; one that begins with a dot is of the same kind as the one before."""
    found: list[str] = []
    (rows,) = _TABLE.findall(GUIDE.read_text())
    for row in rows.splitlines():
        _, _, _, privileges, _, _ = row.split("|")
        for text in privileges.strip().split(", "):
            if _PRIVILEGE.fullmatch(text):
                found.append(f"{found[-1].rpartition('.')[0]}{text}" if text.startswith(".") else text)
    return list(dict.fromkeys(found))


ALL = tuple(named_in_the_guide())
# The lab's accounts have one password each; here one is enough.
PASSWORD = "right-Site-1"
NORTH, SOUTH = (replace(site_account(site, PASSWORD), privileges=ALL) for site in ("30000", "40000"))
LACKING = {privilege: Account(f"lacks-{number}", PASSWORD, (), tuple(set(ALL) - {privilege})) for number, privilege in enumerate(ALL)}
MINE = [{"subject": NORTH.name, "domain": NORTH.domain, "subject_type": "USER", "role": "EDIT"}]
Step = Callable[[RunningVCenter, Account], dict[str, Any]]


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVCenter]:
    accounts = (ADMINISTRATOR, NORTH, SOUTH, *LACKING.values())
    with running_vcenter(tmp_path_factory.mktemp("vcenter"), accounts, namespace_delay=0.1) as running:
        running.lab("PUT", "/publications", {URL: [{"id": "1", "name": "photon", "type": "ovf"}]})
        yield running


def step(name: str, /, **options: Any) -> Step:
    return lambda vcenter, by: ended(vcenter, name, by=by, **options)


def policy(state: str, name: str = "of-the-site") -> Step:
    return step("storage_policy", name=name, state=state, **({"datastores": ["north-fast"]} if state == "present" else {}))


def library(state: str, **options: Any) -> Step:
    name = "subscribed" if "subscription_url" in options or options.pop("subscribed", False) else "local"
    return step("content_library", name=name, state=state, **({"datastore": "north-slow"} if state == "present" else {}), **options)


def machine(state: str) -> Step:
    return step("vm_power", name=MACHINE, state=state)


def machine_that_is(power: str) -> Step:
    """The site's machine, made where it is not there."""

    def prepare(vcenter: RunningVCenter, by: Account) -> dict[str, Any]:
        with soap(vcenter, by) as instance:
            if MACHINE not in names(instance, vim.VirtualMachine):
                make_vm(instance, MACHINE)
        return machine(power)(vcenter, by)

    return prepare


MACHINE = "node-of-the-site"
SUBSCRIBED = {"subscription_url": URL}
# What is done by whoever lacks it, and what has to be there before.
STEPS: dict[str, tuple[Step, tuple[Step, ...]]] = {
    "System.Read": (step("supervisor_info"), ()),
    "StorageProfile.View": (step("storage_policy_info"), ()),
    "Namespaces.Configure": (step("namespace", name="fl-30000"), ()),
    "StorageProfile.Update": (policy("present"), ()),
    "InventoryService.Tagging.CreateCategory": (policy("present"), ()),
    "InventoryService.Tagging.CreateTag": (policy("present"), ()),
    "InventoryService.Tagging.AttachTag": (policy("present"), ()),
    "InventoryService.Tagging.DeleteTag": (policy("absent"), (policy("present"),)),
    "InventoryService.Tagging.DeleteCategory": (policy("absent"), (policy("present"),)),
    "VirtualMachineClasses.Manage": (step("vm_class", name="fl-lacking", cpu_count=1, memory_mb=1024), ()),
    "Datastore.AllocateSpace": (library("present"), ()),
    "ContentLibrary.CreateLocalLibrary": (library("present"), ()),
    "ContentLibrary.UpdateLocalLibrary": (library("present", description="anew"), (library("present"),)),
    "ContentLibrary.DeleteLocalLibrary": (library("absent"), (library("present"),)),
    "ContentLibrary.CreateSubscribedLibrary": (library("present", **SUBSCRIBED), ()),
    "ContentLibrary.ProbeSubscription": (library("present", **SUBSCRIBED), ()),
    "ContentLibrary.SyncLibrary": (library("present", sync=True, **SUBSCRIBED), (library("present", **SUBSCRIBED),)),
    "ContentLibrary.UpdateSubscribedLibrary": (library("present", on_demand=False, **SUBSCRIBED), (library("present", **SUBSCRIBED),)),
    "ContentLibrary.DeleteSubscribedLibrary": (library("absent", subscribed=True), (library("present", **SUBSCRIBED),)),
    "VirtualMachine.Interact.PowerOn": (machine("on"), (machine_that_is("off"),)),
    "VirtualMachine.Interact.PowerOff": (machine("off"), (machine_that_is("on"),)),
    "VirtualMachine.Interact.Reset": (machine("reset"), (machine_that_is("on"),)),
}


def emptied(vcenter: RunningVCenter) -> None:
    for clean in (
        step("namespace", name="fl-30000", state="absent"),
        policy("absent"),
        library("absent"),
        library("absent", subscribed=True),
    ):
        assert not clean(vcenter, ADMINISTRATOR).get("failed")


def test_every_privilege_of_the_guide_has_its_step() -> None:
    assert set(STEPS) == set(ALL)


@pytest.mark.parametrize("privilege", STEPS)
def test_without_a_privilege_its_step_is_refused_by_that_name_and_with_it_done(vcenter: RunningVCenter, privilege: str) -> None:
    emptied(vcenter)
    work, before = STEPS[privilege]
    for needed in before:
        assert not needed(vcenter, ADMINISTRATOR).get("failed")
    result = work(vcenter, LACKING[privilege])
    assert result.get("failed"), result
    assert privilege in result["msg"]
    assert not work(vcenter, NORTH).get("failed")


def test_a_sites_account_makes_changes_and_removes_what_is_its_own(vcenter: RunningVCenter) -> None:
    emptied(vcenter)
    own: dict[str, Any] = {"name": "fl-30000", "storage": [{"policy": GOLD, "limit_mib": None}], "access": MINE}
    made = done(vcenter, "namespace", by=NORTH, **own)
    assert made["namespace"]["config_status"] == "RUNNING"
    assert not done(vcenter, "namespace", by=NORTH, **own)["changed"]
    assert done(vcenter, "namespace", by=NORTH, name="fl-30000", state="absent")["changed"]


def test_a_sites_account_opens_nothing_of_another_site(vcenter: RunningVCenter) -> None:
    emptied(vcenter)
    path = "/vcenter/namespaces/instances/fl-30000"
    done(vcenter, "namespace", by=NORTH, name="fl-30000", access=MINE)
    for method, where, body in (
        ("GET", path, None),
        ("GET", "/vcenter/namespaces/instances/v2/fl-30000", None),
        ("PATCH", path, {"description": "mine"}),
        ("PUT", path, {"description": "mine"}),
        ("DELETE", path, None),
        ("POST", f"{path}/access/vsphere.local/{SOUTH.name}?type=USER", {"role": "OWNER"}),
    ):
        assert refusal(vcenter.call(method, where, body, by=SOUTH)) == (403, "UNAUTHORIZED"), method
    assert [one["namespace"] for one in vcenter.get("/vcenter/namespaces/instances", by=SOUTH)] == []
    assert "Somebody has a vSphere Namespace fl-30000" in refused(vcenter, "namespace", by=SOUTH, name="fl-30000")
    assert "Somebody has a vSphere Namespace fl-30000" in refused(vcenter, "namespace", by=SOUTH, name="fl-30000", state="absent")
    assert vcenter.get(path)["description"] == ""


def test_a_sites_login_leads_to_no_cluster_of_another_site(vcenter: RunningVCenter) -> None:
    vcenter.lab("PUT", "/supervisor", {"api_endpoint": "127.0.0.1", "config_status": "RUNNING", "kubernetes_status": "READY"})
    done(vcenter, "namespace", by=NORTH, name="fl-30000", access=MINE)
    vcenter.lab("PUT", "/guest-clusters/fl-30000/fl-30000-a", {"server": "192.0.2.1", "ca": "an authority"})
    found = {}
    for account in (NORTH, SOUTH):
        body = {"guest_cluster_name": "fl-30000-a", "guest_cluster_namespace": "fl-30000"}
        answer = vcenter.supervisor.post("/wcp/login", auth=(account.user, account.password), json=body)
        found[account.name] = answer.json()["guest_cluster_server"]
    assert found == {NORTH.name: "192.0.2.1", SOUTH.name: ""}
    said = refused(vcenter, "supervisor_login", by=SOUTH, cluster="fl-30000-a", namespace="fl-30000")
    assert "no cluster fl-30000-a that could be logged in to" in said
