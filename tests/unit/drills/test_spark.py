"""What the Spark master says of its workers, held against the pods that should be there."""

import json
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import probes
from fedfleet.drills.probes import NoAnswerError
from fedfleet.drills.scene import Scene
from fedfleet.drills.spark import workers_known
from fedfleet.probe import Answer, Question
from support.drilled import site
from support.entered import Entered

NAMESPACE = "fate-30000"
LABELS = {"app.kubernetes.io/name": "spark-worker"}
GOING = {"deletionTimestamp": "2026-11-28T12:00:00Z"}


class Cluster(Entered):
    """A party with Spark workers: how many are wanted, and the pods by address."""

    def __init__(self, wanted: int, pods: dict[str, dict[str, str]]) -> None:
        super().__init__()
        spec = {"replicas": wanted, "template": {"metadata": {"labels": LABELS}}}
        self.create({"kind": "Deployment", "metadata": {"name": "spark-worker", "namespace": NAMESPACE}, "spec": spec})
        for number, (address, more) in enumerate(pods.items()):
            metadata = {"name": f"spark-worker-{number}", "namespace": NAMESPACE, "labels": LABELS, **more}
            self.create({"kind": "Pod", "metadata": metadata, "status": {"podIP": address}})

    door = (NAMESPACE, "service/spark-master", 8080)


def scene(directory: Path, cluster: Cluster) -> Scene:
    return Scene(site(directory), _clients={"north": cluster})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("wanted", "pods", "told", "holds", "detail"),
    [
        (2, {"10.0.0.1": {}, "10.0.0.2": {}}, {"10.0.0.1": "ALIVE", "10.0.0.2": "ALIVE"}, True, "2 of 2 workers"),
        # Those of before are no workers any more, whatever the master believes.
        (1, {"10.0.0.2": {}}, {"10.0.0.1": "ALIVE"}, False, "0 of 1 workers"),
        (1, {"10.0.0.2": {}}, {"10.0.0.1": "DEAD", "10.0.0.2": "ALIVE"}, True, "1 of 1 workers"),
        (1, {"10.0.0.1": {}}, {"10.0.0.1": "UNKNOWN"}, False, "0 of 1 workers"),
        (1, {"10.0.0.1": GOING}, {"10.0.0.1": "ALIVE"}, False, "0 of 1 workers"),
        (0, {}, {}, False, "0 of 0 workers"),
    ],
)
def test_the_master_must_know_the_workers_there_are(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wanted: int,
    pods: dict[str, dict[str, str]],
    told: dict[str, str],
    holds: bool,
    detail: str,
) -> None:
    def answer(question: Question) -> Answer:
        assert question.path == "/json/"
        workers: list[dict[str, Any]] = [{"host": host, "state": state} for host, state in told.items()]
        return Answer(True, 0.1, "200", body=json.dumps({"workers": workers}))

    monkeypatch.setattr(probes, "ask", answer)
    found = workers_known(scene(tmp_path, Cluster(wanted, pods)))
    assert (found.holds, found.detail) == (holds, f"{detail} known to the master")


def test_a_master_that_does_not_answer_knows_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "ask", lambda _question: Answer(False, 5.0, "nothing came"))
    with pytest.raises(NoAnswerError, match=r"The spark-master does not answer.*nothing came"):
        workers_known(scene(tmp_path, Cluster(1, {})))
