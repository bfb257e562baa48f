"""Which machine a node is, and that logins to vCenter are asked for when they are needed and written nowhere."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest

from fedfleet.drills import conduct, undo
from fedfleet.drills.conduct import Ground
from fedfleet.drills.experiment import Activity
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.machines import machine_runs, named, switch_machines_on
from fedfleet.drills.scene import Scene
from fedfleet.drills.watchdog import start_watchdog
from fedfleet.locks.process import Process
from fedfleet.sites import NoVcenterError, VcenterLogin
from support.drilled import command, experiment, probe, scene, site

LOGIN = VcenterLogin("vcenter.north", "drills@vsphere.local", "very secret")
SWITCH = {
    "name": "Switch on what is off",
    "type": "action",
    "provider": {"type": "python", "module": "fedfleet.drills.machines", "func": "switch_machines_on"},
}


@pytest.mark.parametrize(
    ("provider", "found"),
    [
        ("vsphere://4237c0de-0000-1111-2222-333344445555", {"uuid": "4237c0de-0000-1111-2222-333344445555"}),
        ("", {"name": "worker-1"}),
        ("other://worker-1", {"name": "worker-1"}),
    ],
)
def test_a_node_says_which_machine_it_is(provider: str, found: dict[str, str]) -> None:
    assert named({"metadata": {"name": "worker-1"}, "spec": {"providerID": provider}}) == found


def test_a_drill_that_touches_machines_needs_a_vcenter_and_no_other_does() -> None:
    plain = [command("Stop it", "true")]
    assert experiment([probe("it runs", "true")], plain, [SWITCH]).needs_vcenter
    assert not experiment([probe("it runs", "true")], plain).needs_vcenter


def test_without_a_login_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conduct, "vcenter_login", no_login)
    drill = experiment([probe("it runs", "true")], [command("Stop it", f"touch {tmp_path}/touched")], [SWITCH])
    result = conduct.conduct(drill, Ground([site(tmp_path)], tmp_path), lambda _: None).fedfleet
    assert result.skipped
    assert "no vCenter: none is named for this site" in result.sentence
    assert "cluster_vcenter_hostname" in result.sentence
    assert not (tmp_path / "touched").exists()


def no_login(*_given: Any) -> VcenterLogin:
    raise NoVcenterError("It is not known which vCenter has the site's machines", expected="cluster_vcenter_hostname")


def test_a_step_without_a_login_says_so(tmp_path: Path) -> None:
    class Nodes:
        def list(self, kind: str, api_version: str) -> list[Any]:
            del kind, api_version
            return []

    with pytest.raises(NoFaultError, match=r"No login.*site north"):
        switch_machines_on(Scene(site(tmp_path), _clients={"north": Nodes()}))  # type: ignore[dict-item]


def test_a_machine_that_nobody_found_is_not_looked_at(tmp_path: Path) -> None:
    with pytest.raises(NoFaultError, match="No step has found a machine"):
        machine_runs(scene(tmp_path))


def ended() -> int:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


class Started:
    """A process that is not: what it was started with, and what was written to it."""

    words: Sequence[str] = ()
    written = b""

    def __init__(self, words: Sequence[str], **_more: object) -> None:
        Started.words = words

    @property
    def stdin(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_args: object) -> None:
        pass

    def write(self, text: bytes) -> None:
        Started.written = text


def test_the_watchdog_has_the_login_from_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", Started)
    start_watchdog(tmp_path, os.getpid(), LOGIN)
    assert not [word for word in Started.words if LOGIN.password in word]
    assert VcenterLogin(**json.loads(Started.written)) == LOGIN


def test_a_watchdog_with_a_login_restores_and_writes_it_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "drill"
    folder.mkdir()
    steps = (undo.Step(activity=Activity.model_validate(command("Start it", f"touch {tmp_path}/up"))),)
    process = str(Process.of(os.getpid()))
    undo.write(folder, undo.Undo(drill="stop-it", site=site(tmp_path), process=process, written_at=datetime.now(UTC), steps=steps))
    handed = json.dumps(LOGIN.__dict__).encode()
    subprocess.run([sys.executable, "-m", "fedfleet.drills.watchdog", str(folder), str(ended())], input=handed, check=True, timeout=60)
    assert (tmp_path / "up").exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and LOGIN.password in path.read_text()]
