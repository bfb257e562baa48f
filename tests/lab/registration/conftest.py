"""An exchange and two parties without engines, brought up once for all tests of registration."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from fedfleet.kube import Client
from support.lab import COLD_SECONDS, RunningLab
from support.trial import TrialExchange, TrialParty


@pytest.fixture(scope="session")
def client(lab: RunningLab, shown: Callable[[], AbstractContextManager[None]]) -> Iterator[Client]:
    """A session with a cluster that has the two images of an exchange."""
    with shown():
        lab.fedfleet(
            "images", "build", "nginx", "trafficserver", "--registry", lab.registry, "--plain-http", timeout=COLD_SECONDS, show=True
        ).expect()
    with Client.connect(lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="session")
def deployed(
    client: Client, lab: RunningLab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TrialExchange, TrialParty, TrialParty]]:
    with ExitStack() as stack:
        exchange = TrialExchange.deployed(client, lab, tmp_path_factory.mktemp("exchange"))
        stack.callback(client.delete, "Namespace", exchange.namespace)
        parties = []
        for party_id in ("30000", "40000"):
            party = TrialParty.deployed(client, party_id)
            stack.callback(client.delete, "Namespace", party.namespace)
            parties.append(party)
        yield exchange, parties[0], parties[1]


@pytest.fixture
def exchange(deployed: tuple[TrialExchange, TrialParty, TrialParty]) -> TrialExchange:
    """The exchange, with nobody admitted."""
    deployed[0].clear()
    return deployed[0]


@pytest.fixture(scope="session")
def hospital(deployed: tuple[TrialExchange, TrialParty, TrialParty]) -> TrialParty:
    return deployed[1]


@pytest.fixture(scope="session")
def bank(deployed: tuple[TrialExchange, TrialParty, TrialParty]) -> TrialParty:
    return deployed[2]
