# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import ansible.context

from ansible_collections.fedfleet.federation.plugins.plugin_utils.in_place import ActionModule as InPlace
from ansible_collections.fedfleet.federation.plugins.plugin_utils.once import known, playbook_process, remember

_FACT = "fedfleet_lock"


class ActionModule(InPlace):  # type: ignore[misc]
    """Tells the module which process the lock lives with, and asks the cluster once a run only."""

    def perform(self, name: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        lock = known(_FACT, task_vars)
        if lock:
            return {"changed": False, "held": lock["held"], "run": lock["run"], "holder": ""}
        self._task.args = {"playbook": self._playbook(), **self._task.args, "process": playbook_process()}
        result: dict[str, Any] = super().perform(name, task_vars)
        if result.get("held") or (self._task.check_mode and not result.get("failed")):
            result["ansible_facts"] = remember(_FACT, run=result["run"], held=result["held"])
        return result

    @staticmethod
    def _playbook() -> str:
        """What was started: C(site) for both C(site.yml) and C(fedfleet.federation.site)."""
        started = ansible.context.CLIARGS.get("args") or ()
        return ", ".join(str(path).rpartition("/")[2].removesuffix(".yml").rpartition(".")[2] for path in started) or "a playbook"
