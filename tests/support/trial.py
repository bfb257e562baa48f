"""An exchange as the roles deploy it, and parties without engines: a federation in which only registration is at work."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fedfleet.exchange.admitted import read_credentials
from fedfleet.exchange.questions import Credentials
from fedfleet.exchange.settings import ExchangeSettings
from fedfleet.federation.admission import Admission
from fedfleet.federation.card import Card
from fedfleet.federation.endpoint import Endpoint
from fedfleet.federation.names import ENDPOINT_NAMES, EndpointName, exchange_server_name
from fedfleet.federation.roster import Roster
from fedfleet.federation.site import Site
from fedfleet.kube import Client, ObjectRef
from fedfleet.probe import Question, ask
from fedfleet.registration.admission import Party, Standing, apply_admission
from fedfleet.registration.admit import Outcome, admit
from fedfleet.registration.card import make_card
from fedfleet.registration.endpoints import EndpointSource, resolve
from fedfleet.registration.intake import Received, Rules
from fedfleet.registration.secrets import ensure_keys, read_keys
from support.commands import run
from support.lab import RunningLab

FEDERATION = "trial"
DOMAIN = "fate.trial.internal"
_HERE = Path(__file__).parent
_STANDIN = _HERE / "standin_party.yaml"
_READY_SECONDS = 300.0
SERVICES: dict[EndpointName, EndpointSource] = {
    "broker": EndpointSource(service="pulsar-public-tls", service_port=6651),
    "coordination": EndpointSource(service="nginx-public", service_port=9443),
}


def make_namespace(client: Client, kind: str) -> str:
    """A namespace as role cluster makes them."""
    name = f"trial-{kind}-{secrets.token_hex(3)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted", "fedfleet.dev/kind": kind}
    client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    return name


@dataclass(frozen=True)
class TrialParty:
    """A party whose listener and broker are nginx with the party's own Secrets."""

    client: Client
    party_id: str
    namespace: str

    @classmethod
    def deployed(cls, client: Client, party_id: str) -> "TrialParty":
        """Make its keys and bring it up."""
        party = cls(client, party_id, make_namespace(client, "party"))
        ensure_keys(client, party.namespace, party_id, DOMAIN, datetime.now(UTC))
        text = _STANDIN.read_text()
        for word, value in (("PARTY", party_id), ("NAMESPACE", party.namespace), ("DOMAIN", DOMAIN)):
            text = text.replace(word, value)
        client.apply(text)
        kinds = (("Deployment", "nginx"), ("Service", "nginx-public"), ("Service", "pulsar-public-tls"))
        client.wait([ObjectRef(kind, party.namespace, name) for kind, name in kinds], _READY_SECONDS)
        return party

    @property
    def site(self) -> Site:
        return Site(
            kind="party", federation=FEDERATION, domain=DOMAIN, organisation=f"Organisation {self.party_id}", party_id=self.party_id
        )

    def card(self, sources: dict[EndpointName, EndpointSource] | None = None) -> Card:
        """Its card, by its Services unless told otherwise."""
        return make_card(self.client, self.namespace, self.site, sources or SERVICES).card

    def take_up(self, admission: Admission | None, roster: Roster | None = None) -> Standing:
        """Take up its admission."""
        place = Party(self.namespace, FEDERATION, DOMAIN, self.party_id)
        return apply_admission(self.client, place, admission, datetime.now(UTC), roster=roster)

    def credentials(self, name: EndpointName) -> Credentials:
        """Its own certificate, key and CA."""
        found = read_keys(self.client, self.namespace)[name]
        return Credentials(found.certificate, found.stored.texts[found.layout.key], found.authority)

    def connections(self) -> int:
        """How many connections have reached its listener and its broker, this question's own included."""
        (pod,) = self.client.list("Pod", self.namespace, {"app.kubernetes.io/name": "nginx"})
        with self.client.tunnel(self.namespace, f"pod/{pod['metadata']['name']}", 9300) as tunnel:
            answer = ask(Question("http", tunnel.host, tunnel.port))
        found = re.search(r"^ (\d+) ", answer.body, re.MULTILINE)
        assert found is not None, answer
        return int(found[1])


@dataclass
class TrialExchange:
    """An exchange with two replicas of each kind."""

    client: Client
    namespace: str
    endpoints: Sequence[Endpoint] = field(default_factory=list)

    @classmethod
    def deployed(cls, client: Client, lab: RunningLab, directory: Path) -> "TrialExchange":
        """Have the roles bring it up."""
        exchange = cls(client, make_namespace(client, "exchange"))
        variables = {
            "federation_name": FEDERATION,
            "federation_domain": DOMAIN,
            "site_namespace": exchange.namespace,
            "cluster_kubeconfig": str(lab.kubeconfig),
            "fedfleet_registry": "registry.lab:5000",
            "registration_artifacts": str(directory),
        }
        inventory = directory / "hosts.yml"
        inventory.write_text(json.dumps({"all": {"hosts": {"exchange": {}}, "vars": variables}}))
        run("ansible-playbook", str(_HERE / "playbooks" / "exchange.yml"), "-i", str(inventory)).expect()
        names = {name: exchange_server_name(name, DOMAIN) for name in ENDPOINT_NAMES}
        services: dict[EndpointName, EndpointSource] = {
            "broker": EndpointSource(service="traffic-server", service_port=443),
            "coordination": EndpointSource(service="nginx", service_port=9443),
        }
        exchange.endpoints = resolve(client, exchange.namespace, services, names, _READY_SECONDS)
        return exchange

    @property
    def settings(self) -> ExchangeSettings:
        return ExchangeSettings(self.namespace, FEDERATION, DOMAIN)

    def endpoint(self, name: EndpointName) -> Endpoint:
        return next(endpoint for endpoint in self.endpoints if endpoint.name == name)

    def admit(self, *cards: Card, removed: Sequence[str] = (), timeout: float = 30) -> Outcome:
        """Admit and remove."""
        rules = Rules(FEDERATION, DOMAIN, self.endpoints, datetime.now(UTC), removed=frozenset(removed))
        return admit(self.client, self.settings, [Received(card.party_id, card.text()) for card in cards], rules, timeout=timeout)

    def clear(self) -> None:
        """Remove every party."""
        admitted = [
            entry["metadata"]["name"].removeprefix("card-")
            for entry in self.client.list("ConfigMap", self.namespace, "fedfleet.dev/kind=card")
        ]
        self.admit(removed=admitted)

    def pods(self, component: str) -> list[dict[str, Any]]:
        """The pods of Traffic Server or nginx."""
        return self.client.list("Pod", self.namespace, {"app.kubernetes.io/name": component})

    def probe(self) -> Credentials:
        """The probe's certificate, key and CA."""
        return read_credentials(self.client, self.settings)

    def question(self, path: str, to: str, credentials: Credentials, **more: Any) -> Question:
        """A request to its coordination endpoint, as a party's nginx makes it."""
        endpoint = self.endpoint("coordination")
        return Question(
            "https", endpoint.address, endpoint.port, server_name=endpoint.server_name, trust=self.probe().authority,
            certificate=credentials.certificate, key=credentials.key, path=path, headers=(("dest-party-id", to),), **more,
        )  # fmt: skip
