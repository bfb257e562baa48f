"""A site that is removed leaves nothing behind, the exchange's side included."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from fedfleet.exit_codes import ExitCode
from fedfleet.federation.roster import Roster
from fedfleet.kube import Client
from support.commands import Finished
from support.lab import RunningLab
from support.runs import SmallInventory
from support.trial import TrialExchange, TrialParty

pytestmark = pytest.mark.nightly

PARTY = "30000"
SITE = "party30000"
CONFIRMED = ("-e", f"remove_site={SITE}", "-e", f"remove_confirm={SITE}", "-e", "remove_data=true")


@pytest.fixture(scope="module")
def client(images: RunningLab) -> Iterator[Client]:
    with Client.connect(images.kubeconfig) as session:
        yield session


@dataclass(frozen=True)
class Place:
    """An exchange with one admitted party, and the inventory that holds both."""

    inventory: SmallInventory
    exchange: TrialExchange
    party: TrialParty


@contextmanager
def deployed(images: RunningLab, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        exchange = TrialExchange.deployed(client, images, tmp_path_factory.mktemp("exchange"))
        stack.callback(client.delete, "Namespace", exchange.namespace)
        party = TrialParty.deployed(client, PARTY)
        stack.callback(client.delete, "Namespace", party.namespace)
        admissions = exchange.admit(party.card()).admissions
        party.take_up(admissions[PARTY])
        own = {"party_id": int(PARTY), "organisation": "Trial", "site_namespace": party.namespace}
        inventory = SmallInventory.made(tmp_path_factory.mktemp("runs") / "inventory", images, {SITE: own}, exchange.namespace)
        yield Place(inventory, exchange, party)


@pytest.fixture(scope="module")
def place(images: RunningLab, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with deployed(images, client, tmp_path_factory) as there:
        yield there


@pytest.fixture(scope="module")
def unconfirmed(place: Place) -> Finished:
    return place.inventory.run("remove", "-e", f"remove_site={SITE}", "-e", "remove_data=true")


@pytest.fixture(scope="module")
def removed(place: Place, unconfirmed: Finished) -> Finished:
    unconfirmed.expect(ExitCode.STAGE_FAILED)
    return place.inventory.run("remove", *CONFIRMED).expect()


def test_nothing_is_removed_unless_somebody_says_so_twice(unconfirmed: Finished) -> None:
    assert f"-e remove_confirm={SITE}" in unconfirmed.output
    assert '"outcome":"changed"' not in unconfirmed.output


def test_the_namespace_is_gone_with_everything_in_it(client: Client, place: Place, removed: Finished) -> None:
    assert removed
    assert client.get("Namespace", place.party.namespace) is None


def test_the_exchange_has_no_card_of_the_party(client: Client, place: Place, removed: Finished) -> None:
    assert removed
    assert client.list("ConfigMap", place.exchange.namespace, "fedfleet.dev/kind=card") == []


def test_the_exchange_serves_no_route_to_the_party(client: Client, place: Place, removed: Finished) -> None:
    assert removed
    stored = client.get("ConfigMap", "traffic-server-sni", place.exchange.namespace)
    assert stored is not None
    assert PARTY not in stored["data"]["sni.yaml"]


def test_the_roster_says_that_the_party_left(client: Client, place: Place, removed: Finished) -> None:
    assert removed
    stored = client.get("ConfigMap", "roster", place.exchange.namespace)
    assert stored is not None
    assert [member.party_id for member in Roster.read(stored["data"]["roster.yaml"], "the test").removed()] == [PARTY]


def test_the_run_says_what_became_of_the_party(removed: Finished) -> None:
    assert f"The exchange refuses party {PARTY} at every replica" in removed.output


def test_a_namespace_that_others_use_stays(images: RunningLab, client: Client, tmp_path_factory: pytest.TempPathFactory) -> None:
    with deployed(images, client, tmp_path_factory) as place:
        namespace = place.party.namespace
        client.apply(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "neighbour", "namespace": namespace},
                "spec": {"ports": [{"port": 80}]},
            }
        )
        told = place.inventory.run("remove", *CONFIRMED).expect()
        assert "others have Service neighbour there" in told.output
        assert client.get("Service", "neighbour", namespace) is not None
        assert client.list("Secret", namespace, "app.kubernetes.io/managed-by in (fedfleet, fedfleet-registration)") == []
