"""A drill measures what becomes of a fault, says when it was not held and why, and leaves the site as it was."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fedfleet.drills import undo
from fedfleet.drills.activities import function_of
from fedfleet.drills.experiment import Activity, Experiment, PythonProvider
from fedfleet.drills.history import JOURNAL
from fedfleet.drills.holdings import NoHoldingError
from fedfleet.drills.journal import CleanUp, Journal, Outcome
from fedfleet.drills.runner import Runner
from fedfleet.drills.scene import Found, Scene
from fedfleet.errors import FedFleetError
from support.drilled import DEADLINE, command, experiment, probe, scene, site

pytestmark = pytest.mark.timeout(300)


class Site:
    """A folder in which `up` says whether it runs; once stopped it comes back by itself, some time after two looks have seen it down.

    Its clock is the machine's until `hurry` puts it forward, so that no test depends on how fast the machine is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ahead = 0.0
        self.runs = f"test -e {folder}/up || {{ echo down >> {folder}/seen; false; }}"
        seen = f"[ $(cat {folder}/seen 2>/dev/null | wc -l) -ge 2 ]"
        self.stops = f"rm {folder}/up; (until {seen}; do sleep 0.02; done; sleep 0.6; touch {folder}/up) >/dev/null 2>&1 &"
        self.dies = f"rm {folder}/up"
        self.heals = f"touch {folder}/up"
        (folder / "up").touch()

    def hurry(self, seconds: float = DEADLINE) -> None:
        self.ahead = seconds

    def drill(self, drill: Experiment, late_after: str = "") -> Journal:
        """Carry a drill out; its time is up as soon as a line is told that ends so."""
        kept = self.folder / "drill"
        kept.mkdir()

        def tell(line: str) -> None:
            if late_after and line.endswith(late_after):
                self.hurry()

        there = Scene(site(self.folder), tell=tell)
        return Runner(drill, there, kept, watchdog=lambda _folder, _pid: None, clock=lambda: time.monotonic() + self.ahead).run()


@pytest.fixture
def place(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_site_that_comes_back_held_and_its_recovery_is_measured(place: Site) -> None:
    done = place.drill(
        experiment([probe("it runs", place.runs)], [command("Stop it", place.stops)], breaks=["it runs"], recovery_seconds=DEADLINE)
    )
    result = done.fedfleet
    assert (done.status, done.deviated, result.outcome, result.clean_up) == ("completed", False, Outcome.HELD, CleanUp.NOTHING)
    assert result.recovery_seconds is not None
    assert result.fault_at is not None
    assert 0.5 < result.recovery_seconds < done.duration - result.fault_at
    assert result.held
    asked = [sample for sample in result.timeline if sample.at + sample.seconds < result.fault_at]
    assert asked, "the time line begins before the fault"
    assert all(sample.holds for sample in asked)


def test_the_journal_on_disk_is_chaostoolkits(place: Site) -> None:
    place.drill(experiment([probe("it runs", place.runs)], [command("Stop it", place.stops)], [command("Start it", place.heals)]))
    journal = json.loads((place.folder / "drill" / JOURNAL).read_text())
    assert {"chaoslib-version", "platform", "node", "experiment", "start", "status", "deviated", "steady_states", "run", "rollbacks"} < set(
        journal
    )
    assert journal["experiment"]["steady-state-hypothesis"]["title"] == "It runs"
    assert journal["steady_states"]["before"]["steady_state_met"] is True
    assert [run["activity"]["name"] for run in journal["run"]] == ["Stop it"]
    assert [run["status"] for run in journal["rollbacks"]] == ["succeeded"]


def test_a_site_that_is_not_well_is_left_alone(place: Site) -> None:
    (place.folder / "up").unlink()
    done = place.drill(experiment([probe("it runs", place.runs)], [command("Mark it", f"touch {place.folder}/touched")]))
    assert done.fedfleet.outcome is Outcome.REFUSED
    assert not (place.folder / "touched").exists()
    assert "'it runs' does not hold before anything was done" in done.fedfleet.sentence


def test_a_site_that_stays_down_did_not_hold_and_is_restored(place: Site) -> None:
    drill = experiment([probe("it runs", place.runs)], [command("End it", place.dies)], [command("Start it", place.heals)])
    done = place.drill(drill, late_after="it runs: does not hold: sh ended with 1: ")
    assert (done.fedfleet.outcome, done.fedfleet.clean_up, done.deviated) == (Outcome.NOT_HELD, CleanUp.DONE, True)
    assert done.fedfleet.recovery_seconds is None
    assert any("'it runs' did not come back" in reason for reason in done.fedfleet.reasons)
    assert (place.folder / "up").exists()


def test_recovery_that_takes_longer_than_expected_did_not_hold(place: Site) -> None:
    done = place.drill(experiment([probe("it runs", place.runs)], [command("Stop it", place.stops)], recovery_seconds=0.2))
    assert done.fedfleet.outcome is Outcome.NOT_HELD
    assert "expected are at most 0.2 s" in done.fedfleet.sentence


def test_a_fault_that_does_nothing_is_told_from_a_site_that_bears_it(place: Site) -> None:
    done = place.drill(experiment([probe("it runs", place.runs)], [command("Do nothing", "true")], breaks=["it runs"]))
    assert done.fedfleet.reasons == ("the fault had no effect: 'it runs' held all through",)


def test_what_may_never_fail_is_counted_when_it_does(place: Site) -> None:
    done = place.drill(experiment([probe("it runs", place.runs)], [command("Stop it", place.stops)], unbroken=["it runs"]))
    assert any("'it runs' may never fail, and did" in reason for reason in done.fedfleet.reasons)


def test_a_probe_without_an_answer_does_not_hold_and_is_shown(place: Site) -> None:
    silent = {"name": "it is seen", "type": "probe", "tolerance": True, "provider": {"type": "process", "path": f"{place.folder}/eye"}}
    eye = place.folder / "eye"
    eye.write_text("#!/bin/sh\nexit 0\n")
    eye.chmod(0o755)
    done = place.drill(experiment([probe("it runs", place.runs), silent], [command("Blind it", f"rm {eye}")]), late_after=f"'{eye}'")
    assert done.fedfleet.outcome is Outcome.NOT_HELD
    unanswered = [sample for sample in done.fedfleet.timeline if not sample.answered]
    assert unanswered
    assert all(sample.probe == "it is seen" and not sample.holds and "no answer" in sample.detail for sample in unanswered)


def test_a_failed_action_ends_the_method_and_the_site_is_restored(place: Site) -> None:
    method = [command("Break off", "echo no such thing >&2; exit 3"), command("Mark it", f"touch {place.folder}/touched")]
    done = place.drill(experiment([probe("it runs", place.runs)], method, [command("Start it", place.heals)]))
    assert not (place.folder / "touched").exists()
    assert any("'Break off' could not be carried out" in reason and "no such thing" in reason for reason in done.fedfleet.reasons)
    assert done.fedfleet.clean_up is CleanUp.DONE


def test_an_action_that_does_not_end_is_left_at_the_deadline(place: Site) -> None:
    drill = experiment(
        [probe("it runs", place.runs)],
        [command("Dawdle", f"until test -e {place.folder}/enough; do sleep 0.1; done")],
        [command("Start it", place.heals)],
    )
    done = place.drill(drill, late_after="Dawdle")
    (place.folder / "enough").touch()
    assert "when its time was up" in done.fedfleet.sentence
    assert done.fedfleet.clean_up is CleanUp.DONE


def test_a_clean_up_that_failed_is_told_from_a_drill_that_did(place: Site) -> None:
    rollbacks = [command("Fail", "false"), command("Mark it", f"touch {place.folder}/restored")]
    done = place.drill(experiment([probe("it runs", place.runs)], [command("Stop it", place.stops)], rollbacks, breaks=["it runs"]))
    result = done.fedfleet
    assert (result.outcome, result.clean_up, result.held, result.reasons) == (Outcome.HELD, CleanUp.FAILED, False, ())
    assert result.sentence.startswith("THE SITE IS NOT RESTORED")
    assert (place.folder / "restored").exists()


def test_the_rollback_is_on_disk_before_anything_is_done(place: Site) -> None:
    look = command("Look", f"grep -q 'Start it' {place.folder}/drill/{undo.FILE}")
    done = place.drill(experiment([probe("it runs", place.runs)], [look], [command("Start it", place.heals)]))
    assert done.run[0].status == "succeeded"


def test_an_interruption_restores_the_site(place: Site) -> None:
    drill = experiment(
        [probe("it runs", place.runs)],
        [command("End it", place.dies), command("Wait", f"until {place.runs}; do sleep 0.1; done")],
        [command("Start it", place.heals)],
    )

    def interrupt() -> None:
        while (place.folder / "up").exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    done = place.drill(drill)
    assert (done.status, done.fedfleet.outcome, done.fedfleet.clean_up) == ("interrupted", Outcome.INTERRUPTED, CleanUp.DONE)
    assert (place.folder / "up").exists()


def test_what_undoes_an_action_waits_for_it_when_it_was_broken_off(place: Site) -> None:
    kept = place.folder / "drill"
    kept.mkdir()
    action = {"name": "End it", "type": "action", "provider": python("faults", "cut_network")}
    drill = experiment([probe("it runs", place.runs)], [action], [command("Start it", place.heals)])

    def slow(there: Scene) -> dict[str, object]:
        os.kill(os.getpid(), signal.SIGINT)
        assert there.over.wait(DEADLINE)
        time.sleep(0.5)
        (place.folder / "up").unlink()
        return {}

    def find(activity: Activity) -> Callable[[Scene], Any]:
        return slow if activity.name == "End it" else function_of(activity)

    done = Runner(drill, scene(place.folder), kept, find=find, watchdog=lambda _folder, _pid: None).run()
    assert (done.fedfleet.outcome, done.fedfleet.clean_up) == (Outcome.INTERRUPTED, CleanUp.DONE)
    assert (place.folder / "up").exists()


class Party:
    """Stands for what a party's standing steps ask: how each of them ends, by its function."""

    def __init__(self, **ends: Any) -> None:
        self.ends = ends
        self.asked: list[str] = []

    def find(self, activity: Activity) -> Callable[[Scene], Any]:
        if not isinstance(activity.provider, PythonProvider):
            return function_of(activity)
        func = activity.provider.func

        def act(scene: Scene) -> Any:
            del scene
            self.asked.append(func)
            end = self.ends.get(func, Found(True, "well"))
            if isinstance(end, Exception):
                raise end
            return end if activity.type == "probe" else {}

        return act

    def drill(self, place: Site, *probes: dict[str, Any], **terms: Any) -> Journal:
        kept = place.folder / "drill"
        kept.mkdir()
        start = {"name": "Start a job", "type": "action", "provider": python("training", "start_training")}
        drill = experiment(
            [probe("it runs", place.runs), *probes], [start, command("Stop it", place.stops)], [command("Start it", place.heals)], **terms
        )
        return Runner(drill, scene(place.folder), kept, find=self.find, watchdog=lambda _folder, _pid: None).run()


def python(module: str, func: str) -> dict[str, Any]:
    return {"type": "python", "module": f"fedfleet.drills.{module}", "func": func}


def test_a_party_is_looked_back_at_after_every_drill(place: Site) -> None:
    party = Party()
    done = party.drill(place, aftermath=True)
    assert done.fedfleet.outcome is Outcome.HELD
    assert [run.activity["name"] for run in done.run] == [
        "See to it that both parties have rows to learn from",
        "Jobs are known",
        "Note models and data",
        "Start a job",
        "Stop it",
        "Jobs of before are known",
        "Models and data are as they were",
        "A new job succeeds",
    ]
    asked = [func for func in party.asked if func not in ("job_state", "ingress_answers")]
    assert asked[:4] == ["upload_rows", "history_kept", "note_models_and_data", "start_training"]
    assert sorted(asked[4:]) == ["history_kept", "models_and_data_kept", "new_job_succeeds"]


@pytest.mark.parametrize("func", ["models_and_data_kept", "new_job_succeeds", "history_kept"])
def test_what_a_party_has_lost_afterwards_did_not_hold(place: Site, func: str) -> None:
    done = Party(**{func: Found(False, "it is gone")}).drill(place, aftermath=True)
    assert done.fedfleet.outcome is Outcome.NOT_HELD
    assert "does not hold: it is gone" in done.fedfleet.sentence


def test_nothing_is_done_to_a_party_whose_models_cannot_be_noted(place: Site) -> None:
    party = Party(note_models_and_data=NoHoldingError("The party has no model"))
    done = party.drill(place, aftermath=True)
    assert done.fedfleet.reasons[:2] == (
        "'Note models and data' could not be carried out: The party has no model.",
        "'Start a job' and what follows it was not carried out",
    )
    assert "new_job_succeeds" not in party.asked
    assert all(sample.holds for sample in done.fedfleet.timeline)


def test_steps_notice_that_looking_back_was_interrupted(place: Site) -> None:
    noticed = threading.Event()

    class Interrupting(Party):
        def find(self, activity: Activity) -> Callable[[Scene], Any]:
            if not isinstance(activity.provider, PythonProvider) or activity.provider.func != "new_job_succeeds":
                return super().find(activity)

            def act(scene: Scene) -> Found:
                os.kill(os.getpid(), signal.SIGINT)
                assert scene.over.wait(DEADLINE)
                noticed.set()
                return Found(False, "interrupted")

            return act

    done = Interrupting().drill(place, aftermath=True)
    assert noticed.wait(DEADLINE)
    assert (done.fedfleet.outcome, done.fedfleet.clean_up) == (Outcome.INTERRUPTED, CleanUp.DONE)


def test_a_drill_may_do_without(place: Site) -> None:
    party = Party()
    party.drill(place, aftermath=False)
    assert not {"history_kept", "note_models_and_data", "models_and_data_kept", "new_job_succeeds"} & set(party.asked)


def test_job_and_ingress_are_shown_all_through_and_recovery_does_not_wait_for_them(place: Site) -> None:
    party = Party(job_state=Found(False, "failed"), ingress_answers=FedFleetError("no answer"))
    result = party.drill(place, recovery_seconds=DEADLINE).fedfleet
    assert result.outcome is Outcome.HELD
    assert [recovery.probe for recovery in result.probes] == ["it runs"]
    shown = {sample.probe: (sample.holds, sample.answered) for sample in result.timeline}
    assert (shown["the job goes on"], shown["the notebook answers on the ingress"]) == ((False, True), (False, False))


def test_a_drill_that_names_them_is_judged_by_them(place: Site) -> None:
    named = {"name": "the ingress", "type": "probe", "tolerance": True, "provider": python("probes", "ingress_answers")}
    result = Party().drill(place, named).fedfleet
    assert [recovery.probe for recovery in result.probes] == ["it runs", "the ingress"]
    assert "the notebook answers on the ingress" not in {sample.probe for sample in result.timeline}


def test_what_undoes_it_can_be_carried_out_from_anywhere(place: Site) -> None:
    kept = place.folder / "drill"
    kept.mkdir()
    there = Scene(site(place.folder, kubeconfig="keys/north"))
    drill = experiment([probe("it runs", place.runs)], [command("Stop it", place.stops)], [command("Start it", place.heals)])
    Runner(drill, there, kept, watchdog=lambda _folder, _pid: None).run()
    left = undo.read(kept)
    assert left is not None
    assert left.site.kubeconfig == str(Path.cwd() / "keys" / "north")
