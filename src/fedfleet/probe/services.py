"""What to ask of a database, Spark, HDFS and Pulsar that the site has already, and what answers come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.probe.asking import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.federation.external import External, ExternalDatabase, ExternalHdfs, ExternalPulsar, ExternalSpark
    from fedfleet.probe.asking import Answer

# FATE asks WebHDFS at this port, as this user, and keeps all it has below that folder (fate_flow/manager/outputs/data.py, 2.2.0).
_WEBHDFS_PORT = 9870
HDFS_USER = "fedfleet"
HDFS_FOLDER = "/fate"
_SECONDS = 5.0
_NOT_FOUND = 404


@dataclass(frozen=True)
class ServiceAnswer:
    """What one of the site's own services said.

    Attributes:
        service: which, and the variable that names it.
        expected: what the party needs of it.
        found: what came.
        fix: what to do where it is not as it must be.
    """

    service: str
    ok: bool
    expected: str
    found: str
    fix: str


def ask_services(external: External, password: str, ask_all: Callable[[Sequence[Question]], Sequence[Answer]]) -> list[ServiceAnswer]:
    """Ask each of them, all at the same time; ``ask_all`` says from where, ``password`` is the database user's."""
    asked: list[tuple[list[Question], Callable[[Sequence[Answer]], ServiceAnswer]]] = []
    if external.database is not None:
        asked.append((_of_database(external.database, password), _database_said))
    if external.spark is not None:
        asked.append((_of_spark(external.spark), _spark_said))
    if external.hdfs is not None:
        asked.append((_of_hdfs(external.hdfs), _hdfs_said))
    if external.pulsar is not None:
        asked.append((_of_pulsar(external.pulsar), _pulsar_said))
    answers = iter(ask_all([question for questions, _ in asked for question in questions]))
    return [said([next(answers) for _ in questions]) for questions, said in asked]


def _of_database(database: ExternalDatabase, password: str) -> list[Question]:
    return [
        Question(
            "mysql",
            database.host,
            database.port,
            user=database.user,
            password=password,
            database=database.name,
            timeout=_SECONDS,
        )
    ]


def _database_said(answers: Sequence[Answer]) -> ServiceAnswer:
    (answer,) = answers
    fix = "compare host, port, name and user with the database, and the Secret's password with the user's; it must take connections without TLS"
    return ServiceAnswer("database (fate_database_external)", answer.ok, "that it lets FATE Flow in", answer.detail, fix)


def _of_spark(spark: ExternalSpark) -> list[Question]:
    return [Question("tcp", host, port, timeout=_SECONDS) for host, port in spark.addresses]


def _spark_said(answers: Sequence[Answer]) -> ServiceAnswer:
    ok = any(answer.ok for answer in answers)
    found = "; ".join(answer.detail for answer in answers if answer.ok == ok)
    return ServiceAnswer("Spark (fate_spark_external)", ok, "a master that answers", found, "start the master, or correct its URL")


def _of_hdfs(hdfs: ExternalHdfs) -> list[Question]:
    host, port = hdfs.address

    def access(folder: str, action: str) -> Question:
        path = f"/webhdfs/v1{folder}?op=CHECKACCESS&fsaction={action}&user.name={HDFS_USER}"
        return Question("http", host, _WEBHDFS_PORT, path=path, timeout=_SECONDS)

    return [Question("tcp", host, port, timeout=_SECONDS), access(HDFS_FOLDER, "rwx"), access("/", "-wx")]


def _hdfs_said(answers: Sequence[Answer]) -> ServiceAnswer:
    namenode, folder, root = answers
    # A folder that is not there yet is made by the first job, where the user may.
    web = root if folder.status == _NOT_FOUND else folder
    wrong = [answer.detail for answer in (namenode, web) if not answer.ok]
    fix = f"start the namenode with WebHDFS at port {_WEBHDFS_PORT}, and give folder {HDFS_FOLDER} to user {HDFS_USER}"
    expected = f"a namenode, and rights of user {HDFS_USER} to {HDFS_FOLDER}"
    return ServiceAnswer("HDFS (fate_hdfs_external)", not wrong, expected, "; ".join(wrong) or namenode.detail, fix)


def _of_pulsar(pulsar: ExternalPulsar) -> list[Question]:
    admin = Question("http", pulsar.host, pulsar.admin_port, path=f"/admin/v2/clusters/{pulsar.cluster}", timeout=_SECONDS)
    return [Question("tcp", pulsar.host, pulsar.port, timeout=_SECONDS), admin]


def _pulsar_said(answers: Sequence[Answer]) -> ServiceAnswer:
    wrong = [answer.detail for answer in answers if not answer.ok]
    fix = "start the broker; compare host, port, admin_port and cluster (`pulsar-admin clusters list`) with it; its admin API must ask for no log-in"
    expected = "a broker, and an admin API that knows its cluster"
    return ServiceAnswer("Pulsar (fate_pulsar_external)", not wrong, expected, "; ".join(wrong) or answers[0].detail, fix)
