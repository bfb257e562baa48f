"""What drills look at. Each probe changes nothing and says whether one thing holds now; an error of it is no answer, and counts as not held.

Drill files name these functions; their arguments beside the scene are the file's `arguments`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fedfleet.drills.scene import Found, Scene
from fedfleet.errors import FedFleetError
from fedfleet.exchange.admitted import read_credentials
from fedfleet.exchange.findings import TABLE, UNKNOWN, judge
from fedfleet.exchange.questions import header_checks, sni_checks
from fedfleet.exchange.reload import ask_exchange
from fedfleet.exchange.settings import ROSTER_CONFIG_MAP
from fedfleet.federation.roster import Roster
from fedfleet.kube import holds
from fedfleet.probe import Question, ask, ask_all
from fedfleet.validation.connection import ConnectionRung, Doorway
from fedfleet.validation.credentials import credentials_of
from fedfleet.validation.hops import CoordinationRung, Partners
from fedfleet.validation.party import partners_of
from fedfleet.validation.party_ladder import broker_question, card_of, doorways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.exchange.questions import Check
    from fedfleet.federation.route import RouteKind
    from fedfleet.kube import Client, ExecResult, KubeObject
    from fedfleet.validation.ladder import Proof

_APPS = "apps/v1"
_COMPONENT = "app.kubernetes.io/name"
_INGRESS, _INGRESSES, _PATH = "notebook", "networking.k8s.io/v1", "/api"
# Seconds that a door or a hop gets; what answers later than this is of no use to a job.
_PATIENCE = 5.0
_LARGEST_PAGE = 1024 * 1024


class NoAnswerError(FedFleetError):
    """A component does not say what it is asked."""


def api_answers(scene: Scene) -> Found:
    """The site's Kubernetes API answers."""
    return Found(True, f"Kubernetes {scene.client().version()}")


def component_ready(scene: Scene, component: str) -> Found:
    """As many pods of a component are Ready, and not on their way out, as its workload asks for."""
    client, namespace = scene.client(), scene.site.namespace
    wanted = replicas_of(workloads_of(client, namespace), component)
    if not wanted:
        return Found(False, f"nothing called {component} is deployed")
    pods = pods_of(client, namespace, component)
    ready = sum(map(is_ready, pods))
    return Found(ready >= wanted, f"{ready} of {wanted} ready")


def workloads_ready(scene: Scene) -> Found:
    """The same for every component of the site."""
    client, namespace = scene.client(), scene.site.namespace
    workloads = workloads_of(client, namespace)
    pods = client.list("Pod", namespace, api_version="v1")
    told = []
    for component in sorted({component_of(item["spec"]["template"]) for item in workloads}):
        wanted = replicas_of(workloads, component)
        ready = sum(is_ready(pod) for pod in pods if component_of(pod) == component)
        if ready < wanted:
            told.append(f"{component}: {ready} of {wanted} ready")
    return Found(bool(workloads) and not told, "; ".join(told) or f"{len(workloads)} workloads")


def names_resolve(scene: Scene, component: str, name: str) -> Found:
    """A component's pod finds the address of a name; asked in the pod."""
    done = _asked_in(scene, component, "getent", "hosts", name)
    if done is None:
        return Found(False, f"no pod of {component} is ready")
    said = done.stdout.decode("utf-8", "replace").split()
    return Found(bool(said), f"{name} is {said[0]}" if said else f"{name} has no address")


def connects(scene: Scene, component: str, host: str, port: int) -> Found:
    """A component's pod opens a new connection to a host of its namespace; asked in the pod. Connections that stand say nothing of that."""
    done = _asked_in(scene, component, "bash", "-c", 'exec 3<>"/dev/tcp/$0/$1"', host, str(port))
    if done is None:
        return Found(False, f"no pod of {component} is ready")
    return Found(done.returncode == 0, f"{host}:{port} {'answers' if done.returncode == 0 else 'does not answer'}")


def _asked_in(scene: Scene, component: str, *command: str) -> ExecResult | None:
    """What a command in a component's first Ready pod left behind, which gets as long as a door; None where no pod is Ready."""
    client, namespace = scene.client(), scene.site.namespace
    ready = [pod["metadata"]["name"] for pod in pods_of(client, namespace, component) if is_ready(pod)]
    return client.exec(min(ready), namespace, ["timeout", f"{_PATIENCE:g}", *command]) if ready else None


def page_of(scene: Scene, service: str, port: int, path: str) -> dict[str, Any]:
    """What a service of the party says on a web page for programs; asked from here.

    Raises:
        fedfleet.kube.TunnelError: no pod of it is ready. NoAnswerError: it does not answer.
    """
    with scene.client().tunnel(scene.site.namespace, f"service/{service}", port) as tunnel:
        answer = ask(Question("http", tunnel.host, tunnel.port, path=path, largest=_LARGEST_PAGE))
    if not answer.ok:
        raise NoAnswerError(f"The {service} does not answer", found=answer.detail, where=scene.site.namespace)
    told: dict[str, Any] = json.loads(answer.body)
    return told


def pods_of(client: Client, namespace: str, component: str) -> list[KubeObject]:
    """The pods of a component, in whatever state."""
    return client.list("Pod", namespace, {_COMPONENT: component}, api_version="v1")


def workloads_of(client: Client, namespace: str) -> list[KubeObject]:
    """All that makes pods of a site."""
    return [*client.list("StatefulSet", namespace, api_version=_APPS), *client.list("Deployment", namespace, api_version=_APPS)]


def component_of(thing: KubeObject) -> str:
    """What a pod, or a pod's template, is a part of."""
    return str((thing["metadata"].get("labels") or {}).get(_COMPONENT, ""))


def replicas_of(workloads: Sequence[KubeObject], component: str) -> int:
    """How many pods the workloads of a component ask for."""
    return sum(int(item["spec"].get("replicas", 1)) for item in workloads if component_of(item["spec"]["template"]) == component)


def is_ready(pod: KubeObject) -> bool:
    """Whether a pod takes part: Ready, and not being deleted."""
    return holds(pod, "Ready") and not pod["metadata"].get("deletionTimestamp")


def flow_answers(scene: Scene) -> Found:
    """FATE Flow answers through the party's own nginx, for this party."""
    with scene.party.flow() as flow:
        said = flow.site()
    return Found(said == scene.site.party_id, f"answers as party {said}")


def database_answers(scene: Scene) -> Found:
    """FATE Flow can read its jobs, which are in the database."""
    with scene.party.flow() as flow:
        jobs = flow.recent(1)
    return Found(True, f"the newest job is {jobs[0].job_id}" if jobs else "no job yet")


def doors_answer(scene: Scene) -> Found:
    """The party's own doors, coordination and broker, answer with the right certificate, asked from here."""
    party = scene.party
    credentials = credentials_of(party.client, party.namespace)
    ways = [_impatient(way) for way in doorways(party.party_id, card_of(party), None, credentials)]
    return _of_proofs(ConnectionRung(ways).prove(), "this party has no card yet")


def partners_answer(scene: Scene) -> Found:
    """Every partner's FATE Flow answers through the exchange, asked from the party's own nginx."""
    party = scene.party
    partners = Partners(partners_of(party.party_id, party.roster()))
    proofs = CoordinationRung(party, partners, _PATIENCE).prove()
    if partners.silent:
        return Found(False, "; ".join(f"party {partner}: {reason}" for partner, reason in partners.silent.items()))
    return _of_proofs(proofs, "this party's roster has no partner")


def broker_reached(scene: Scene) -> Found:
    """The party's own broker is reached through the exchange by its server name, as partners reach it; asked from here."""
    party = scene.party
    roster, credentials = party.roster(), credentials_of(party.client, party.namespace)
    if roster is None:
        return Found(False, "this party has no admission yet")
    way = Doorway("here → the exchange → this party's broker", broker_question(roster, credentials, party.party_id))
    return _of_proofs(ConnectionRung([_impatient(way)]).prove(), "nothing was asked")


def ingress_answers(scene: Scene) -> Found:
    """The party's notebook answers on the ingress, in TLS with whatever certificate; asked from here, at the address that its Ingress has."""
    found = scene.client().get("Ingress", _INGRESS, scene.site.namespace, _INGRESSES)
    if found is None:
        return Found(False, "this party has no notebook on the ingress")
    host = str(found["spec"]["rules"][0]["host"])
    published = (found.get("status", {}).get("loadBalancer") or {}).get("ingress") or [{}]
    address = published[0].get("ip") or published[0].get("hostname") or host
    answer = ask(Question("https", address, 443, server_name=host, path=_PATH, timeout=_PATIENCE))
    return Found(answer.ok, f"{host}: {answer.detail}")


def replicas_serve(scene: Scene) -> Found:
    """Every replica of the exchange that ought to run does, and serves every route."""
    _, findings = ask_exchange(scene.client(), scene.exchange)
    verdict = judge(findings, ())
    wrong = [*verdict.failures, *verdict.silent]
    if not findings:
        return Found(False, "no replica runs")
    return Found(not wrong, "; ".join(map(str, wrong)) or f"{len({finding.replica for finding in findings})} replicas, each asked")


def exchange_serves(scene: Scene, kind: RouteKind, parties: bool = True) -> Found:
    """The exchange's door leads to every admitted party: `header` for coordination, `sni` for brokers; asked from here.

    This is what parties notice: whichever replica answers. Without ``parties``, that the exchange itself knows its routes is enough.
    """
    door = scene.kept.setdefault(f"door by {kind}", None) or _door(scene, kind)
    scene.kept[f"door by {kind}"] = door
    checks = door.checks if parties else [check for check in door.checks if check.about in (TABLE, UNKNOWN)]
    answers = ask_all([replace(check.question, host=door.address, port=door.port, timeout=_PATIENCE) for check in checks])
    judged = [(check.about, *check.judged(answer)) for check, answer in zip(checks, answers, strict=True)]
    wrong = [f"{about}: {detail}" for about, good, detail in judged if not good]
    return Found(not wrong, "; ".join(wrong) or f"{len(judged)} requests answered")


@dataclass(frozen=True)
class _Door:
    """Where the exchange's door is, and what is asked there."""

    address: str
    port: int
    checks: Sequence[Check]


def _door(scene: Scene, kind: RouteKind) -> _Door:
    client, settings = scene.client(), scene.exchange
    table, _ = ask_exchange(client, settings)
    credentials = read_credentials(client, settings)
    text = ((client.get("ConfigMap", ROSTER_CONFIG_MAP, settings.namespace) or {}).get("data") or {}).get("roster.yaml", "")
    roster = Roster.read(text, f"ConfigMap {ROSTER_CONFIG_MAP} in {settings.namespace}")
    endpoint = roster.exchange_endpoint("coordination" if kind == "header" else "broker")
    routes = table.of_kind(kind)
    if kind == "header":
        checks = header_checks(table.table_id, routes, (), settings.domain, credentials)
    else:
        checks = sni_checks(table.table_id, routes, (), "", settings.domain, credentials)
    return _Door(endpoint.address, endpoint.port, checks)


def _impatient(way: Doorway) -> Doorway:
    return replace(way, question=replace(way.question, timeout=_PATIENCE))


def _of_proofs(proofs: Sequence[Proof], nothing: str) -> Found:
    """All proofs hold; where there is none, nothing was shown."""
    if not proofs:
        return Found(False, nothing)
    wrong = [f"{proof.subject}: {proof.detail}" for proof in proofs if not proof.ok]
    return Found(not wrong, "; ".join(wrong) or f"{len(proofs)} answered")
