"""Reports of federations that were never deployed: what runs would have left, for as many parties as a test wants."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fedfleet.report import ReplicaRoute, Report, Rung, SiteReport, Stage, StagesFile
from fedfleet.report.facts import Certificate, Image, Member, SiteFacts, Size, Sizing, Version
from fedfleet.report.load import assemble
from fedfleet.report.workload import ComponentRun, Curve, Score, WorkloadReport

NOW = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
ORGANISATIONS = (
    "Hospital North", "Hospital South", "City Clinic", "Bank of the Lake", "Telco East", "Hospital West", "Institute of Oncology",
    "Savings Bank", "University Hospital", "Insurance Mutual",
)  # fmt: skip
DIGEST = "sha256:" + "3f9a" * 16
DOMAIN = "fate.example.org"


def party_ids(count: int) -> list[str]:
    """The ids of so many parties."""
    return [str(30000 + 1000 * index) for index in range(count)]


@dataclass
class MadeUp:
    """A federation's report files, whole and well; tests change what they are about."""

    parties: int = 2
    organisations: Sequence[str] = ORGANISATIONS
    failing: frozenset[tuple[int, str]] = frozenset()
    detail: str = "refused by 10.89.0.200:443"
    workloads: list[WorkloadReport] = field(default_factory=list)

    def report(self, only: Sequence[str] = ()) -> Report:
        """The report; of some sites only, as an organisation's own inventory has it."""
        sites = [site for site in self.sites() if not only or site.site in only]
        return assemble("inventories/lab", sites, self.run(), self.workloads, NOW)

    def sites(self) -> list[SiteReport]:
        """The exchange and the parties."""
        return [self.exchange(), *(self.party(each) for each in party_ids(self.parties))]

    def members(self) -> tuple[Member, ...]:
        """The roster."""
        return tuple(
            Member(party_id=each, organisation=self.organisations[index % len(self.organisations)])
            for index, each in enumerate(party_ids(self.parties))
        )

    def rung(self, rung: int, name: str, subject: str, seconds: float, age: timedelta) -> Rung:
        """A proof; it fails where `failing` says so."""
        failed = (rung, subject) in self.failing
        return Rung(
            rung=rung,
            name=name,
            ok=not failed,
            subject=subject,
            seconds=seconds,
            detail=self.detail if failed else f"{subject} answered",
            fix="look at the Service behind it and at its pods" if failed else "",
            proven_at=NOW - age,
        )

    def party(self, party_id: str) -> SiteReport:
        """One party's file."""
        others = [each for each in party_ids(self.parties) if each != party_id]
        recent, older = timedelta(minutes=4), timedelta(hours=19)
        rungs = [
            self.rung(1, "names, TCP and TLS", f"coordination-{party_id}.{DOMAIN} at 10.89.0.201:9443", 0.03, recent),
            *(self.rung(2, "coordination hop", f"{party_id} → {other}", 0.05, recent) for other in others),
            *(self.rung(3, "broker hop", f"{party_id} → {other}", 0.02, recent) for other in others),
            self.rung(4, "toy on one party", party_id, 31.2, older),
            *(self.rung(5, "toy with a partner", f"{party_id} → {other}", 52.9, older) for other in others),
        ]
        failed = [rung.rung for rung in rungs if not rung.ok]
        # A climb ends at the first rung that does not hold.
        rungs = [rung for rung in rungs if not failed or rung.rung <= min(failed)]
        return SiteReport(
            federation="lab",
            site=f"party{party_id}",
            site_kind="party",
            party_id=int(party_id),
            state="failed" if failed else "validated",
            written_at=NOW - recent,
            rungs=tuple(rungs),
            facts=SiteFacts(
                organisation=next(member.organisation for member in self.members() if member.party_id == party_id),
                namespace=f"fate-{party_id}",
                engine_profile="spark",
                members=self.members(),
                certificates=(
                    certificate("of the broker endpoint", f"{party_id}.{DOMAIN}", 396),
                    certificate("of the coordination endpoint", f"coordination-{party_id}.{DOMAIN}", 396),
                    certificate("of the federation's CA", "lab FedFleet CA", 3649, is_authority=True),
                ),
                images=(
                    Image(reference="registry.lab:5000/fedfleet/fate:2.2.0", digest=DIGEST, parts=("python",), pods=1),
                    Image(reference="registry.lab:5000/fedfleet/pulsar:2.10.1", digest=DIGEST.replace("3", "b"), parts=("pulsar",), pods=1),
                    Image(
                        reference="registry.lab:5000/fedfleet/spark:3.5.1",
                        digest=DIGEST.replace("9", "0"),
                        parts=("spark-master", "spark-worker"),
                        pods=2,
                    ),
                ),
                sizing=sizing("party"),
                versions=versions(("FATE", "2.2.0"), ("Pulsar", "2.10.1"), ("Spark", "3.5.1")),
            ),
        )

    def exchange(self) -> SiteReport:
        """The exchange's file."""
        ids = party_ids(self.parties)
        recent = timedelta(minutes=3)
        replicas = {"sni": ("traffic-server-7c9d-abcde", "traffic-server-7c9d-fghij"), "header": ("nginx-5f6b-klmno", "nginx-5f6b-pqrst")}
        routes = [
            ReplicaRoute(
                replica=replica,
                route=f"{route} by {kind}",
                ok=(0, f"{replica} {route}") not in self.failing,
                seconds=0.02,
                detail="answered" if (0, f"{replica} {route}") not in self.failing else self.detail,
            )
            for kind, names in replicas.items()
            for replica in names
            for route in ("table", *ids, "unknown")
        ]
        rungs = [self.rung(1, "names, TCP and TLS", f"exchange.{DOMAIN} at 10.89.0.200:9443", 0.04, recent)]
        rungs += [self.rung(2, "coordination hop", f"party {each}", 0.02, recent) for each in ids]
        rungs += [self.rung(3, "broker hop", f"party {each}", 0.02, recent) for each in ids]
        return SiteReport(
            federation="lab",
            site="exchange",
            site_kind="exchange",
            state="validated",
            written_at=NOW - recent,
            rungs=tuple(rungs),
            routes=tuple(routes),
            facts=SiteFacts(
                namespace="fate-exchange",
                members=self.members(),
                certificates=(
                    certificate("of the exchange's nginx", f"exchange.{DOMAIN}", 396),
                    certificate("of the federation's CA", "lab FedFleet CA", 3649, is_authority=True),
                ),
                images=(Image(reference="registry.lab:5000/fedfleet/nginx:1.22", digest=DIGEST, parts=("nginx",), pods=2),),
                sizing=sizing("exchange"),
                versions=versions(("nginx", "1.22")),
            ),
        )

    def run(self) -> StagesFile:
        """The newest run: all stages went well."""
        hosts = tuple(site.site for site in self.sites())
        seconds = {"Preflight": 2.1, "Provide": 3.4, "Deploy": 148.2, "Register": 12.9, "Validate": 96.0}
        stages = tuple(Stage(name=name, seconds=each, ok=True, changed=3, hosts=hosts) for name, each in seconds.items())
        started = NOW - timedelta(minutes=9)
        return StagesFile(playbook="site.yml", started_at=started, seconds=sum(seconds.values()), stages=stages)


def certificate(purpose: str, name: str, days: int, *, is_authority: bool = False) -> Certificate:
    """A certificate with so many whole days left."""
    return Certificate(
        purpose=purpose,
        where="Secret pulsar-cert",
        subject=name,
        issuer="lab FedFleet CA",
        names=() if is_authority else (name,),
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=days, hours=1),
        is_authority=is_authority,
    )


def sizing(kind: str) -> Sizing:
    """The lab's sizing for a kind of site."""
    needed = Size(nodes=1, cores=2, memory_gib=6) if kind == "party" else Size(nodes=1, cores=1, memory_gib=2)
    return Sizing(
        profile="lab",
        needed=needed,
        offered=Size(nodes=3, cores=6, memory_gib=66.2),
        reserved=Size(cores=0.47, memory_gib=2.6),
        pods=11,
        volumes=6,
        volumes_gib=16,
    )


def versions(*components: tuple[str, str]) -> tuple[Version, ...]:
    """Versions as a look gives them."""
    known = (("FedFleet", "0.1.0", "package"), ("ansible-core", "2.19.14", "package"), ("Kubernetes", "v1.34.4", "API"))
    return (
        *(Version(name=name, version=version, source=source) for name, version, source in known),
        *(Version(name=name, version=version, source="image") for name, version in components),
    )


def workload() -> WorkloadReport:
    """A run of the credit-card workload, with scores, curves and components."""
    parts = (("reader", 21.0, 9.1, 610.0), ("hetero_lr", 104.2, 161.0, 1480.0), ("evaluation", 22.4, None, None))
    return WorkloadReport(
        name="credit-card",
        federation="lab",
        parties=("30000", "31000"),
        job_ids=("202611260601000000010", "202611260605000000020"),
        ok=True,
        message="AUC 0.948, within 0.002 of the model trained on all data",
        started_at=NOW - timedelta(hours=2),
        seconds=268.4,
        components=tuple(
            ComponentRun(
                job_id="202611260601000000010", component=name, party_id=party, role=role, state="success",
                seconds=seconds, cpu_seconds=cpu, memory_mib=memory,
            )
            for name, seconds, cpu, memory in parts
            for party, role in (("30000", "guest"), ("31000", "host"))
        ),
        scores=(
            Score(model="federated", metric="AUC", value=0.9479),
            Score(model="central", metric="AUC", value=0.9493),
            Score(model="alone 30000", metric="AUC", value=0.9312),
            Score(model="alone 31000", metric="AUC", value=0.9288),
        ),
        curves=(
            Curve(name="loss", party_id="30000", values=(0.693, 0.412, 0.291, 0.223, 0.187, 0.166, 0.154, 0.148, 0.145, 0.143)),
            Curve(name="loss", party_id="31000", values=(0.693, 0.428, 0.305, 0.231, 0.193, 0.17, 0.157, 0.15, 0.147, 0.145)),
            Curve(name="auc", party_id="30000", values=(0.71, 0.86, 0.91, 0.93, 0.94, 0.944, 0.946, 0.947, 0.948, 0.948)),
        ),
        files=("artifacts/workloads/credit-card/model.json",),
    )  # fmt: skip
