"""A site is held while it is drilled, and a drill is not begun where an earlier one is not undone."""

import os
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fedfleet import sites
from fedfleet.drills import conduct, undo
from fedfleet.drills.catalogue import drills
from fedfleet.drills.cli import app
from fedfleet.drills.conduct import Ground, held
from fedfleet.drills.experiment import Activity, Experiment
from fedfleet.drills.guards import RefusedError
from fedfleet.drills.history import DRILLS, JOURNAL, HistoryError, journals, new_folder
from fedfleet.drills.journal import Journal, Outcome
from fedfleet.drills.runner import Runner
from fedfleet.drills.scene import Scene
from fedfleet.exit_codes import ExitCode
from fedfleet.kube import KubeError
from fedfleet.locks.lease import Holder, LockedError
from fedfleet.locks.process import Process
from fedfleet.locks.site import SiteLock
from fedfleet.sites import InventorySite, NoVcenterError, UnknownSiteError
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


def test_a_cluster_that_cannot_be_asked_is_written_down(tmp_path: Path) -> None:
    there = site(tmp_path, kubeconfig=str(tmp_path / "nowhere"))
    drill = experiment([probe("it runs", "true")], [command("Stop it", f"touch {tmp_path}/touched")])
    journal = conduct.conduct(drill, Ground([there], tmp_path), lambda _: None)
    assert journal.fedfleet.outcome is Outcome.REFUSED
    assert "nowhere" in journal.fedfleet.sentence
    assert not (tmp_path / "touched").exists()
    assert [kept.fedfleet.outcome for _, kept in journals(tmp_path)] == [Outcome.REFUSED]


def test_a_drill_in_vcenter_says_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> None:
        raise NoVcenterError("It is not known", expected="cluster_vcenter_hostname")

    monkeypatch.setattr(conduct, "vcenter_login", nobody)
    journal = conduct.conduct(drills()["vm-off"], Ground([site(tmp_path)], tmp_path), lambda _: None)
    assert journal.fedfleet.outcome is Outcome.SKIPPED
    assert "not run here: no vCenter" in journal.fedfleet.sentence
    assert "inventories/vcenter" in journal.fedfleet.sentence


def test_one_that_cannot_be_run_keeps_no_other_from_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = site(tmp_path, fate_profile="standalone")
    monkeypatch.setattr(sites, "read_sites", lambda *_: (there,))

    def conducted(experiment: Experiment, ground: Ground, tell: Callable[[str], None], _patience: float) -> Journal:
        if experiment.name == "nginx-pod":
            raise KubeError("The API does not answer")
        return Runner(experiment, Scene(there, (), tell), new_folder(ground.directory, experiment.name)).skip(("there is none",))

    monkeypatch.setattr(conduct, "conduct", conducted)
    done = CliRunner().invoke(app, ["run", "nginx-pod", "mysql-pod", "-i", str(tmp_path)])
    assert done.exit_code == ExitCode.REFUSED
    assert "nginx-pod: NOT RUN: The API does not answer" in done.output
    assert "mysql-pod: not run here: there is none" in done.output


def test_a_journal_that_cannot_be_read_is_told_before_anything_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "read_sites", lambda *_: (site(tmp_path),))
    monkeypatch.setattr(conduct, "conduct", lambda *_: pytest.fail("it was begun"))
    (new_folder(tmp_path, "nginx-pod") / JOURNAL).write_text("{")
    done = CliRunner().invoke(app, ["run", "nginx-pod", "-i", str(tmp_path)])
    assert isinstance(done.exception, HistoryError)
    assert "Move it away" in str(done.exception)


def test_a_drill_that_was_done_stands_when_old_journals_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: Objects
) -> None:
    monkeypatch.setattr(conduct, "start_keeper", lambda _watched: None)
    monkeypatch.setattr(conduct, "_check_well", lambda _site: None)
    monkeypatch.setattr(InventorySite, "connect", lambda _site: nullcontext(cluster))
    (new_folder(tmp_path, "other") / JOURNAL).write_text("{")
    drill = experiment([probe("it runs", "true")], [command("Stop it", f"touch {tmp_path}/touched")])
    told: list[str] = []
    journal = conduct.conduct(drill, Ground([site(tmp_path)], tmp_path), told.append)
    assert journal.fedfleet.outcome is Outcome.HELD
    assert told[-1].startswith("old journals could not be removed: A drill's journal cannot be read")


def test_a_drill_is_done_to_the_site_that_is_named_or_the_first_of_its_kind(tmp_path: Path) -> None:
    known = [
        site(tmp_path, name="exchange", kind="exchange", party_id=None),
        site(tmp_path),
        site(tmp_path, name="south", party_id="40000"),
    ]
    drill = experiment([probe("it runs", "true")], [command("Stop it", "true")])
    assert Ground(known, tmp_path).site_for(drill).name == "north"
    assert Ground(known, tmp_path, "40000").site_for(drill).name == "south"
    with pytest.raises(UnknownSiteError):
        Ground(known[:1], tmp_path).site_for(drill)
    with pytest.raises(UnknownSiteError):
        Ground(known, tmp_path, "exchange").site_for(drill)


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
