# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from typing import Any

import ansible.context

from ansible_collections.fedfleet.federation.plugins.plugin_utils.in_place import ActionModule as InPlace

# A fact of the host, for this run alone: playbooks ask for the lock again, because each can be run by itself.
_FACT = "fedfleet_lock"


class ActionModule(InPlace):  # type: ignore[misc]
    """Tells the module which process the lock lives with, and asks the cluster once a run only."""

    def perform(self, name: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        known = (task_vars.get("ansible_facts") or {}).get(_FACT)
        # A task runs in a fork of ansible-playbook.
        playbook = os.getppid()
        if known and known["process"] == playbook:
            return {"changed": False, "held": known["held"], "run": known["run"], "holder": ""}
        self._task.args = {"playbook": self._playbook(), **self._task.args, "process": playbook}
        result: dict[str, Any] = super().perform(name, task_vars)
        if result.get("held") or (self._task.check_mode and not result.get("failed")):
            result["ansible_facts"] = {_FACT: {"process": playbook, "run": result["run"], "held": result["held"]}}
        return result

    @staticmethod
    def _playbook() -> str:
        """What was started: C(site) for both C(site.yml) and C(fedfleet.federation.site)."""
        started = ansible.context.CLIARGS.get("args") or ()
        return ", ".join(str(path).rpartition("/")[2].removesuffix(".yml").rpartition(".")[2] for path in started) or "a playbook"
