# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked once a run, though playbooks ask again, because each can be run by itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any


def known(fact: str, task_vars: Mapping[str, Any]) -> dict[str, Any] | None:
    """What this very run found out before; a fact of a former run, from a cache, is none."""
    found = (task_vars.get("ansible_facts") or {}).get(fact)
    return dict(found) if found and found["process"] == playbook_process() else None


def remember(fact: str, **found: Any) -> dict[str, Any]:
    """The facts to put into a result."""
    return {fact: {"process": playbook_process(), **found}}


def playbook_process() -> int:
    """The process of ansible-playbook: a task runs in a fork of it."""
    return os.getppid()
