"""A drill for a component that a site does not have is not run there, and that is no failure."""

from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.conduct import Ground, conduct
from fedfleet.drills.history import journals
from fedfleet.drills.journal import Outcome
from fedfleet.drills.needs import missing
from fedfleet.drills.showing import plan_lines
from support.drilled import command, experiment, probe, site

PROBES, METHOD = [probe("it runs", "true")], [command("Stop it", "false")]


DATABASE = {"host": "db", "port": 3306, "name": "flow", "user": "fate", "secret": "db", "key": "pw"}


@pytest.mark.parametrize(
    ("needs", "fields", "told"),
    [
        ([], {"fate_profile": "standalone"}, ()),
        (["mysql", "pulsar"], {"fate_profile": "standalone"}, ()),
        (["spark-master", "datanode"], {"fate_profile": "spark"}, ()),
        (
            ["spark-master", "datanode"],
            {"fate_profile": "standalone"},
            ("the profile standalone has no such component: spark-master", "the profile standalone has no such component: datanode"),
        ),
        (["mysql"], {"external": {"database": DATABASE}}, ("mysql is the site's own (fate_database_external), and not a component of it",)),
        (
            ["spark-worker"],
            {"external": {"spark": {"master": "spark://s:7077"}}},
            ("spark-worker is the site's own (fate_spark_external), and not a component of it",),
        ),
        (["pulsar", "pulsar-bookie", "pulsar-zookeeper"], {"pulsar_mode": "cluster"}, ()),
        (
            ["pulsar", "pulsar-bookie"],
            {"pulsar_mode": "standalone"},
            ("Pulsar that is standalone (fate_pulsar_mode) has no such component: pulsar-bookie",),
        ),
        (
            ["pulsar-proxy"],
            {"pulsar_mode": "cluster", "external": {"pulsar": {"host": "p"}}},
            ("pulsar-proxy is the site's own (fate_pulsar_external), and not a component of it",),
        ),
    ],
)
def test_what_a_site_has_not_is_told(tmp_path: Path, needs: list[str], fields: dict[str, Any], told: tuple[str, ...]) -> None:
    assert missing(experiment(PROBES, METHOD, needs=needs), site(tmp_path, **fields)) == told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"fate_profile": "spark", "replicas": {"datanode": 2}}, ()),
        (
            {"fate_profile": "spark", "replicas": {"datanode": 1}},
            ("it takes 2 of datanode, and the site has 1 (fate_sizing.replicas)",),
        ),
        ({"fate_profile": "standalone", "replicas": {"datanode": 1}}, ("the profile standalone has no such component: datanode",)),
        (
            {"fate_profile": "spark", "external": {"hdfs": {"name_node": "hdfs://namenode:9000"}}},
            ("datanode is the site's own (fate_hdfs_external), and not a component of it",),
        ),
    ],
)
def test_a_site_with_too_few_of_a_component_is_told(tmp_path: Path, fields: dict[str, Any], told: tuple[str, ...]) -> None:
    drill = experiment(PROBES, METHOD, needs=["datanode"], at_least={"datanode": 2})
    assert missing(drill, site(tmp_path, **fields)) == told


def test_it_is_written_down_and_nothing_is_asked_of_the_cluster(tmp_path: Path) -> None:
    there = site(tmp_path, fate_profile="standalone", kubeconfig=str(tmp_path / "nowhere"))
    journal = conduct(experiment(PROBES, METHOD, needs=["namenode"]), Ground([there], tmp_path), lambda _: None)
    assert (journal.fedfleet.outcome, journal.run) == (Outcome.SKIPPED, ())
    assert journal.fedfleet.sentence == "not run here: the profile standalone has no such component: namenode"
    assert [kept.fedfleet.outcome for _, kept in journals(tmp_path)] == [Outcome.SKIPPED]


def test_the_plan_says_so_in_place_of_a_refusal(tmp_path: Path) -> None:
    lines = list(plan_lines(experiment(PROBES, METHOD), site(tmp_path), "", ("the profile standalone has no such component: namenode",)))
    assert lines[-1] == "  NOT RUN HERE: the profile standalone has no such component: namenode"
