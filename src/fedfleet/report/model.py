"""The files a run leaves in `artifacts/reports/` beside its inventory, and the report made of them.

`<site>.json` holds a `SiteReport`: role `validation` writes it. `stages.json` holds a `StagesFile`: the callback plugin
`fedfleet.federation.stages` writes it. `workload-<name>.json` holds a `WorkloadReport`. All times are seconds; all moments are UTC.
"""

from typing import Literal

from pydantic import Field

from fedfleet.report.facts import Certificate, SiteFacts
from fedfleet.report.format import FileModel, Moment
from fedfleet.report.workload import WorkloadReport


class Rung(FileModel):
    """One proof of the validation ladder, for one subject.

    `rung` is the number on the ladder (1 names and TLS, 2 coordination, 3 broker, 4 toy on one party, 5 toy with a partner, ...),
    `subject` says between whom it was proven ("30000 → 40000") and `proven_at` when, so that an old proof is not taken for a new one.
    """

    rung: int = Field(ge=1, le=9)
    name: str
    ok: bool
    subject: str = ""
    seconds: float = Field(default=0.0, ge=0)
    detail: str = ""
    fix: str = ""
    proven_at: Moment | None = None


class ReplicaRoute(FileModel):
    """What one replica of the exchange answered when it was asked for one route."""

    replica: str
    route: str
    ok: bool
    seconds: float = Field(default=0.0, ge=0)
    detail: str = ""


class SiteReport(FileModel):
    """Where one site is, what was proven there, and whom it waits for."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - the field's name in every file of ours
    kind: Literal["SiteReport"] = "SiteReport"
    federation: str
    site: str
    site_kind: Literal["exchange", "party"]
    party_id: int | None = None
    state: str
    waits_for: str = ""
    written_at: Moment | None = None
    rungs: tuple[Rung, ...] = ()
    routes: tuple[ReplicaRoute, ...] = ()
    facts: SiteFacts = SiteFacts()


class Stage(FileModel):
    """One play of a run. `hosts` are the sites it ran on; `failed` those it stopped at."""

    name: str
    seconds: float = Field(ge=0)
    ok: bool
    changed: int = Field(default=0, ge=0)
    hosts: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class StagesFile(FileModel):
    """The stages of the newest run on an inventory."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - as above
    kind: Literal["Stages"] = "Stages"
    playbook: str
    started_at: Moment
    seconds: float = Field(ge=0)
    stages: tuple[Stage, ...] = ()


State = Literal["holds", "attention", "fails"]
EdgeState = Literal["proven", "failed", "unproven"]
EdgeKind = Literal["coordination", "broker", "toy"]
EXCHANGE = "exchange"


class Finding(FileModel):
    """One thing that does not hold (`fails`) or that somebody should see to (`attention`): what, at which site, and what to do."""

    state: State
    site: str
    text: str
    next_step: str = ""


class Verdict(FileModel):
    """All of the report in one word and one sentence, and everything that speaks against it."""

    state: State
    title: str
    sentence: str
    findings: tuple[Finding, ...] = ()


class Node(FileModel):
    """A member of the federation: `id` is a party's number or `exchange`; `site` is empty where no site of this inventory is that member.

    `doors` and `alone` are the states of rungs 1 and 4, which a member proves by itself.
    """

    id: str
    organisation: str = ""
    site: str = ""
    state: str = ""
    waits_for: str = ""
    doors: EdgeState = "unproven"
    alone: EdgeState = "unproven"


class Edge(FileModel):
    """A way through the exchange between two members, for one kind of traffic, and what was proven on it.

    `source` is who proved it: a party's number, or `exchange` for what the exchange's own replicas reach.
    """

    kind: EdgeKind
    source: str
    target: str
    state: EdgeState
    proven_at: Moment | None = None
    seconds: float | None = None
    detail: str = ""


class CertificateStanding(FileModel):
    """A certificate at the moment of the report: whole days left, and the numbers of days below which it wants `attention` and `fails`."""

    site: str
    certificate: Certificate
    days_left: int
    attention_below: int
    fails_below: int
    state: State


class Report(FileModel):
    """Everything known about an inventory: the newest run's stages and each site's proofs.

    `rungs` and `routes` are those of all sites in one list, for scripts that do not care whose they are. `ok` is whether all that was
    proven holds; `verdict` also tells what wants attention. Days left are counted from `made_at`.
    """

    inventory: str
    ok: bool
    run: StagesFile | None
    sites: tuple[SiteReport, ...]
    stages: tuple[Stage, ...]
    rungs: tuple[Rung, ...]
    routes: tuple[ReplicaRoute, ...]
    made_at: Moment
    verdict: Verdict
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    certificates: tuple[CertificateStanding, ...]
    workloads: tuple[WorkloadReport, ...]
