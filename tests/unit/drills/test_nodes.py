"""What drills see of a site's nodes, and which node a fault is for."""

from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills.activities import function_of
from fedfleet.drills.experiment import Activity
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.nodes import find_node, images_volume_mounted, nodes_ready
from fedfleet.drills.scene import Scene
from support.drilled import command, site

READY = [{"type": "Ready", "status": "True"}]
GONE = [{"type": "Ready", "status": "Unknown"}]


class Cluster:
    """Nodes and a pod on one of them."""

    def __init__(self, conditions: dict[str, list[dict[str, str]]], helper: dict[str, int] | None = None) -> None:
        self._conditions = conditions
        self._helper = helper

    def list(self, kind: str, namespace: str | None = None, labels: dict[str, str] | None = None, api_version: str = "") -> list[Any]:
        del namespace, labels, api_version
        if kind == "Node":
            return [{"metadata": {"name": name}, "status": {"conditions": said}} for name, said in self._conditions.items()]
        return [{"metadata": {"name": "python-0"}, "spec": {"nodeName": "worker2"}, "status": {"conditions": READY}}]

    def get(self, kind: str, name: str, namespace: str | None = None, api_version: str = "") -> Any:
        del kind, name, namespace, api_version
        return None if self._helper is None else {"status": self._helper}


def scene(directory: Path, cluster: Cluster, **fields: Any) -> Scene:
    return Scene(site(directory, **fields), _clients={"north": cluster})  # type: ignore[dict-item]


def test_every_node_must_be_ready(tmp_path: Path) -> None:
    assert nodes_ready(scene(tmp_path, Cluster({"worker1": READY, "worker2": READY}))).holds
    found = nodes_ready(scene(tmp_path, Cluster({"worker1": READY, "worker2": GONE})))
    assert (found.holds, found.detail) == (False, "not ready: worker2")
    assert not nodes_ready(scene(tmp_path, Cluster({}))).holds


def test_commands_of_later_steps_know_the_node_under_a_component(tmp_path: Path) -> None:
    place = scene(tmp_path, Cluster({"worker2": READY}), kubeconfig="/site.kubeconfig")
    assert find_node(place)["node"] == "worker2"
    said = command("Say it", 'echo "$DRILL_NODE $DRILL_NAMESPACE $DRILL_SITE $KUBECONFIG"')
    output = function_of(Activity.model_validate(said))(place)
    assert output["stdout"].strip() == "worker2 fate-30000 north /site.kubeconfig"


def test_without_a_ready_pod_there_is_no_node_to_find(tmp_path: Path) -> None:
    cluster = Cluster({"worker2": READY})
    cluster.list = lambda *_args, **_more: []  # type: ignore[method-assign]
    with pytest.raises(NoFaultError, match="no pod to do the fault to"):
        find_node(scene(tmp_path, cluster))


@pytest.mark.parametrize(
    ("helper", "holds"),
    [
        ({"desiredNumberScheduled": 2, "numberReady": 2}, True),
        ({"desiredNumberScheduled": 2, "numberReady": 1}, False),
        ({"desiredNumberScheduled": 0}, False),
        (None, False),
    ],
)
def test_the_helper_of_a_tkc_says_whether_volumes_are_mounted(tmp_path: Path, helper: dict[str, int] | None, holds: bool) -> None:
    assert images_volume_mounted(scene(tmp_path, Cluster({}, helper), provider="tkc")).holds is holds


@pytest.mark.parametrize("provider", ["vks", "existing"])
def test_other_nodes_see_to_it_themselves(tmp_path: Path, provider: str) -> None:
    assert images_volume_mounted(scene(tmp_path, Cluster({}), provider=provider)).holds
