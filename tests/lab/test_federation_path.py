"""Jobs go through the exchange and through nothing else."""

import json
from collections.abc import Iterator

import pytest

from fedfleet.engine.fate import run_toy
from fedfleet.kube import Client
from fedfleet.probe import Question, pod_answers, pod_program
from fedfleet.validation.party import Party
from support.federation import Federation
from support.sites import EXCHANGE, Site

FATE_PYTHON = "/opt/fate/venv/bin/python"
TOY_SECONDS = 240


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def party(client: Client) -> Party:
    return Party("30000", client, "fate-30000")


@pytest.fixture(scope="module")
def partner(client: Client) -> Party:
    return Party("40000", client, "fate-40000")


def toy_succeeds(party: Party, partner: Party, seconds: float) -> bool:
    with party.flow() as flow, partner.flow() as other:
        return run_toy(flow, partner.party_id, other, timeout=seconds).ok


def ways_to(partner: Site) -> list[Question]:
    """Every address at which a partner's pods and Services could be met without the exchange."""
    found = []
    for pod in partner.client.list("Pod", partner.namespace):
        found += [Question("tcp", pod["status"]["podIP"], port, timeout=2) for port in (6650, 6651, 8080, 9300, 9380, 9443)]
    for service in partner.client.list("Service", partner.namespace):
        balancers = [entry["ip"] for entry in service["status"].get("loadBalancer", {}).get("ingress", [])]
        addresses = [address for address in (service["spec"].get("clusterIP"), *balancers) if address and address != "None"]
        found += [Question("tcp", address, port["port"], timeout=2) for address in addresses for port in service["spec"]["ports"]]
    return found


def test_no_job_succeeds_while_traffic_server_is_stopped(federation: Federation, client: Client, party: Party, partner: Party) -> None:
    exchange = Site(client, EXCHANGE)
    # Twice what the same toy took here when it worked.
    enough = 2 * next(rung.seconds for rung in federation.report().rungs if rung.rung == 5 and rung.subject == "30000 → 40000")
    exchange.scale("traffic-server", 0)
    try:
        assert not toy_succeeds(party, partner, enough)
        climbed = federation.play("-e", "validation_force=true", playbook="playbooks/validate.yml")
    finally:
        exchange.scale("traffic-server", 2)
    assert climbed.returncode != 0
    assert "Rung 1 (names, TCP and TLS) does not hold" in climbed.output


def test_a_job_succeeds_while_parties_cannot_reach_each_other(client: Client, party: Party, partner: Party) -> None:
    questions = ways_to(Site(client, partner.namespace))
    command, program = pod_program(questions, FATE_PYTHON)
    told = client.exec("python-0", party.namespace, command, container="python", stdin=program, timeout=120)
    reached = [
        f"{asked.host}:{asked.port}" for asked, answer in zip(questions, pod_answers(told.stdout, "python-0"), strict=True) if answer.ok
    ]
    assert reached == []
    assert toy_succeeds(party, partner, TOY_SECONDS)


def test_not_even_a_broker_reaches_another_partys(client: Client, party: Party, partner: Party) -> None:
    (pulsar,) = client.list("Pod", partner.namespace, {"app.kubernetes.io/name": "pulsar"})
    script = f"timeout 3 bash -c 'exec 3<>/dev/tcp/{pulsar['status']['podIP']}/6651'"
    assert client.exec("pulsar-0", party.namespace, ["bash", "-c", script], timeout=30).returncode != 0


def test_the_report_names_what_was_proven(federation: Federation) -> None:
    federation.play(playbook="playbooks/validate.yml").expect()
    told = json.loads(federation.report().model_dump_json())
    assert all(rung["ok"] for rung in told["rungs"])
