"""A site in good health as a look sees it, and what of it may be otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fedfleet.checks.certificate_look import CertificateSeen
from fedfleet.checks.look import Api, Disk, Flow, Hops, Kept, Look, Place, Routes
from fedfleet.engine.fate.views import JobView
from fedfleet.exchange.findings import ReplicaRoute
from fedfleet.federation.roster import Membership, Roster
from fedfleet.pki.certificates import CertificateFacts
from fedfleet.probe.services import ServiceAnswer
from fedfleet.registration.broker_records import Reconciled
from fedfleet.validation.ladder import Proof

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
INPUTS = "0123456789abcdef"


def named(name: str, **fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}} | fields


def namespace(standard: str = "restricted", **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": "fate-30000", "labels": {"pod-security.kubernetes.io/enforce": standard}, **metadata}}


def node(name: str = "one", **conditions: str) -> dict[str, Any]:
    found = {"Ready": "True", **conditions}
    return named(name, status={"conditions": [{"type": kind, "status": status} for kind, status in found.items()]})


def quota(used: str) -> dict[str, Any]:
    return named("own", status={"hard": {"limits.memory": "10Gi"}, "used": {"limits.memory": used}})


def claim(phase: str = "Bound", storage_class: str = "gold", size: str = "10Gi") -> dict[str, Any]:
    return named("flow", spec={"storageClassName": storage_class}, status={"phase": phase, "capacity": {"storage": size}})


def storage_class(*, grows: bool = True) -> dict[str, Any]:
    return named("gold", allowVolumeExpansion=grows)


def workload(kind: str, name: str, ready: int = 2, wanted: int = 2) -> dict[str, Any]:
    status = {"observedGeneration": 1, "replicas": wanted, "updatedReplicas": wanted, "readyReplicas": ready, "availableReplicas": ready}
    return {"kind": kind, "metadata": {"name": name, "generation": 1}, "spec": {"replicas": wanted}, "status": status}


def pod(
    *, phase: str = "Running", state: dict[str, Any] | None = None, last: dict[str, Any] | None = None, **status: Any
) -> dict[str, Any]:
    container = {"name": "flow", "ready": True, "restartCount": 3, "state": state or {"running": {}}, "lastState": last or {}}
    return {
        "kind": "Pod",
        "metadata": {"name": "python-0", "uid": "1"},
        "spec": {"containers": [{"name": "flow"}]},
        "status": {"phase": phase, "containerStatuses": [container], **status},
    }


def crashed(minutes: float) -> dict[str, Any]:
    moment = (NOW - timedelta(minutes=minutes)).isoformat()
    return pod(last={"terminated": {"finishedAt": moment, "reason": "OOMKilled", "exitCode": 137}})


def service(address: str = "192.0.2.1") -> dict[str, Any]:
    ingress = [{"ip": address}] if address else []
    return {"kind": "Service", **named("nginx-public", spec={"type": "LoadBalancer"}, status={"loadBalancer": {"ingress": ingress}})}


def certificate(days: float = 300, *, faults: tuple[str, ...] = (), shown: str | None = "", authority: bool = False) -> CertificateSeen:
    facts = CertificateFacts("a", "b", ("a",), NOW - timedelta(days=1), NOW + timedelta(days=days), "00")
    return CertificateSeen("coordination", "Secret nginx-cert, tls.crt", facts, faults, shown, authority)


def roster(state: Membership = Membership.ADMITTED, others: tuple[str, ...] = ("40000",)) -> Roster:
    """A roster that says only what checks ask: building a signed one is the business of other tests."""
    names = {"broker": "b.example.org", "coordination": "c.example.org"}
    members = [
        {"party_id": party, "organisation": "Clinic", "engine": "fate", "state": standing, "server_names": names}
        for party, standing in (("30000", state), *((other, Membership.ADMITTED) for other in others))
    ]
    endpoints = [
        {"name": name, "protocol": protocol, "address": "192.0.2.9", "port": 443, "server_name": f"{name}.example.org"}
        for name, protocol in (("broker", "pulsar+ssl"), ("coordination", "https"))
    ]
    return Roster.model_validate(
        {
            "apiVersion": "fedfleet.dev/v1",
            "kind": "Roster",
            "fingerprint": "",
            "signature": "",
            "federation": "trial",
            "domain": "example.org",
            "serial": 4,
            "issued": NOW,
            "exchange": endpoints,
            "parties": members,
        }
    )


def job(status: str = "success", started: datetime = NOW, description: str = "") -> JobView:
    told = {"job_id": f"{started:%Y%m%d%H%M%S}1234560", "role": "guest", "party_id": "30000", "status": status, "description": description}
    return JobView.model_validate(told)


def proof(rung: int = 4, subject: str = "30000", *, ok: bool = True, days: float = 1, inputs: str = INPUTS) -> Proof:
    return Proof(rung, subject, ok, detail="seen", fix="mend it", proven_at=NOW - timedelta(days=days), inputs=inputs)


def finding(*, ok: bool = True, route: str = "30000", replica: str = "nginx-1") -> ReplicaRoute:
    return ReplicaRoute(replica, "header", route, ok, 0.1, "answered" if ok else "refused")


def own_service(*, ok: bool = True) -> ServiceAnswer:
    return ServiceAnswer("database (fate_database_external)", ok, "that it lets FATE Flow in", "db:3306 refuses user fate", "look at it")


PARTY = Look(
    Place("clinic", "party", "fate-30000", "example.org", "30000"),
    NOW,
    api=Api("https://192.0.2.2", "v1.34.4", 0.1, 0.2),
    namespace=namespace(),
    nodes=[node()],
    quotas=[quota("1Gi")],
    classes=[storage_class()],
    claims=[claim()],
    disks=[Disk("flow", "python-0", 1, 10)],
    workloads=[workload("StatefulSet", "python", 1, 1), workload("Deployment", "nginx")],
    pods=[pod()],
    services=[service()],
    certificates=[certificate()],
    roster=roster(),
    broker=Reconciled((), (), ()),
    own_services=[own_service()],
    flow=Flow("30000", [job()]),
    hops=Hops([proof(1)], [proof(1)], [proof(2)], {}, [proof(3)]),
    kept=Kept([proof(), proof(5, "30000 → 40000")], INPUTS),
)
EXCHANGE = replace(
    PARTY,
    place=Place("hub", "exchange", "fate-exchange", "example.org"),
    workloads=[workload("Deployment", "traffic-server"), workload("Deployment", "nginx")],
    certificates=[certificate(), certificate(3000, authority=True, shown=None)],
    routes=Routes([finding(), finding(replica="nginx-2")], ("30000", "40000"), [proof(1)]),
)
