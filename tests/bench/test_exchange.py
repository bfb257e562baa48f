"""One party more among ten, a hundred and a thousand: what its admission costs, and what Traffic Server and nginx need to know them all.

All parties but the one are simulated and admitted without being reached, by an exchange that the roles brought up; the one is reached through every replica.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from bench.results import Measured, Ratio, Topic, topic
from bench.simulated_doors import furnish, open_doors
from bench.simulated_parties import SimulatedParty, card_of, parties
from fedfleet.federation.names import broker_name
from fedfleet.kube import Client
from fedfleet.probe import Question, ask
from fedfleet.registration.admit import Outcome, admit
from fedfleet.registration.intake import Received, Rules
from support.cluster import space
from support.lab import RunningLab
from support.trial import DOMAIN, FEDERATION, TrialExchange

SIZES = (10, 100, 1000)
PROOF_SECONDS = 120.0
LOOK_UPS = 50
# What one party more may cost among a thousand, against its cost among ten.
FLAT = 3.0
TRAFFIC_SERVER, NGINX = "traffic-server", "nginx"
ADMISSION, PROOF = "admission of one party more, all told", "of that until every replica has shown the new routes"
LOOK_UP = {TRAFFIC_SERVER: "TLS to a party's broker through Traffic Server", NGINX: "a request to a party's listener through nginx"}
# What all processes of a container share is counted once. A process may end while it is looked at.
_MEMORY = "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ {sum += $2} END {print sum}'"


@dataclass(frozen=True)
class Stage:
    """An exchange, and a thousand parties who would like in."""

    exchange: TrialExchange
    parties: Sequence[SimulatedParty]

    def admit(self, wanted: Sequence[SimulatedParty]) -> Outcome:
        """Admit some of them."""
        rules = Rules(FEDERATION, DOMAIN, self.exchange.endpoints, datetime.now(UTC))
        received = [Received(party.party_id, card_of(party).text()) for party in wanted]
        return admit(self.exchange.client, self.exchange.settings, received, rules, timeout=PROOF_SECONDS)

    def grown(self, size: int) -> list[Measured]:
        """Bring the exchange to so many parties, and measure the last one's admission and what the replicas do with all of them."""
        admitted = {
            entry["metadata"]["name"] for entry in self.exchange.client.list("ConfigMap", self.exchange.namespace, "fedfleet.dev/kind=card")
        }
        new = [party for party in self.parties[: size - 1] if f"card-{party.party_id}" not in admitted]
        self.admit(new)
        last = self.parties[size - 1]
        started = time.monotonic()
        outcome = self.admit([last])
        seconds = time.monotonic() - started
        assert last.party_id in outcome.admissions
        case = f"{size} parties"
        measured = [Measured(case=case, of=ADMISSION, value=seconds), Measured(case=case, of=PROOF, value=outcome.reloaded.seconds)]
        for component in (TRAFFIC_SERVER, NGINX):
            measured.append(Measured(case=case, of=LOOK_UP[component], value=self._look_up(component, last), unit="ms"))
            measured.append(Measured(case=case, of=f"memory of a replica of {component}", value=self._memory(component), unit="MiB"))
        return measured

    def _look_up(self, component: str, party: SimulatedParty) -> float:
        """The middle of many, in milliseconds."""
        if component == TRAFFIC_SERVER:
            door = self.exchange.endpoint("broker")
            question = Question("tls", door.address, door.port, server_name=broker_name(party.party_id, DOMAIN))
        else:
            question = self.exchange.question("/fedfleet/party", party.party_id, self.exchange.probe())
        answers = [ask(question) for _ in range(LOOK_UPS)]
        assert all(answer.ok for answer in answers), answers[0]
        return 1000 * median(answer.seconds for answer in answers)

    def _memory(self, component: str) -> float:
        """The most that a replica has, in MiB."""
        found = []
        for pod in self.exchange.pods(component):
            done = self.exchange.client.exec(pod["metadata"]["name"], self.exchange.namespace, ["sh", "-c", _MEMORY])
            found.append(float(done.stdout) / 1024)
        return max(found)


@pytest.fixture
def stage(client: Client, lab: RunningLab, tmp_path: Path) -> Iterator[Stage]:
    exchange = TrialExchange.deployed(client, lab, tmp_path)
    try:
        with space(client, "simulated") as place:
            address = open_doors(client, place, max(SIZES))
            everybody = parties(max(SIZES), FEDERATION, DOMAIN, address, datetime.now(UTC))
            furnish(client, place, everybody)
            yield Stage(exchange, everybody)
    finally:
        client.delete("Namespace", exchange.namespace)


def test_one_party_more_costs_as_much_among_a_thousand_as_among_ten(stage: Stage, found: Callable[[Topic], None]) -> None:
    by_size = {size: stage.grown(size) for size in SIZES}
    few, many = by_size[SIZES[0]], by_size[SIZES[-1]]
    ratios = [
        Ratio(
            what=f"{after.of}: among {SIZES[-1]} parties against {SIZES[0]}",
            value=after.value / before.value,
            at_most=FLAT if after.of in (ADMISSION, PROOF, *LOOK_UP.values()) else None,
        )
        for before, after in zip(few, many, strict=True)
    ]
    found(
        topic(
            "An exchange with many simulated parties",
            "Real keys, cards and admissions of our library, and the exchange that the roles deploy, with two replicas of each kind. Behind all of the "
            "parties' doors is one nginx, and their keys come from a pool of four.",
            [measured for size in SIZES for measured in by_size[size]],
            ratios,
            Kubernetes=stage.exchange.client.version(),
        )
    )
