# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs our modules inside of the process that Ansible forks for a task.

A module elsewhere takes a new interpreter, which imports Ansible's and our libraries before it does anything: on a run that changes nothing,
that is most of the time. Here what a module needs is imported once, before the fork. Where the task is for another machine, user or
interpreter, the module runs as all modules do.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

from ansible.plugins.action import ActionBase

_MODULES = "ansible_collections.fedfleet.federation.plugins.modules"
# What modules import when they are about to work.
_WORK = (
    "exchange.authority",
    "exchange.reload",
    "inspection.look",
    "kube.passwords",
    "locks.keeper",
    "locks.site",
    "preflight",
    "registration.admit",
    "registration.broker_records",
    "registration.card",
    "registration.endpoints",
    "registration.secrets",
    "registration.uptake",
    "validation.climbing",
    "validation.jobs",
    "vsphere.workload_clusters",
)

_LIBC = ctypes.CDLL(None, use_errno=True)
# linux/prctl.h
_PR_SET_PDEATHSIG = 1


def prepare(*, whole_run: bool = False) -> None:
    """Import the client; for a whole run, all that its modules need. Before Ansible forks for the first task, and no task has to do it again."""
    with suppress(ImportError):
        for needed in ("kube", *(_WORK if whole_run else ())):
            import_module(f"fedfleet.{needed}")
    if whole_run:
        # What the collector never walks again, no fork has to copy: a third of a run that changes nothing.
        gc.collect()
        gc.freeze()


def end_with_playbook() -> None:
    """Have the kernel kill this fork when ansible-playbook is gone: it must not go on changing a site whose lock is given back."""
    playbook = os.getppid()
    if _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != playbook:
        # It went just before.
        os.kill(os.getpid(), signal.SIGKILL)


class Ended(BaseException):
    """A module has said its last word; not an error, so that nobody catches it on the way."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__("the module has ended")
        self.result = result


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """As they would come from or go to another process: without Ansible's marks on them."""
    return dict(json.loads(json.dumps(values, default=str)))


class ModuleHere:
    """What our modules know of AnsibleModule."""

    def __init__(self, params: dict[str, Any], *, check_mode: bool, diff: bool) -> None:
        self.params = params
        self.check_mode = check_mode
        self._diff = diff
        self._warnings: list[str] = []

    def warn(self, warning: str) -> None:
        self._warnings.append(warning)

    def exit_json(self, **result: Any) -> NoReturn:
        raise Ended(self._told(result))

    def fail_json(self, msg: str, **result: Any) -> NoReturn:
        raise Ended(self._told({"failed": True, "msg": msg, **result}))

    def _told(self, result: dict[str, Any]) -> dict[str, Any]:
        told = {"changed": False, "invocation": {"module_args": self.params}} | result
        if self._warnings:
            told["warnings"] = self._warnings
        return plain(told)


class ActionModule(ActionBase):  # type: ignore[misc]
    """For every module that meta/runtime.yml or its name leads here."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        return result | self.perform(self._task.action.rpartition(".")[2], task_vars or {})

    def perform(self, name: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run the module of that name with the task's arguments; its result."""
        if not self._is_here(task_vars):
            return dict(self._execute_module(module_name=f"fedfleet.federation.{name}", task_vars=task_vars))
        module = import_module(f"{_MODULES}.{name}")
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        # This process is the task's own. Options may come from the task's environment, too.
        os.environ.update({variable: str(value) for variable, value in environment.items()})
        params = self.validate_argument_spec(argument_spec=module.ARGUMENTS)[1]
        end_with_playbook()
        try:
            module.run(ModuleHere(plain(params), check_mode=self._task.check_mode, diff=self._task.diff))
        except Ended as ended:
            return ended.result
        raise AssertionError(f"module {name} ended without a result")

    def _is_here(self, task_vars: dict[str, Any]) -> bool:
        interpreter = self._templar.template(task_vars.get("ansible_python_interpreter", ""))
        return self._connection.transport == "local" and interpreter == sys.executable and not (self._task.become or self._task.async_val)
