"""The difference between a namespace as it is and as it is wanted, and nothing but that."""

from typing import Any

import pytest

from fedfleet.vsphere import SettingsError
from fedfleet.vsphere.namespace_specs import Access, Info, StorageSpec, Wanted, after, changes, create_spec, networks

DEV = Access(subject_type="USER", subject="dev", domain="vsphere.local", role="EDIT")
OPS = Access(subject_type="GROUP", subject="ops", domain="vsphere.local", role="VIEW")


def info(**fields: Any) -> Info:
    known: dict[str, Any] = {
        "config_status": "RUNNING",
        "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0},
        "description": "as it is",
        "access_list": [DEV.model_dump(), OPS.model_dump()],
        "storage_specs": [{"policy": "gold", "limit": 1024}],
        "vm_service_spec": {"content_libraries": ["lib"], "vm_classes": ["small", "large"]},
    }
    return Info.model_validate(known | fields)


def test_what_is_not_given_is_left_as_it_is() -> None:
    assert not changes(info(), Wanted("ns"))


def test_what_is_given_as_it_is_changes_nothing() -> None:
    wanted = Wanted(
        "ns",
        description="as it is",
        access=(OPS, DEV),
        storage=(StorageSpec(policy="gold", limit=1024),),
        vm_classes=frozenset({"large", "small"}),
        content_libraries=frozenset({"lib"}),
    )
    assert not changes(info(), wanted, exclusive=True)


def test_only_what_differs_is_sent() -> None:
    assert changes(info(), Wanted("ns", description="new", vm_classes=frozenset({"small", "large"}))).update == {"description": "new"}


def test_libraries_stay_when_classes_change() -> None:
    """Both are parts of one field, and what is left out of it is taken away."""
    update = changes(info(), Wanted("ns", vm_classes=frozenset({"small"})), exclusive=True).update
    assert update == {"vm_service_spec": {"content_libraries": ["lib"], "vm_classes": ["small"]}}


def test_a_limit_that_is_lifted_is_left_out_and_not_0() -> None:
    assert changes(info(), Wanted("ns", storage=(StorageSpec(policy="gold"),)), exclusive=True).update == {
        "storage_specs": [{"policy": "gold"}]
    }


def test_access_is_given_and_changed_one_by_one() -> None:
    new = Access(subject_type="USER", subject="new", domain="vsphere.local", role="VIEW")
    owner = DEV.model_copy(update={"role": "OWNER"})
    change = changes(info(), Wanted("ns", access=(owner, new)))
    assert (change.update, change.grant, change.regrant, change.revoke) == ({}, (new,), (owner,), ())


def test_access_of_others_is_taken_away_only_where_that_is_asked_for() -> None:
    assert changes(info(), Wanted("ns", access=(DEV,)), exclusive=True).revoke == (OPS,)
    assert not changes(info(), Wanted("ns"), exclusive=True)


def test_names_of_users_are_the_same_in_capitals() -> None:
    assert not changes(info(), Wanted("ns", access=(DEV.model_copy(update={"subject": "DEV"}),)))


def test_the_plan_is_what_will_be() -> None:
    wanted = Wanted("ns", description="new", access=(DEV.model_copy(update={"role": "OWNER"}),))
    planned = after(info(), changes(info(), wanted)).settings()
    assert planned["description"] == "new"
    assert {one["subject"]: one["role"] for one in planned["access"]} == {"dev": "OWNER", "ops": "VIEW"}
    assert planned["vm_classes"] == ["large", "small"]


def test_what_others_gave_stays_beside_what_is_wanted() -> None:
    wanted = Wanted(
        "ns", storage=(StorageSpec(policy="ours"),), vm_classes=frozenset({"2xlarge"}), content_libraries=frozenset({"ours", "image"})
    )
    found = info(content_libraries=[{"content_library": "image"}])
    assert changes(found, wanted).update == {
        "storage_specs": [{"policy": "gold", "limit": 1024}, {"policy": "ours"}],
        "vm_service_spec": {"content_libraries": ["lib", "ours"], "vm_classes": ["2xlarge", "large", "small"]},
    }
    assert not changes(after(found, changes(found, wanted)), wanted)


def test_a_limit_changes_where_one_is_wanted_and_stays_where_none_is() -> None:
    assert not changes(info(), Wanted("ns", storage=(StorageSpec(policy="gold"),)))
    update = changes(info(), Wanted("ns", storage=(StorageSpec(policy="gold", limit=2048),))).update
    assert update == {"storage_specs": [{"policy": "gold", "limit": 2048}]}


def test_only_an_exclusive_wish_takes_away() -> None:
    wanted = Wanted("ns", storage=(StorageSpec(policy="ours"),), vm_classes=frozenset({"small"}), content_libraries=frozenset())
    assert changes(info(), wanted, exclusive=True).update == {
        "storage_specs": [{"policy": "ours"}],
        "vm_service_spec": {"content_libraries": [], "vm_classes": ["small"]},
    }


@pytest.mark.parametrize(
    ("wanted", "network"),
    [
        (Wanted("ns"), {"vpc_config": {}}),
        (
            Wanted("ns", vpc_cidrs=networks(["172.26.0.0/16"])),
            {"vpc_config": {"private_cidrs": [{"address": "172.26.0.0", "prefix": 16}]}},
        ),
        (Wanted("ns", vpc="/orgs/default/projects/p/vpcs/v"), {"vpc": "/orgs/default/projects/p/vpcs/v"}),
    ],
)
def test_a_namespace_with_nsx_vpc_is_told_which(wanted: Wanted, network: dict[str, Any]) -> None:
    body = create_spec(wanted, "s-1", by_cluster=False, network_provider="NSX_VPC")
    assert body["network_spec"] == {"network_provider": "NSX_VPC", "vpc_network": network}


def test_a_private_network_is_one() -> None:
    with pytest.raises(SettingsError, match=r"172\.26\.0\.1/16 has host bits set"):
        networks(["172.26.0.1/16"])


def test_an_old_vcenter_is_told_the_cluster() -> None:
    assert create_spec(Wanted("ns"), "domain-c8", by_cluster=True) == {"cluster": "domain-c8", "namespace": "ns"}
    assert create_spec(Wanted("ns"), "s-1", by_cluster=False) == {"supervisor": "s-1", "namespace": "ns"}
