"""Conducting drills: asked first whether one may be, then with the site held and known to be well."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from fedfleet.checks import Level, check_site
from fedfleet.checks.looking import look_at
from fedfleet.drills import undo
from fedfleet.drills.activities import check_activities
from fedfleet.drills.guards import RefusedError, check_allowed
from fedfleet.drills.history import DRILLS, HistoryError, forget_old, new_folder
from fedfleet.drills.needs import missing
from fedfleet.drills.runner import Runner
from fedfleet.drills.scene import Scene
from fedfleet.drills.watchdog import start_watchdog
from fedfleet.errors import FedFleetError
from fedfleet.locks.holder import holder_of
from fedfleet.locks.keeper import Watched, start_keeper
from fedfleet.locks.lease import LockedError
from fedfleet.locks.process import Process
from fedfleet.locks.site import SiteLock
from fedfleet.sites import NoVcenterError, site_named, vcenter_login

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet.drills.experiment import Experiment
    from fedfleet.drills.journal import Journal
    from fedfleet.sites import InventorySite, VcenterLogin

_PAUSE_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Ground:
    """Where drills are done.

    Attributes:
        sites: those of an inventory. directory: the inventory's.
        wanted: the site that is meant of each kind; empty for the first.
        extra_vars: what `ansible-playbook -e` takes, for what of the inventory is read later.
        no_training: why drills run a short job rather than a training; empty where they run a training.
    """

    sites: Sequence[InventorySite]
    directory: Path
    wanted: str = ""
    extra_vars: Sequence[str] = ()
    no_training: str = ""

    def site_for(self, experiment: Experiment) -> InventorySite:
        """The site that a drill is done to.

        Raises:
            UnknownSiteError: the inventory has none of that kind, or none of that name.
        """
        there = [site for site in self.sites if site.kind == experiment.terms.site]
        if self.wanted:
            return site_named(self.sites, self.wanted, experiment.terms.site)
        return there[0] if there else site_named(self.sites, "", experiment.terms.site)

    def vcenter_for(self, experiment: Experiment, site: InventorySite) -> VcenterLogin | None:
        """How the drill reaches the site's machines; None for one that touches none.

        Raises:
            NoVcenterError: it does, and nothing says how.
        """
        return vcenter_login(self.directory, site.name, self.extra_vars) if experiment.needs_vcenter else None


def conduct(experiment: Experiment, ground: Ground, tell: Callable[[str], None], patience: float = 0) -> Journal:
    """Carry out one drill; where the site has nothing that it could be done to, only that is written down.

    A site that is not well is waited for, ``patience`` seconds: what was drilled just before may have touched it too.

    Where it is not well, or its cluster cannot be asked, the journal says that the drill was refused.

    Raises:
        RefusedError: the inventory does not allow it, or an earlier drill's rollback is not done; nothing was touched.
        LockedError: another run holds the site.
        DrillFileError, UnknownSiteError, InventoryError: it is no drill for this inventory. HistoryError: nothing can be written down.
    """
    site = ground.site_for(experiment)
    check_activities(experiment)
    lacking, vcenter = missing(experiment, site), None
    try:
        vcenter = ground.vcenter_for(experiment, site)
    except NoVcenterError as error:
        lacking += (f"no vCenter: none is named for this site (by {error.expected}); the lab has one in inventories/vcenter",)
    if lacking:
        return Runner(experiment, Scene(site, (), tell), new_folder(ground.directory, experiment.name)).skip(lacking)
    check_allowed(experiment, site, datetime.now(UTC))
    _check_restored(ground.directory, site)
    others = tuple(other for other in ground.sites if other.name != site.name)
    folder: Path | None = None
    journal: Journal | None = None
    try:
        with Scene(site, others, tell, vcenter=vcenter, no_training=ground.no_training) as scene, held(scene, experiment.name):
            tell("checking the site")
            _await_well(site, patience)
            folder = new_folder(ground.directory, experiment.name)
            journal = Runner(experiment, scene, folder, watchdog=partial(start_watchdog, vcenter=vcenter)).run()
    except (LockedError, HistoryError, undo.UndoFileError):
        raise
    except FedFleetError as error:
        if folder is None:
            return Runner(experiment, Scene(site, (), tell), new_folder(ground.directory, experiment.name)).refuse(str(error))
        if journal is None:
            raise
        # The drill is over, and what it measured stands.
        tell(f"the site could not be given back: {error}")
    try:
        forget_old(ground.directory)
    except HistoryError as error:
        tell(f"old journals could not be removed: {error}")
    return journal


@contextmanager
def held(scene: Scene, drill: str) -> Iterator[None]:
    """Hold the site's lock, so that no run works on a site that is drilled; a process of its own keeps it, and gives it back if we die.

    A playbook that runs this drill holds the site already.

    Raises:
        LockedError: another run holds it.
    """
    site, pid = scene.site, os.getpid()
    holder, lock = holder_of(f"drill {drill}", pid), SiteLock(scene.client(), site.namespace)
    try:
        taken = lock.take(holder)
    except LockedError as error:
        process = Process.read(error.holder.process)
        if process is None or not process.is_ancestor:
            raise
        taken = False
    if taken:
        start_keeper(Watched(holder.run, pid, site.name, site.namespace, site.kubeconfig, site.context))
    try:
        yield
    finally:
        if taken:
            lock.release(holder.run)


def _check_restored(directory: Path, site: InventorySite) -> None:
    for folder in undo.pending(directory / DRILLS):
        left = undo.read(folder)
        if left is not None and left.site.name == site.name:
            raise RefusedError(
                "An earlier drill is not undone",
                found=", ".join(step.activity.name for step in left.steps if not step.done),
                where=str(folder),
                next_step="Run fedfleet drill rollback",
            )


def _await_well(site: InventorySite, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            _check_well(site)
        except FedFleetError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _check_well(site: InventorySite) -> None:
    """A drill on a site that is not well would measure something else.

    Raises:
        RefusedError: a check fails.
    """
    result = check_site(look_at(site))
    wrong = [f"{each.check.code} ({outcome})" for each in result.results for outcome in each.outcomes if outcome.level is Level.FAILURE]
    if wrong:
        raise RefusedError(
            "The site is not well to begin with",
            expected="that no check fails",
            found="; ".join(wrong),
            where=f"site {site.name}",
            next_step=f"fedfleet check --site {site.name} says what to do",
        )
