"""A party on a database, a Spark, an HDFS and a Pulsar that its site has already: real ones, in a namespace of which FedFleet knows nothing.

First with the database and the Spark alone, which is where pods of the party and of others have to reach each other both ways; then, from nothing, with
all four, by the steps of docs/how-to/use-what-you-have.md.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from fedfleet.engine.fate import Columns, TableRef, Upload
from fedfleet.exit_codes import ExitCode
from fedfleet.kube import Client
from fedfleet.validation.party import Party
from support.cluster import eventually, space
from support.commands import Finished
from support.federation import Federation
from support.own_services import PASSWORD, OwnServices, own_services, until_broker_shows
from support.sites import DOMAIN, Site

RUN_SECONDS = 3600
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(RUN_SECONDS)]
PARTY = "60000"
SITE, NAMESPACE = f"party{PARTY}", f"fate-{PARTY}"
JOB_SECONDS = 600
COMPONENTS = {"mysql", "pulsar", "spark-master", "spark-worker", "namenode", "datanode"}


@dataclass(frozen=True)
class Clinic:
    """The party in an inventory of its own, beside the others, and what its site has already."""

    federation: Federation
    services: OwnServices

    @property
    def client(self) -> Client:
        return self.services.client

    def knows(self, **variables: object) -> None:
        """Write the party's variables down."""
        folder = self.federation.inventory / "host_vars"
        folder.mkdir(exist_ok=True)
        (folder / f"{SITE}.yml").write_text(yaml.safe_dump(variables))

    def has_password(self, password: str) -> None:
        """Put the database's password where the inventory says it is; the namespace is made for it."""
        secret = {"kind": "Secret", "metadata": {"name": "clinic-database", "namespace": NAMESPACE}, "stringData": {"pw": password}}
        self.client.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}, {"apiVersion": "v1"} | secret])

    def play(self, *arguments: str, playbook: str = "site.yml") -> Finished:
        """Run a playbook on the exchange and the party; the others are left alone."""
        return self.federation.play("--limit", f"exchange,{SITE}", *arguments, playbook=playbook)

    def fedfleet(self, *arguments: str, code: int = 0) -> str:
        """What a command says of the party; it must end with that code."""
        return self.federation.lab.fedfleet(*arguments, "-i", str(self.federation.inventory), timeout=300).expect(code).output

    def state(self) -> str:
        """How far the last run brought it."""
        return next((site.state for site in self.federation.report().sites if site.site == SITE), "unknown")

    def came_to(self, done: Finished) -> str:
        """How a run ended, and what state it left the party in."""
        return f"{done.returncode} {self.state()}"

    def components(self) -> set[str]:
        """Which of the parts that may be the site's own run in the party's namespace all the same."""
        pods = self.client.list("Pod", NAMESPACE)
        return COMPONENTS & {str(pod["metadata"]["labels"].get("app.kubernetes.io/name")) for pod in pods}

    def secures_broker(self) -> None:
        """Give Pulsar the key that the party made for it, and what has been certified of it."""
        secret = self.client.get("Secret", "pulsar-cert", NAMESPACE)
        assert secret is not None
        self.services.secure_broker(secret["data"])
        until_broker_shows(self.services, secret["data"])

    def remove(self) -> Finished:
        """Take the party away with all its data."""
        sure = ("-e", f"remove_site={SITE}", "-e", f"remove_confirm={SITE}", "-e", "remove_data=true")
        return self.federation.play(*sure, playbook="playbooks/remove.yml").expect()


@pytest.fixture(scope="module")
def clinic(federation: Federation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """The database and the Spark are up."""
    folder = tmp_path_factory.mktemp("clinic")
    own = Federation.copied("lab", folder, federation.lab, "spark")
    hosts = yaml.safe_load((own.inventory / "hosts.yml").read_text())
    hosts["all"]["children"]["parties"]["hosts"][SITE] = {"party_id": int(PARTY), "organisation": "Clinic"}
    (own.inventory / "hosts.yml").write_text(yaml.safe_dump(hosts))
    with Client.connect(federation.lab.kubeconfig) as client, space(client, "services") as place:
        services = own_services(client, place, folder, PARTY, DOMAIN)
        services.start("database", "spark")
        party = Clinic(own, services)
        try:
            yield party
        finally:
            # A test that failed has left it behind; the federation's others are for the tests that come after.
            if client.get("Namespace", NAMESPACE) is not None:
                party.remove()


def changes(done: Finished) -> set[str]:
    return set(re.findall(r"changed=(\d+)", done.output))


def test_preflight_names_what_does_not_answer_or_refuses_before_anything_is_touched(clinic: Clinic) -> None:
    clinic.has_password("something else")
    variables = clinic.services.variables("database", "spark")
    nobody = {"master": variables["fate_spark_external"]["master"].replace(":7077", ":7079")}
    clinic.knows(**variables | {"fate_spark_external": variables["fate_spark_external"] | nobody})
    before = Site(clinic.client, NAMESPACE).versions()
    refused = clinic.play().expect(2)
    (summary,) = set(re.findall(r"Preflight found 2 things that site \S+ lacks: (.*?)\. Close", " ".join(refused.output.split())))
    assert summary == "database (fate_database_external); Spark (fate_spark_external)"
    assert "Access denied" in refused.output
    assert Site(clinic.client, NAMESPACE).versions() == before


@pytest.fixture(scope="module")
def computing(clinic: Clinic) -> Clinic:
    """The party on the site's own database and Spark; broker and HDFS are its own."""
    clinic.has_password(PASSWORD)
    clinic.knows(**clinic.services.variables("database", "spark"))
    clinic.play().expect()
    return clinic


class TestDatabaseAndSpark:
    def test_the_party_is_validated(self, computing: Clinic) -> None:
        assert computing.state() == "validated"

    def test_nothing_of_the_kind_is_deployed_beside_them(self, computing: Clinic) -> None:
        assert computing.components() == {"pulsar", "namenode", "datanode"}

    def test_jobs_are_in_the_site_s_database(self, computing: Clinic) -> None:
        assert int(computing.services.sql("SELECT COUNT(*) FROM t_job WHERE f_status = 'success'")) > 0

    def test_jobs_ran_on_the_site_s_spark(self, computing: Clinic) -> None:
        assert computing.services.applications()

    def test_a_table_is_made_on_the_party_s_hdfs_by_executors_outside(self, computing: Clinic, tmp_path: Path) -> None:
        upload_rows(computing.client, tmp_path)


def upload_rows(client: Client, folder: Path) -> None:
    """Have the party make a table of a few rows; that takes its database, Spark, HDFS and FATE Flow."""
    file = folder / "rows.csv"
    file.write_text("id,x0,x1\n" + "".join(f"{number},{number / 7},{-number}\n" for number in range(500)))
    table = TableRef("clinic", "rows")
    with Party(PARTY, client, NAMESPACE).flow() as flow:
        job = flow.tables.upload(Upload(file, table, Columns()))

        def ended() -> bool:
            return all(part.status.ended for part in flow.jobs(job))

        eventually(ended, f"job {job} has ended", seconds=JOB_SECONDS, pause=2)
        assert [str(part.status) for part in flow.jobs(job)] == ["success"]
        found = flow.tables.find(table)
        assert found is not None
        assert found.count == 500


@pytest.fixture(scope="module")
def gone(computing: Clinic) -> dict[str, dict[str, str]]:
    """The services before the party was removed with its data, and after."""
    before = computing.services.versions()
    computing.remove()
    return {"before": before, "after": computing.services.versions()}


def test_removal_leaves_the_site_s_services_alone(clinic: Clinic, gone: dict[str, dict[str, str]]) -> None:
    assert gone["after"] == gone["before"]
    assert clinic.client.get("Namespace", NAMESPACE) is None
    assert int(clinic.services.sql("SELECT COUNT(*) FROM t_job")) > 0


@dataclass(frozen=True)
class Steps:
    """The party from nothing on all four, step by step: what each run came to."""

    clinic: Clinic
    states: tuple[str, ...]
    again: Finished


@pytest.fixture(scope="module")
def everything(clinic: Clinic, gone: dict[str, dict[str, str]]) -> Steps:
    assert gone
    services, states = clinic.services, []
    services.start("hdfs", "broker")
    services.make_folder()
    clinic.has_password(PASSWORD)
    clinic.knows(**services.variables("database", "spark", "hdfs", "broker"))
    # The party's own run, before the exchange hears of it.
    states.append(clinic.came_to(clinic.federation.play("--limit", SITE)))
    for _ in ("the party's own certificate", "the federation's"):
        clinic.secures_broker()
        states.append(clinic.came_to(clinic.play()))
    return Steps(clinic, tuple(states), clinic.play())


class TestAllFour:
    def test_pulsar_s_key_comes_first_its_certificate_with_the_admission_and_then_all_is_proven(self, everything: Steps) -> None:
        first, _, last = everything.states
        assert (first, last) == ("0 awaiting-admission", "0 validated"), everything.states

    def test_a_further_run_changes_nothing(self, everything: Steps) -> None:
        assert changes(everything.again.expect()) == {"0"}

    def test_nothing_of_the_kind_is_deployed_beside_them(self, everything: Steps) -> None:
        assert everything.clinic.components() == set()

    def test_jobs_went_through_the_site_s_pulsar(self, everything: Steps) -> None:
        assert everything.clinic.services.topics()

    def test_tables_are_on_the_site_s_hdfs(self, everything: Steps, tmp_path: Path) -> None:
        upload_rows(everything.clinic.client, tmp_path)
        assert everything.clinic.services.files()

    def test_the_check_asks_them_from_inside(self, everything: Steps) -> None:
        said = json.loads(everything.clinic.fedfleet("check", "--site", SITE, "-o", "json"))
        levels = [one["level"] for site in said["sites"] for one in site["checks"] if one["code"] == "services-answer"]
        assert levels == ["ok"]

    def test_the_check_names_the_one_that_does_not_answer(self, everything: Steps) -> None:
        nobody = json.dumps({"fate_spark_external": {"master": "spark://198.51.100.1:7077", "workers": ["198.51.100.0/24"]}})
        said = everything.clinic.fedfleet("check", "--site", SITE, "-o", "short", "-e", nobody, code=ExitCode.CHECK_FAILED)
        assert "Spark (fate_spark_external)" in said
        assert "database (fate_database_external)" not in said

    @pytest.mark.parametrize("drill", ["mysql-pod", "broker-pod", "spark-master-pod", "spark-worker-pod", "namenode-pod", "datanode-pod"])
    def test_drills_of_what_the_party_does_not_run_are_not_run(self, everything: Steps, drill: str) -> None:
        assert "NOT RUN HERE" in everything.clinic.fedfleet("drill", "plan", drill, "--site", SITE)

    def test_removal_leaves_them_alone(self, everything: Steps) -> None:
        services = everything.clinic.services
        before = services.versions()
        everything.clinic.remove()
        assert services.versions() == before
