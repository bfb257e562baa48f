"""A site is held while it is drilled, and a drill is not begun where an earlier one is not undone."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedfleet.drills import conduct, undo
from fedfleet.drills.conduct import Ground, held
from fedfleet.drills.experiment import Activity
from fedfleet.drills.guards import RefusedError
from fedfleet.drills.history import DRILLS
from fedfleet.drills.scene import Scene
from fedfleet.locks.lease import Holder, LockedError
from fedfleet.locks.process import Process
from fedfleet.locks.site import SiteLock
from fedfleet.sites import UnknownSiteError
from support.drilled import command, experiment, probe, site
from support.objects import Objects

NAMESPACE = "fate-30000"


@pytest.fixture
def cluster() -> Objects:
    return Objects()


@pytest.fixture
def scene(cluster: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(conduct, "start_keeper", lambda _watched: None)
    return Scene(site(tmp_path), _clients={"north": cluster})  # type: ignore[dict-item]


@pytest.fixture
def locked(cluster: Objects) -> Callable[[str], None]:
    """Has another run hold the site, of the process that is told."""

    def lock(process: str) -> None:
        holder = Holder("other", "site", "jane", "controller", process, datetime.now(UTC))
        SiteLock(cluster, NAMESPACE).take(holder)  # type: ignore[arg-type]

    return lock


def holder(cluster: Objects) -> str:
    found = SiteLock(cluster, NAMESPACE).look()  # type: ignore[arg-type]
    return str(found.holder) if found else ""


def test_others_are_told_of_the_drill_while_it_goes_on(cluster: Objects, scene: Scene) -> None:
    with held(scene, "nginx-pod"):
        assert holder(cluster).startswith("drill nginx-pod, run ")
    assert holder(cluster) == ""


def test_a_site_that_another_run_holds_is_left_alone(scene: Scene, locked: Callable[[str], None]) -> None:
    locked("another-boot/pid:[1]/77/1")
    with pytest.raises(LockedError), held(scene, "nginx-pod"):
        pytest.fail("it was begun")


def test_a_playbook_that_runs_a_drill_holds_the_site_for_it(cluster: Objects, scene: Scene, locked: Callable[[str], None]) -> None:
    locked(str(Process.of(os.getppid())))
    with held(scene, "nginx-pod"):
        assert holder(cluster).startswith("site, run other")
    assert holder(cluster).startswith("site, run other"), "it is the playbook's to give back"


def test_what_is_not_undone_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / DRILLS / "20261128T000000Z-1-earlier"
    folder.mkdir(parents=True)
    step = undo.Step(activity=Activity.model_validate(command("Start it", "true")))
    left = undo.Undo(drill="earlier", site=site(tmp_path), process="", written_at=datetime.now(UTC), steps=(step,))
    undo.write(folder, left)
    drill = experiment([probe("it runs", "true")], [command("Stop it", f"touch {tmp_path}/touched")])
    with pytest.raises(RefusedError, match=r"not undone.*Start it.*fedfleet drill rollback"):
        conduct.conduct(drill, Ground([site(tmp_path)], tmp_path), lambda _: None)
    assert not (tmp_path / "touched").exists()


def test_a_drill_is_done_to_the_site_that_is_named_or_the_first_of_its_kind(tmp_path: Path) -> None:
    sites = [
        site(tmp_path, name="exchange", kind="exchange", party_id=None),
        site(tmp_path),
        site(tmp_path, name="south", party_id="40000"),
    ]
    drill = experiment([probe("it runs", "true")], [command("Stop it", "true")])
    assert Ground(sites, tmp_path).site_for(drill).name == "north"
    assert Ground(sites, tmp_path, "40000").site_for(drill).name == "south"
    with pytest.raises(UnknownSiteError):
        Ground(sites[:1], tmp_path).site_for(drill)
    with pytest.raises(UnknownSiteError):
        Ground(sites, tmp_path, "exchange").site_for(drill)


@pytest.mark.parametrize("patience", [0.0, 30.0])
def test_a_site_that_the_drill_before_touched_too_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    monkeypatch.setattr(conduct, "_PAUSE_SECONDS", 0.01)
    answers = iter([False, False, True])

    def check(_site: object) -> None:
        if not next(answers):
            raise RefusedError("The site is not well to begin with")

    monkeypatch.setattr(conduct, "_check_well", check)
    if patience:
        conduct._await_well(site(tmp_path), patience)
        assert list(answers) == []
    else:
        with pytest.raises(RefusedError):
            conduct._await_well(site(tmp_path), patience)
