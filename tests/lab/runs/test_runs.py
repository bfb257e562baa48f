"""Runs that are looked at beforehand, interrupted, killed, doubled, repeated after somebody's hand, and undone: on an exchange of their own."""

from collections.abc import Iterator

import pytest

from fedfleet.exit_codes import ExitCode
from fedfleet.kube import Client
from support.cluster import eventually
from support.commands import Finished
from support.lab import RunningLab
from support.runs import SmallInventory, begins, changed_by, events_of, interrupt, kill_playbook, lease_holder

DEPLOY = "Deploy the exchange"


@pytest.fixture(scope="module")
def client(images: RunningLab) -> Iterator[Client]:
    with Client.connect(images.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def inventory(images: RunningLab, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallInventory]:
    made = SmallInventory.made(tmp_path_factory.mktemp("runs") / "inventory", images)
    yield made
    client.delete("Namespace", made.namespace)


@pytest.fixture(scope="module")
def foretold(inventory: SmallInventory) -> Finished:
    """A look at what would be done where nothing is."""
    return inventory.run("site", "--check", "--diff")


def test_a_check_of_a_fresh_site_says_what_would_be_made_and_makes_nothing(
    client: Client, inventory: SmallInventory, foretold: Finished
) -> None:
    foretold.expect()
    assert "exchange: Bring up Traffic Server and nginx" in changed_by(foretold)
    assert client.get("Namespace", inventory.namespace) is None


@pytest.fixture(scope="module")
def interrupted(inventory: SmallInventory, foretold: Finished) -> str:
    """A run that Ctrl-C ended while it deployed; what it said in the end."""
    foretold.expect()
    with inventory.running("site") as running:
        running.until(begins(DEPLOY), "it deploys")
        interrupt(running)
        assert running.end() == ExitCode.INTERRUPTED
        return running.seen[-1].message


def test_an_interrupted_run_says_where_things_are(interrupted: str) -> None:
    assert f"Interrupted in: {DEPLOY}." in interrupted
    assert "Provision" in interrupted


def test_an_interrupted_run_leaves_no_lock(client: Client, inventory: SmallInventory, interrupted: str) -> None:
    assert interrupted
    eventually(lambda: not lease_holder(client, inventory.namespace), "the lock is given back", seconds=15)


@pytest.fixture(scope="module")
def second(inventory: SmallInventory, interrupted: str) -> tuple[str, Finished]:
    """The first run's name, and a second run at the same time; the first is killed after."""
    assert interrupted
    with inventory.running("site") as running:
        running.until(begins(DEPLOY), "it deploys")
        refused = inventory.run("provision")
        kill_playbook(running)
        running.end()
        return running.run_id, refused


def test_a_second_run_says_who_is_at_work_and_ends(second: tuple[str, Finished]) -> None:
    first, refused = second
    refused.expect(ExitCode.LOCKED)
    assert first in refused.output
    assert changed_by(refused) == []


def test_a_killed_run_leaves_no_lock(client: Client, inventory: SmallInventory, second: tuple[str, Finished]) -> None:
    assert second
    eventually(lambda: not lease_holder(client, inventory.namespace), "the lock is given back", seconds=30)


@pytest.fixture(scope="module")
def complete(inventory: SmallInventory, second: tuple[str, Finished]) -> Finished:
    """The same command once more, on what an interrupted and a killed run left."""
    assert second
    return inventory.run("site").expect()


def test_a_half_deployed_site_is_completed(client: Client, inventory: SmallInventory, complete: Finished) -> None:
    assert any("The exchange is up" in event.message for event in events_of(complete))
    ready = {found["metadata"]["name"]: found["status"].get("readyReplicas") for found in client.list("Deployment", inventory.namespace)}
    assert ready == {"nginx": 2, "traffic-server": 2}


@pytest.fixture(scope="module")
def meddled(client: Client, inventory: SmallInventory, complete: Finished) -> Finished:
    """What a check says after somebody changed an object and deleted another."""
    complete.expect()
    client.patch("Deployment", "nginx", inventory.namespace, {"spec": {"replicas": 1}})
    policies = client.list("NetworkPolicy", inventory.namespace)
    client.delete("NetworkPolicy", policies[0]["metadata"]["name"], inventory.namespace)
    return inventory.run("deploy", "--check").expect()


def test_a_check_finds_what_was_edited_by_hand(meddled: Finished) -> None:
    assert changed_by(meddled) == ["exchange: Bring up Traffic Server and nginx"]


def test_what_was_edited_by_hand_is_put_back(client: Client, inventory: SmallInventory, meddled: Finished) -> None:
    meddled.expect()
    before = len(client.list("NetworkPolicy", inventory.namespace))
    inventory.run("deploy").expect()
    found = client.get("Deployment", "nginx", inventory.namespace)
    assert found is not None
    assert (found["spec"]["replicas"], len(client.list("NetworkPolicy", inventory.namespace))) == (2, before + 1)
