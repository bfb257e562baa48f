"""Three organisations hand each other files, and nothing else: docs/tutorial/three-organisations.md on the example inventories as they are."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fedfleet.kube import Client, ObjectRef
from support.cluster import eventually
from support.lab import RunningLab
from support.namespace_admin import with_rights_in_one_namespace
from support.organisations import Organisation, send_admission, send_card

# Everything that is cheap: no notebook, and up to rung 3 of the ladder. The nightly run climbs it to its end.
FRUGAL: dict[str, Any] = {"fate_notebook": False, "validation_highest_rung": 3}


@pytest.fixture(scope="module")
def client(images: RunningLab) -> Iterator[Client]:
    with Client.connect(images.kubeconfig) as session:
        yield session


@pytest.fixture
def organisations(images: RunningLab, client: Client, tmp_path: Path) -> Iterator[dict[str, Organisation]]:
    """The three of them, on a cluster that has nothing of theirs."""
    made = {name: Organisation.of(name, tmp_path, images) for name in ("exchange", "party30000", "party40000")}
    with ExitStack() as stack:
        for organisation in made.values():
            stack.callback(client.delete, "Namespace", organisation.namespace)
        yield made


def test_a_party_comes_in_by_files_alone(organisations: dict[str, Organisation], client: Client) -> None:
    exchange, party = organisations["exchange"], organisations["party30000"]

    exchange.play().expect()
    waiting = party.play(**FRUGAL).expect()

    assert party.state == "awaiting-admission"
    assert "cards/30000.yaml" in waiting.output.replace("\n", " ")

    # What a tired operator might have left behind; the run that admits the party puts it right first.
    scale = ("scale", "deployment", "traffic-server", "--replicas", "0")
    exchange.federation.lab.fedfleet("lab", "kubectl", "--", "-n", exchange.namespace, *scale).expect()
    eventually(
        lambda: not client.list("Pod", exchange.namespace, {"app.kubernetes.io/name": "traffic-server"}), "Traffic Server is stopped"
    )
    send_card(party, 30000, exchange)
    exchange.play().expect()

    assert exchange.state == "validated"
    client.wait([ObjectRef("Deployment", exchange.namespace, "traffic-server", "apps/v1")], 1)
    assert len({found.replica for found in exchange.report().routes if found.ok and found.route.startswith("30000")}) == 4

    send_admission(exchange, 30000, party)
    party.play(**FRUGAL).expect()

    assert party.state == "admitted"
    assert all(rung.ok for rung in party.report().rungs)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_the_tutorial_holds_to_its_end(organisations: dict[str, Organisation], client: Client) -> None:
    """One of the parties has rights in its namespace only."""
    exchange, north = organisations["exchange"], organisations["party30000"]
    south = with_rights_in_one_namespace(client, organisations["party40000"])

    exchange.play().expect()
    for party in (north, south):
        party.play().expect()
        assert party.state == "awaiting-admission"
    send_card(north, 30000, exchange)
    send_card(south, 40000, exchange)
    exchange.play().expect()
    send_admission(exchange, 30000, north)
    send_admission(exchange, 40000, south)
    # The first meets a partner that is still silent.
    for party in (north, south, north):
        party.play().expect()
    assert [party.state for party in (exchange, north, south)] == ["validated"] * 3
    assert {rung.subject for rung in north.report().rungs if rung.rung == 5 and rung.ok} == {"30000 → 40000"}
    assert {rung.subject for rung in south.report().rungs if rung.rung == 5 and rung.ok} == {"40000 → 30000"}

    exchange.play(registration_removed_parties=[40000]).expect()
    send_admission(exchange, 30000, north)
    north.play().expect()
    assert not any("40000" in rung.subject for rung in north.report().rungs)
