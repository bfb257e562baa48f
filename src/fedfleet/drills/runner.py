"""One drill on one site: probes before, all through and after; the fault between; and the rollback in any case."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills import standing, undo, verdict
from fedfleet.drills.activities import function_of
from fedfleet.drills.carrying import NOTICE_SECONDS, carry_out, carry_out_together, look_around
from fedfleet.drills.commands import end_command
from fedfleet.drills.course import Course
from fedfleet.drills.history import keep_journal
from fedfleet.drills.journal import CleanUp, Journal, Outcome
from fedfleet.drills.restoring import restore, uninterrupted
from fedfleet.drills.scene import Scene
from fedfleet.drills.timeline import Watch
from fedfleet.drills.watchdog import start_watchdog
from fedfleet.errors import FedFleetError
from fedfleet.locks.process import Process

if TYPE_CHECKING:
    from fedfleet.drills.experiment import Activity, Experiment
    from fedfleet.sites import InventorySite

    Finder = Callable[[Activity], Callable[[Scene], Any]]

_ROUND_SECONDS: Final = 60.0
_BASELINE_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1
_PAUSE_SECONDS: Final = 1.0
_WELL_SECONDS: Final = 180.0
# Standing steps have their own limits; these are for one that does not keep to it.
_STANDING_SECONDS: Final = 420.0
_BESIDE_SECONDS: Final = 5.0
_UNTIL_NOW: Final = "its runner ended before the drill did"


@dataclass
class Runner:
    """Carries a drill out.

    Attributes:
        experiment: the drill.
        scene: where; used up by one run.
        folder: where its journal and rollback go.
        find: which function an activity means.
        watchdog: started once there is something to undo.
        clock: the time in seconds, that never goes back.
    """

    experiment: Experiment
    scene: Scene
    folder: Path
    find: Finder = function_of
    watchdog: Callable[[Path, int], None] = start_watchdog
    clock: Callable[[], float] = time.monotonic
    _opened: float = 0.0
    _course: Course = field(init=False)

    def __post_init__(self) -> None:
        self._course = Course(self.experiment, self.scene.site, self.clock())

    def run(self) -> Journal:
        """Carry it out and return its journal, which is in the folder too.

        Raises:
            UndoFileError, HistoryError: nothing can be written down; then nothing was done.
        """
        tell = self.scene.tell
        tell("looking whether the site is well")
        self._course.before = look_around(self.experiment, self.scene, _ROUND_SECONDS, self.find)
        if not self._course.before.steady_state_met:
            wrong = [probe for probe in self._course.before.probes if not probe.tolerance_met]
            reasons = tuple(f"'{probe.activity['name']}' does not hold before anything was done: {verdict.said(probe)}" for probe in wrong)
            return self._ended(Outcome.REFUSED, CleanUp.NOTHING, reasons)
        # Were we killed, this is what would be left to read.
        self._ended(Outcome.INTERRUPTED, CleanUp.NOTHING, (_UNTIL_NOW,))
        self._write_undo()
        interrupted = False
        watch = self._watch()
        try:
            prepared = self._prepare()
            self._opened = self.clock()
            with watch:
                self._until(lambda: watch.asked, _BASELINE_SECONDS)
                if prepared and self._method():
                    self._settle(watch)
            self._course.after = look_around(self.experiment, self.scene, _ROUND_SECONDS, self.find)
        except KeyboardInterrupt:
            tell("interrupted: restoring the site")
            interrupted = True
        finally:
            with uninterrupted(tell):
                self.scene.over.set()
                self._course.samples = watch.samples
                clean_up = self._restore()
        afterwards: tuple[str, ...] = ()
        try:
            afterwards = () if interrupted else self._aftermath()
        except KeyboardInterrupt:
            interrupted = True
        return self._judged(clean_up, afterwards, interrupted=interrupted)

    def skip(self, reasons: tuple[str, ...]) -> Journal:
        """Write down that it is not run, as the site has nothing that it could be done to, and return the journal; nothing is touched.

        Raises:
            HistoryError: it cannot be written.
        """
        return self._ended(Outcome.SKIPPED, CleanUp.NOTHING, reasons)

    def refuse(self, reason: str) -> Journal:
        """Write down that it is not run, as the site could not be asked or held, or is not well, and return the journal; nothing is touched.

        Raises:
            HistoryError: it cannot be written.
        """
        return self._ended(Outcome.REFUSED, CleanUp.NOTHING, (reason,))

    def _watch(self) -> Watch:
        probes, beside = (
            {probe.name: partial(self.find(probe), self.scene) for probe in named}
            for named in (self.experiment.hypothesis.probes, standing.beside(self.experiment))
        )
        return Watch(
            probes, self.experiment.terms.every_seconds, self.scene.tell, beside=beside, beside_every=_BESIDE_SECONDS, clock=self.clock
        )

    def _prepare(self) -> bool:
        """Carry out the standing steps before the time line, up to the first that fails; returns whether all of them were."""
        for activity in standing.before(self.experiment):
            self.scene.tell(activity.name)
            done = carry_out(activity, self.scene, _STANDING_SECONDS, self.find, self.clock)
            self._course.prepared.append(done)
            if done.status == "failed":
                self.scene.tell(f"{activity.name}: {verdict.said(done)}")
                return False
        return True

    def _write_undo(self) -> None:
        steps = tuple(undo.Step(activity=activity) for activity in self.experiment.rollbacks)
        if not steps:
            return
        process = str(Process.of(os.getpid()))
        known = undo.Undo(
            drill=self.experiment.name,
            site=_anchored(self.scene.site),
            others=tuple(map(_anchored, self.scene.others)),
            process=process,
            written_at=datetime.now(UTC),
            steps=steps,
        )
        undo.write(self.folder, known)
        self.scene.write_down = partial(undo.remember, self.folder)
        self.watchdog(self.folder, os.getpid())

    def _method(self) -> bool:
        """Carry out the method up to the first action that fails: what follows stands on it. Returns whether all of it was; else nothing is waited for."""
        fault, strike = self.experiment.fault, self.experiment.strike
        for activity in self.experiment.method:
            self._pause(activity.pauses.before)
            self.scene.tell(activity.name)
            if activity is fault:
                self._course.fault_at = self.clock()
            if activity is strike:
                self._course.struck_at = self.clock()
            done = carry_out(activity, self.scene, self._left(), self.find, self.clock)
            self._course.run.append(done)
            if activity.type == "probe" or done.status == "failed":
                self.scene.tell(f"{activity.name}: {verdict.said(done)}")
            if activity.type == "action" and done.status == "failed":
                return False
            self._pause(activity.pauses.after)
        return True

    def _settle(self, watch: Watch) -> None:
        """Wait until everything has held for long enough, or the drill's time is up."""
        since = self.clock()

        def settled() -> bool:
            well = watch.well_since(since)
            return well is not None and self.clock() - max(well, since) >= self.experiment.terms.settle_seconds

        self._until(settled, self._left())

    def _until(self, reached: Callable[[], bool], seconds: float) -> None:
        deadline = self.clock() + seconds
        while not reached() and self.clock() < deadline:
            self._pause(_POLL_SECONDS)

    def _pause(self, seconds: float) -> None:
        if seconds:
            self.scene.over.wait(min(seconds, max(0.0, self._left())))

    def _left(self) -> float:
        """Seconds until the drill's deadline."""
        return self._opened + self.experiment.terms.deadline_seconds - self.clock()

    def _await_action(self) -> None:
        """Wait until an action that was broken off notices it, so that it does nothing after what undoes it."""
        end_command(self.scene.kept)
        if not self.scene.idle.wait(NOTICE_SECONDS):
            self.scene.tell(
                f"an action is at work still, {NOTICE_SECONDS:.0f} s after the drill was over; the site is restored nevertheless"
            )

    def _restore(self) -> CleanUp:
        if not self.experiment.rollbacks:
            return CleanUp.NOTHING
        self._await_action()
        try:
            known, self._course.rollbacks = restore(self.folder, self.scene.tell, self.scene.kept, self.find, self.scene.vcenter)
        except FedFleetError as error:
            self.scene.tell(f"rollback FAILED: {error}")
            return CleanUp.FAILED
        return CleanUp.FAILED if known.pending else CleanUp.DONE

    def _aftermath(self) -> tuple[str, ...]:
        """Look back at what the party had before, once the site is well; what of it is not as it must be, each a sentence."""
        well = not self.experiment.rollbacks or (self._course.after is not None and self._course.after.steady_state_met)
        steps = standing.after(self.experiment) if all(done.status == "succeeded" for done in self._course.prepared) else ()
        if well and not steps:
            return ()
        with Scene(self.scene.site, self.scene.others, self.scene.tell, dict(self.scene.kept), vcenter=self.scene.vcenter) as scene:
            reasons = () if well else self._await_well(scene)
            if not reasons:
                scene.tell("looking back at what the party had")
                self._course.looked_back = carry_out_together(steps, scene, _STANDING_SECONDS, self.find)
                for done in self._course.looked_back:
                    scene.tell(f"{done.activity['name']}: {verdict.said(done)}")
        return (*reasons, *verdict.of_steps(self._course.looked_back))

    def _await_well(self, scene: Scene) -> tuple[str, ...]:
        """Wait until a site that was not well at the end is so after the rollback, as whoever drills next will want; why not, where it is not."""
        deadline = self.clock() + _WELL_SECONDS
        while True:
            found = look_around(self.experiment, scene, _ROUND_SECONDS, self.find)
            if found.steady_state_met:
                self.scene.tell("well again after the rollback")
                return ()
            if self.clock() >= deadline:
                wrong = [probe.activity["name"] for probe in found.probes if not probe.tolerance_met]
                return (f"{_WELL_SECONDS:.0f} s after the rollback the site is still not well: {', '.join(map(repr, wrong))}",)
            scene.pause(_PAUSE_SECONDS)

    def _judged(self, clean_up: CleanUp, aftermath: tuple[str, ...], *, interrupted: bool) -> Journal:
        if interrupted:
            return self._ended(Outcome.INTERRUPTED, clean_up, ("somebody interrupted it",))
        reasons = (*self._course.reasons_not_held(), *aftermath)
        return self._ended(Outcome.NOT_HELD if reasons else Outcome.HELD, clean_up, reasons)

    def _ended(self, outcome: Outcome, clean_up: CleanUp, reasons: tuple[str, ...]) -> Journal:
        """Write the journal and return it."""
        journal = self._course.journal(outcome, clean_up, reasons, self.clock(), self.scene.kept.get("job_seconds"))
        keep_journal(self.folder, journal)
        return journal


def _anchored(site: InventorySite) -> InventorySite:
    """The site for somebody who is in another directory than we are."""
    return site.model_copy(update={"kubeconfig": str(Path(site.kubeconfig).absolute())}) if site.kubeconfig else site
