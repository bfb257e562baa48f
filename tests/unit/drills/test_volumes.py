"""Filling a component's volume, freeing it, and asking whether it takes writes; commands run here instead of in pods."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import volumes
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.scene import Scene
from fedfleet.drills.volumes import HELPER, fill_volume, free_volume, helper_beside, place_of, volume_takes_writes
from fedfleet.kube import ExecResult
from support.drilled import site

NAMESPACE = "fate-30000"


def pod(folder: Path, name: str = "mysql-0") -> dict[str, Any]:
    mounts = [{"name": "tmp", "mountPath": "/tmp"}, {"name": "data", "mountPath": str(folder)}]
    return {
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "nodeName": "worker-1",
            "securityContext": {"runAsUser": 10001},
            "containers": [{"name": "helper"}, {"name": "mysql", "image": "mariadb", "volumeMounts": mounts, "securityContext": {"x": 1}}],
            "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "data", "persistentVolumeClaim": {"claimName": "mysql-data"}}],
        },
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


class Cluster:
    """Pods whose volume is a folder here, and what is run beside them.

    Attributes:
        pods: that there are.
        room: how many bytes a file may have.
        helpers: those that were created.
    """

    def __init__(self, folder: Path, *pods: dict[str, Any]) -> None:
        self._folder, self.pods = folder, pods
        self.room = 1 << 20
        self.helpers: list[dict[str, Any]] = []
        self._ended: subprocess.CompletedProcess[bytes] | None = None

    def list(self, kind: str, namespace: str, labels: dict[str, str], api_version: str) -> list[Any]:
        del kind, namespace, labels, api_version
        return list(self.pods)

    def exec(self, _name: str, namespace: str, words: Sequence[str], container: str) -> ExecResult:
        assert (namespace, container) == (NAMESPACE, "mysql")
        done = self._run(words)
        return ExecResult(done.returncode, done.stdout, done.stderr)

    def create(self, helper: dict[str, Any]) -> None:
        self.helpers.append(helper)
        words = [str(self._folder) if word == "/volume" else word for word in helper["spec"]["containers"][0]["command"]]
        self._ended = self._run(words)

    def get(self, kind: str, name: str, namespace: str, api_version: str) -> Any:
        assert (kind, name, namespace, api_version) == ("Pod", HELPER, NAMESPACE, "v1")
        return {"status": {"phase": "Failed" if self._ended is None or self._ended.returncode else "Succeeded"}}

    def logs(self, name: str, namespace: str) -> str:
        assert (name, namespace) == (HELPER, NAMESPACE)
        return "" if self._ended is None else (self._ended.stdout + self._ended.stderr).decode()

    def delete(self, kind: str, name: str, namespace: str, **_more: Any) -> bool:
        assert (kind, name, namespace) == ("Pod", HELPER, NAMESPACE)
        self._ended = None
        return True

    def _run(self, words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["prlimit", f"--fsize={self.room}", *words], capture_output=True, timeout=60, check=False)


def scene(directory: Path, cluster: Cluster) -> Scene:
    return Scene(site(directory), _clients={"north": cluster})  # type: ignore[dict-item]


def test_what_fills_a_volume_is_beside_its_pod_with_the_same_rights(tmp_path: Path) -> None:
    spec = helper_beside(pod(tmp_path), "true")["spec"]
    (container,) = spec["containers"]
    assert (spec["nodeName"], spec["securityContext"]) == ("worker-1", {"runAsUser": 10001})
    assert (container["image"], container["securityContext"]) == ("mariadb", {"x": 1})
    assert spec["volumes"] == [{"name": "volume", "persistentVolumeClaim": {"claimName": "mysql-data"}}]


def test_a_volume_that_still_takes_writes_is_no_fault_and_is_left_as_it_was(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, pod(tmp_path))
    # A limit on files ends the filling, and leaves room for others.
    with pytest.raises(NoFaultError, match=rf"did not end well.*Failed: {cluster.room}"):
        fill_volume(scene(tmp_path, cluster), "mysql")
    assert free_volume(scene(tmp_path, cluster), "mysql") == {"pods": ["mysql-0"]}
    assert list(tmp_path.iterdir()) == []


def test_freeing_may_be_done_at_any_time(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, pod(tmp_path))
    (tmp_path / "table").touch()
    free_volume(scene(tmp_path, cluster), "mysql")
    assert [path.name for path in tmp_path.iterdir()] == ["table"]


def without_node(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"spec": {name: value for name, value in found["spec"].items() if name != "nodeName"}}


def test_a_volume_that_was_filled_is_not_freed_while_no_pod_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(tmp_path, pod(tmp_path))
    place = scene(tmp_path, cluster)
    written: list[object] = []
    place.write_down = written.append
    with pytest.raises(NoFaultError):
        fill_volume(place, "mysql")
    assert written == [{"filled": {"mysql": "mysql-data"}}]
    monkeypatch.setattr(volumes, "_POD_SECONDS", 0)
    for pods in ((), (without_node(pod(tmp_path)),)):
        cluster.pods = pods
        with pytest.raises(NoFaultError, match=r"as no pod has it.*claim mysql-data.*fedfleet drill rollback"):
            free_volume(place, "mysql")
    assert list(tmp_path.iterdir()) != []
    cluster.pods = (pod(tmp_path),)
    assert free_volume(place, "mysql") == {"pods": ["mysql-0"]}
    assert list(tmp_path.iterdir()) == []


def test_the_pod_of_a_volume_that_was_filled_is_waited_for(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    place = scene(tmp_path, cluster)
    place.remember(filled={"mysql": "mysql-data"})

    def made(seconds: float) -> None:
        assert seconds > 0
        cluster.pods = (pod(tmp_path),)

    place.pause = made  # type: ignore[method-assign]
    assert free_volume(place, "mysql") == {"pods": ["mysql-0"]}


def test_where_nothing_was_filled_no_pod_is_missed(tmp_path: Path) -> None:
    assert free_volume(scene(tmp_path, Cluster(tmp_path)), "mysql") == {"pods": []}


def test_a_volume_is_asked_by_a_file_that_is_gone_again(tmp_path: Path) -> None:
    found = volume_takes_writes(scene(tmp_path, Cluster(tmp_path, pod(tmp_path))), "mysql")
    assert (found.holds, found.detail) == (True, f"{tmp_path} takes writes")
    assert list(tmp_path.iterdir()) == []


def test_a_volume_that_takes_no_writes_says_why(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, pod(tmp_path))
    cluster.room = 4096
    assert not volume_takes_writes(scene(tmp_path, cluster), "mysql").holds
    missing = volume_takes_writes(scene(tmp_path, Cluster(tmp_path, pod(tmp_path / "gone"))), "mysql")
    assert not missing.holds
    assert "gone" in missing.detail


def test_where_there_is_no_volume_that_is_said(tmp_path: Path) -> None:
    bare = pod(tmp_path)
    bare["spec"]["volumes"] = bare["spec"]["volumes"][:1]
    with pytest.raises(NoFaultError, match="no volume of its own"):
        place_of(bare)
    assert not volume_takes_writes(scene(tmp_path, Cluster(tmp_path)), "mysql").holds
