"""Ctrl-C and kill -9 in every stage of a whole federation, and then again: nothing is lost."""

import re
from collections.abc import Iterator

import pytest

from fedfleet.exit_codes import ExitCode
from fedfleet.kube import Client
from support.cluster import eventually
from support.commands import run
from support.federation import Federation
from support.runs import SmallInventory, begins, changed_by, interrupt, kill_playbook, lease_holder
from support.sites import EXCHANGE

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]

NAMESPACES = (EXCHANGE, "fate-30000", "fate-40000")
STAGES = (
    "Hold the sites, so that nobody else works on them",
    "Preflight",
    "Prepare the provider",
    "Provision",
    "Platform",
    "Deploy the exchange",
    "Deploy the parties",
    "Write the parties' cards",
    "Admit the parties",
    "Take up the admissions",
    "Validate",
)


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def inventory(federation: Federation) -> SmallInventory:
    """The federation's inventory, for `fedfleet run`. What other tests did to the federation is put right and proven first."""
    federation.play().expect()
    return SmallInventory(federation.inventory, EXCHANGE, federation.lab.environment)


def profile(federation: Federation) -> tuple[str, str]:
    return "-e", f"fate_profile={federation.profile}"


def free(client: Client) -> bool:
    return not any(lease_holder(client, namespace) for namespace in NAMESPACES)


def jobs(federation: Federation) -> set[object]:
    """When each toy was proven: a toy that is repeated has another moment."""
    return {(rung.subject, rung.proven_at) for rung in federation.report().rungs if rung.rung in (4, 5)}


def test_a_check_of_a_deployed_federation_reports_no_change(federation: Federation) -> None:
    checked = federation.play("--check", "--diff").expect()
    assert set(re.findall(r"changed=(\d+)", checked.output)) == {"0"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_that_is_interrupted_in_a_stage_and_again_by_kill_loses_nothing(
    client: Client, federation: Federation, inventory: SmallInventory, stage: str
) -> None:
    proven = jobs(federation)
    with inventory.running("site", *profile(federation)) as running:
        running.until(begins(stage), stage)
        interrupt(running)
        assert running.end() == ExitCode.INTERRUPTED
    eventually(lambda: free(client), "the locks are given back", seconds=30)
    with inventory.running("site", *profile(federation)) as running:
        running.until(begins(stage), stage)
        kill_playbook(running)
        running.end()
    eventually(lambda: free(client), "the locks are given back", seconds=30)
    assert changed_by(inventory.run("site", *profile(federation)).expect()) == []
    assert jobs(federation) == proven


def test_a_party_that_was_removed_comes_back_with_its_data(federation: Federation, client: Client, inventory: SmallInventory) -> None:
    before = {found["metadata"]["name"]: found["metadata"]["uid"] for found in client.list("PersistentVolumeClaim", "fate-40000")}
    named = ("-e", "remove_site=party40000", "-e", "remove_confirm=party40000")
    inventory.run("remove", *named, *profile(federation)).expect()
    assert client.list("StatefulSet", "fate-40000") == []
    assert client.get("ConfigMap", "card-40000", EXCHANGE) is None
    assert "party40000" not in {site.site for site in federation.report().sites}
    inventory.run("site", *profile(federation)).expect()
    after = {found["metadata"]["name"]: found["metadata"]["uid"] for found in client.list("PersistentVolumeClaim", "fate-40000")}
    assert after == before
    run("fedfleet", "report", "-i", str(federation.inventory)).expect()
