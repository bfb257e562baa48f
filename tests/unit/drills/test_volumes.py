"""Filling a component's volume, freeing it, and asking whether it takes writes; commands run here instead of in a pod."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import volumes
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.scene import Scene
from fedfleet.drills.volumes import fill_volume, free_volume, place_of, volume_takes_writes
from fedfleet.kube import ExecError, ExecResult
from support.drilled import site


def pod(folder: Path, name: str = "mysql-0") -> dict[str, Any]:
    mounts = [{"name": "tmp", "mountPath": "/tmp"}, {"name": "data", "mountPath": str(folder)}]
    return {
        "metadata": {"name": name, "namespace": "fate-30000"},
        "spec": {
            "containers": [{"name": "helper"}, {"name": "mysql", "volumeMounts": mounts}],
            "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "data", "persistentVolumeClaim": {"claimName": "mysql-data"}}],
        },
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


class Cluster:
    """Pods whose volumes are folders here.

    Attributes:
        room: how many bytes a file may have.
        silent: how often a container does not run when it is asked.
    """

    def __init__(self, *pods: dict[str, Any]) -> None:
        self._pods = pods
        self.room = 1 << 20
        self.silent = 0

    def list(self, kind: str, namespace: str, labels: dict[str, str], api_version: str) -> list[Any]:
        del kind, namespace, labels, api_version
        return list(self._pods)

    def exec(self, name: str, namespace: str, words: Sequence[str], container: str, timeout: float = 60) -> ExecResult:
        assert (namespace, container) == ("fate-30000", "mysql")
        if self.silent:
            self.silent -= 1
            raise ExecError(f"Cannot run sh in {name}")
        limited = ["prlimit", f"--fsize={self.room}", *words]
        done = subprocess.run(limited, capture_output=True, timeout=timeout, check=False)
        return ExecResult(done.returncode, done.stdout, done.stderr)


def scene(directory: Path, cluster: Cluster) -> Scene:
    return Scene(site(directory), _clients={"north": cluster})  # type: ignore[dict-item]


def test_a_volume_is_filled_until_it_takes_no_more_and_freed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(pod(tmp_path))
    # A limit on files plays the volume's end; what tries it would have a file of its own, and be free of it.
    monkeypatch.setattr(volumes, "_TRY", 'test ! -e "$1/.fedfleet-drill-fills"')
    done = fill_volume(scene(tmp_path, cluster), "mysql")
    assert done == {"pod": "mysql-0", "path": str(tmp_path), "bytes": cluster.room}
    assert not volume_takes_writes(scene(tmp_path, cluster), "mysql").holds
    free_volume(scene(tmp_path, cluster), "mysql")
    assert list(tmp_path.iterdir()) == []
    free_volume(scene(tmp_path, cluster), "mysql")


def test_a_volume_that_still_takes_writes_is_no_fault(tmp_path: Path) -> None:
    with pytest.raises(NoFaultError, match=r"not full.*takes writes"):
        fill_volume(scene(tmp_path, Cluster(pod(tmp_path))), "mysql")


def test_a_volume_is_asked_by_a_file_that_is_gone_again(tmp_path: Path) -> None:
    found = volume_takes_writes(scene(tmp_path, Cluster(pod(tmp_path))), "mysql")
    assert (found.holds, found.detail) == (True, f"{tmp_path} takes writes")
    assert list(tmp_path.iterdir()) == []


def test_a_volume_that_takes_no_writes_says_why(tmp_path: Path) -> None:
    cluster = Cluster(pod(tmp_path))
    cluster.room = 4096
    assert not volume_takes_writes(scene(tmp_path, cluster), "mysql").holds
    missing = volume_takes_writes(scene(tmp_path, Cluster(pod(tmp_path / "gone"))), "mysql")
    assert not missing.holds
    assert "gone" in missing.detail


def test_a_pod_that_does_not_run_now_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "_PAUSE", 0.01)
    cluster = Cluster(pod(tmp_path))
    (tmp_path / ".fedfleet-drill-fills").touch()
    cluster.silent = 3
    assert free_volume(scene(tmp_path, cluster), "mysql") == {"pods": ["mysql-0"]}
    assert list(tmp_path.iterdir()) == []


def test_one_that_never_runs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "_RUNNING_SECONDS", 0)
    cluster = Cluster(pod(tmp_path))
    cluster.silent = 3
    with pytest.raises(ExecError):
        free_volume(scene(tmp_path, cluster), "mysql")


def test_where_there_is_no_volume_that_is_said(tmp_path: Path) -> None:
    bare = pod(tmp_path)
    bare["spec"]["volumes"] = bare["spec"]["volumes"][:1]
    with pytest.raises(NoFaultError, match="no volume of its own"):
        place_of(bare)
    assert not volume_takes_writes(scene(tmp_path, Cluster()), "mysql").holds
