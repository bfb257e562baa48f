"""Storage policies on tags, made and taken back at a simulated vCenter."""

from collections.abc import Iterator

import pytest

from fedfleet.vsphere import Client, RefusedChangeError, tags
from fedfleet.vsphere.storage_profiles import Policies, Wanted, ensure, remove
from support.vcenter import ADMINISTRATOR, RunningVCenter

CATEGORY = "policies"


@pytest.fixture
def client(vcenter: RunningVCenter) -> Iterator[Client]:
    simulator = vcenter.simulator
    trust = simulator.authority.pair.certificate
    with Client.connect(simulator.host, ADMINISTRATOR.user, ADMINISTRATOR.password, ca_file=trust, port=simulator.port) as opened:
        yield opened


def wanted(name: str, *datastores: str, tag: str = "", description: str = "ours") -> Wanted:
    return Wanted(name, CATEGORY, tag or name, datastores, description)


def test_a_removal_that_was_interrupted_takes_the_tags_in_the_next_run(client: Client) -> None:
    made = ensure(client, wanted("halfway", "north-fast")).after
    assert made is not None
    Policies(client).delete(made.id)
    assert remove(client, "halfway", CATEGORY, "halfway", dry_run=True).changed
    assert remove(client, "halfway", CATEGORY, "halfway").changed
    assert tags.find_category(client, CATEGORY) is None
    assert not remove(client, "halfway", CATEGORY, "halfway").changed


def test_a_tag_that_another_policy_has_stays(client: Client) -> None:
    for name in ("first", "second"):
        ensure(client, wanted(name, "north-fast", tag="shared"))
    remove(client, "first", CATEGORY, "shared")
    category = tags.find_category(client, CATEGORY)
    assert category is not None
    assert tags.find_tag(client, category, "shared") is not None
    remove(client, "second", CATEGORY, "shared")
    assert tags.find_category(client, CATEGORY) is None


def test_a_policy_of_anothers_gets_no_datastore_and_stays(client: Client) -> None:
    ensure(client, wanted("theirs", "north-fast", description="theirs"))
    assert not ensure(client, wanted("theirs", "north-fast"), adopt=False).changed
    with pytest.raises(RefusedChangeError, match=r"Somebody else made storage policy theirs.*north-slow"):
        ensure(client, wanted("theirs", "north-fast", "north-slow"), adopt=False)
    assert not remove(client, "theirs", CATEGORY, "theirs", described="ours").changed
    assert remove(client, "theirs", CATEGORY, "theirs", described="theirs").changed


def test_a_category_and_a_tag_that_somebody_made_meanwhile_are_taken(client: Client) -> None:
    category = tags.make_category(client, "raced")
    assert tags.make_category(client, "raced") == category
    tag = tags.make_tag(client, category, "raced")
    assert tags.make_tag(client, category, "raced") == tag
    assert tags.take_back(client, "raced", "raced")
