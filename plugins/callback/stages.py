# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: stages
type: notification
short_description: Times each play and says what long tasks wait for
description:
  - Every play is a stage; the end of the run shows how long each took, and C(artifacts/reports/stages.json) beside the inventory keeps it
    for C(fedfleet report). Runs with C(--check) leave that file as it is.
  - C(artifacts/evidence/) beside the inventory keeps signed evidence of each run - who, when, with which inputs, what changed where and what was
    proven - for the change record; C(fedfleet evidence verify) holds it against its signature.
  - While a task takes longer than five seconds, the newest line its module reported of each site is printed with the seconds elapsed, and again
    every ten seconds.
  - Nothing else is printed.
author:
  - The FedFleet authors (@fedfleet)
requirements:
  - fedfleet (Python package)
  - enabled by C(callbacks_enabled) in C(ansible.cfg)
"""

import atexit
import contextlib
import os
import pathlib
import tempfile
from typing import TYPE_CHECKING, Any

import ansible.context
from ansible.plugins.callback import CallbackBase

try:
    from fedfleet.errors import FedFleetError
    from fedfleet.evidence.record import Called, RunRecord
    from fedfleet.progress import ENVIRONMENT, RUN
    from fedfleet.report.stages import StageClock, recap, write_stages
    from fedfleet.runs.arguments import ExtraVariablesError, named_variables
    from fedfleet.runs.history import new_run
    from fedfleet.runs.swallowed import deliver_swallowed_interrupts
    from fedfleet.runs.telling import Telling
    from fedfleet.runs.waits import Waits

    HAS_FEDFLEET = True
except ImportError:
    HAS_FEDFLEET = False

if TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.inventory.host import Host
    from ansible.playbook import Playbook
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task
    from ansible.plugins.callback import CallbackTaskResult

    from fedfleet.evidence.model import Result


_LADDER = "fedfleet.federation.validate"


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Hands what Ansible tells over to the library."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "fedfleet.federation.stages"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._inventory: pathlib.Path | None = None
        self._owner, self._kept = 0, False
        if not HAS_FEDFLEET:
            self.disabled = True
            self._display.warning("Stages are not timed: the Python package fedfleet is not installed for this ansible-playbook.")

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        self._clock = StageClock(pathlib.Path(playbook._file_name).name)
        # The run's name: whatever it starts has it in its environment. C(fedfleet run) has given it one already.
        os.environ.setdefault(RUN, new_run())
        self._kept = False
        if self._owner:
            # Another playbook of the same run, which ansible-playbook begins only when the one before did not fail.
            return
        self._owner = os.getpid()
        self._record = RunRecord(self._called(playbook))
        deliver_swallowed_interrupts()
        atexit.register(self._keep_evidence, "interrupted")
        # C(fedfleet run) follows a file of its own.
        self._progress = None if os.environ.get(ENVIRONMENT) else self._followed()

    def v2_playbook_on_play_start(self, play: Play) -> None:
        self._inventory = self._inventory or self._inventory_directory(play)
        self._stage = play.get_name()
        self._clock.begin(self._stage)

    def v2_runner_on_start(self, host: Host, task: Task) -> None:
        self._clock.touch(host.get_name())
        self._record.touch(host.get_name())
        if self._progress:
            self._progress.begin(host.get_name(), self._stage, task.get_name())

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        self._end(result)
        if result.is_changed():
            self._clock.change()
            self._record.change(result.host.get_name(), self._stage, result.task.get_name())
        self._note_proofs(result)

    def v2_runner_on_skipped(self, result: CallbackTaskResult) -> None:
        self._end(result)

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        self._end(result)
        if not ignore_errors:
            self._note_failure(result)
        self._note_proofs(result)

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        self._end(result)
        self._note_failure(result)

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        if self._progress:
            self._progress.stop()
        stopped = {host for host in stats.processed if stats.failures.get(host) or stats.dark.get(host)}
        self._record.settle(stopped)
        self._keep_evidence("failed" if stopped else "done")
        run = self._clock.result(stopped)
        if not run.stages:
            return
        self._display.banner("STAGES")
        for line in recap(run):
            self._display.display(line)
        if self._inventory is None or ansible.context.CLIARGS.get("check"):
            return
        try:
            write_stages(run, self._inventory)
        except OSError as error:
            self._display.warning(f"The stages of this run are not kept: {error}.")

    def _followed(self) -> Telling:
        """Name a file for progress lines, and follow it until the end."""
        descriptor, path = tempfile.mkstemp(prefix="fedfleet-progress-")
        os.close(descriptor)
        atexit.register(self._forget, pathlib.Path(path), os.getpid())
        os.environ[ENVIRONMENT] = path
        telling = Telling(Waits(pathlib.Path(path)), self._display.display)
        telling.start()
        return telling

    def _note_failure(self, result: CallbackTaskResult) -> None:
        self._clock.fail(result.host.get_name())
        self._record.fail(result.host.get_name(), self._stage, result.task.get_name())

    def _note_proofs(self, result: CallbackTaskResult) -> None:
        if result.task.action == _LADDER:
            self._record.prove(result.host.get_name(), result.result)

    def _keep_evidence(self, result: Result) -> None:
        """Write the run's evidence, once a playbook, and in the process that ran it: workers are forks of it."""
        if self._kept or self._record.is_empty or self._inventory is None or os.getpid() != self._owner:
            return
        self._kept = True
        # Only now: signing takes a library that nothing else here needs.
        from fedfleet.evidence.writing import write_evidence

        try:
            write_evidence(self._record.evidence(self._inventory, result), self._inventory)
        except (OSError, FedFleetError) as error:
            self._display.warning(f"There is no evidence of this run: {error}")

    @staticmethod
    def _called(playbook: Playbook) -> Called:
        arguments = ansible.context.CLIARGS
        try:
            names = tuple(sorted(named_variables(arguments.get("extra_vars") or ())))
        except ExtraVariablesError:
            # Ansible has read them, by ways that we do not know; their names are not worth a run.
            names = ()
        return Called(
            run=os.environ[RUN],
            playbook=", ".join(map(str, arguments.get("args") or ())) or pathlib.Path(playbook._file_name).name,
            check=bool(arguments.get("check")),
            limit=str(arguments.get("subset") or ""),
            tags=tuple(tag for tag in arguments.get("tags") or () if tag != "all"),
            extra_variables=names,
        )

    def _end(self, result: CallbackTaskResult) -> None:
        if self._progress:
            self._progress.end(result.host.get_name())

    @staticmethod
    def _inventory_directory(play: Play) -> pathlib.Path | None:
        """Return what Ansible calls `inventory_dir`, or None for an inventory that is no file."""
        sources: list[Any] = getattr(play.get_variable_manager()._inventory, "_sources", [])
        for source in map(pathlib.Path, sources):
            if source.exists():
                return source if source.is_dir() else source.parent
        return None

    @staticmethod
    def _forget(path: pathlib.Path, owner: int) -> None:
        """Remove the progress file, in the process that made it only: workers are forks of it."""
        if os.getpid() == owner:
            with contextlib.suppress(OSError):
                path.unlink()
