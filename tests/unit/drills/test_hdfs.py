"""A datanode that is taken away is brought back, by what lies on the object itself; and what the namenode says of blocks."""

import json
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import probes
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.hdfs import blocks_readable, bring_datanode_back, datanodes_live, take_datanode_away
from fedfleet.drills.scene import Scene
from fedfleet.probe import Answer, Question
from support.drilled import site
from support.entered import Entered
from support.objects import Object, Objects

NAMESPACE = "fate-30000"


class Cluster(Entered):
    """A party with datanodes."""

    def __init__(self, datanodes: int) -> None:
        super().__init__()
        self.create({"kind": "StatefulSet", "metadata": {"name": "datanode", "namespace": NAMESPACE}, "spec": {"replicas": datanodes}})
        for number in range(datanodes):
            labels = {"app.kubernetes.io/name": "datanode"}
            self.create({"kind": "PersistentVolumeClaim", "metadata": {"name": f"data-{number}", "namespace": NAMESPACE, "labels": labels}})

    @property
    def workload(self) -> Object:
        found = self.get("StatefulSet", "datanode", NAMESPACE)
        assert found is not None
        return {"replicas": found["spec"]["replicas"], "annotations": found["metadata"].get("annotations") or {}}

    door = (NAMESPACE, "service/namenode", 9870)


def scene(directory: Path, cluster: Objects) -> Scene:
    return Scene(site(directory), _clients={"north": cluster})  # type: ignore[dict-item]


def test_a_datanode_is_away_until_it_is_brought_back(tmp_path: Path) -> None:
    cluster = Cluster(3)
    place = scene(tmp_path, cluster)
    before = cluster.workload
    assert bring_datanode_back(place) == {"replicas": None}
    assert take_datanode_away(place) == take_datanode_away(place) == {"replicas": 2}
    assert cluster.workload["replicas"] == 2
    assert bring_datanode_back(place) == {"replicas": 3}
    assert cluster.workload == before


def test_the_only_datanode_is_left_where_it_is(tmp_path: Path) -> None:
    cluster = Cluster(1)
    with pytest.raises(NoFaultError, match=r"No datanode would be left.*fate_sizing"):
        take_datanode_away(scene(tmp_path, cluster))
    assert cluster.workload["replicas"] == 1


def test_a_party_without_hdfs_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoFaultError, match="no HDFS of its own"):
        take_datanode_away(scene(tmp_path, Objects()))


@pytest.mark.parametrize(
    ("missing", "live", "state", "readable", "whole"),
    [
        (0, 2, "Operational", True, True),
        (0, 1, "Operational", True, False),
        (4, 1, "Operational", False, False),
        (0, 0, "Operational", False, False),
        (0, 2, "safeMode", False, True),
    ],
)
def test_what_the_namenode_says_of_blocks_and_datanodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: int, live: int, state: str, readable: bool, whole: bool
) -> None:
    def answer(question: Question) -> Answer:
        assert question.path.endswith("name=FSNamesystem*")
        beans: list[dict[str, Any]] = [{"MissingBlocks": missing}, {"BlocksTotal": 9, "NumLiveDataNodes": live, "FSState": state}]
        return Answer(True, 0.1, "200", body=json.dumps({"beans": beans}))

    monkeypatch.setattr(probes, "ask", answer)
    place = scene(tmp_path, Cluster(2))
    assert blocks_readable(place).holds is readable
    assert datanodes_live(place).holds is whole
    assert f"{missing} of 9 blocks" in blocks_readable(place).detail
